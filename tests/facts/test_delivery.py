"""Packaging tool, pipelines, images, charts, indexes, and who names a requirements file."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts, repo, told, values
from trueup.facts import read_facts


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'pyproject.toml': '[tool.poetry]\nname = "a"\n', 'requirements.txt': 'a\n'}, 'poetry'),
        ({'pyproject.toml': '[project]\nname = "a"\n[tool.poetry]\npackages = []\n'}, 'poetry'),
        ({'pyproject.toml': '[build-system]\nbuild-backend = "poetry.core.masonry.api"\n'}, 'poetry'),
        ({'pyproject.toml': '[project]\nname = "a"\n', 'uv.lock': ''}, 'uv'),
        ({'pyproject.toml': '[project]\nname = "a"\n[build-system]\nbuild-backend = "hatchling.build"\n'}, 'hatch'),
        ({'pyproject.toml': '[tool.pdm]\ndistribution = true\n'}, 'pdm'),
        ({'pyproject.toml': '[build-system]\nbuild-backend = "flit_core.buildapi"\n'}, 'flit'),
        ({'pyproject.toml': '[build-system]\nbuild-backend = "setuptools.build_meta"\n'}, 'setuptools'),
        ({'pyproject.toml': '[project]\nname = "a"\n'}, 'setuptools'),
        ({'setup.py': 'setup()\n'}, 'setuptools'),
        ({'setup.cfg': '[metadata]\nname = a\n'}, 'setuptools'),
        ({'Pipfile': ''}, 'pipenv'),
        ({'environment.yml': 'name: a\n'}, 'conda'),
        ({'requirements/base.txt': 'a\n'}, 'requirements'),
        ({'pyproject.toml': '[tool.black]\nline-length = 88\n'}, 'none'),
        ({}, 'none'),
    ],
)
def test_packaging(files: Files, expected: str) -> None:
    """One tool leads; a pyproject that only configures tools is no packaging."""
    assert values(files, 'packaging') == [expected]


def test_old_and_new_poetry() -> None:
    """The dialect decides whether it has to be converted."""
    old, new = '[tool.poetry]\nname = "a"\n', '[project]\nname = "a"\n[tool.poetry]\npackages = []\n'
    assert values({'pyproject.toml': old, 'poetry.lock': ''}, 'packaging_dialect') == ['old']
    assert values({'pyproject.toml': new}, 'packaging_dialect') == ['pep621']
    assert values({'pyproject.toml': old, 'poetry.lock': ''}, 'lock_file') == [('poetry.lock',)]


def test_pipelines() -> None:
    """Every system, and whether it runs tests."""
    files = {
        '.github/workflows/ci.yml': 'run: pytest\n',
        'Jenkinsfile': 'pipeline {}\n',
        '.gitlab-ci.yml': '',
        'cloudbuild.yaml': '',
        '.travis.yml': '',
        '.circleci/config.yml': '',
        '.drone.yml': '',
    }
    assert told(files, 'ci', 'ci_runs_tests') == [
        "ci=('circleci', 'cloudbuild', 'drone', 'github', 'gitlab', 'jenkins', 'travis') @ .circleci/config.yml, "
        'cloudbuild.yaml, .drone.yml, .github/workflows/ci.yml, .gitlab-ci.yml, Jenkinsfile, .travis.yml',
        'ci_runs_tests=True @ .github/workflows/ci.yml:1',
    ]
    assert values({}, 'ci') == [()]


def test_images_and_charts() -> None:
    """Stages are no base images, sub-charts no charts of ours."""
    files = {
        'docker/Dockerfile': 'FROM --platform=linux/amd64 python:3.9 AS builder\nFROM builder\nUSER app\n',
        'docker/Dockerfile.dockerignore': '*\n',
        'docker-compose.yml': 'services: {}\n',
        'helm/Chart.yaml': 'apiVersion: v2\nname: churn\n',
        'helm/charts/redis/Chart.yaml': 'name: redis\n',
        'k8s/deploy.yaml': 'kind: Deployment\n',
    }
    assert told(files, 'dockerfile', 'base_image', 'image_user', 'compose_file', 'chart', 'manifests') == [
        'base_image=python:3.9 @ docker/Dockerfile:1',
        'chart=helm @ helm/Chart.yaml:2',
        'compose_file=docker-compose.yml @ docker-compose.yml',
        'dockerfile=docker/Dockerfile @ docker/Dockerfile',
        'image_user=app @ docker/Dockerfile:3',
        "manifests=('k8s/deploy.yaml',) @ k8s/deploy.yaml",
    ]


def test_private_indexes() -> None:
    """The public index is none, a health check's address neither, and the role is kept."""
    public = 'https://{}.{}/simple'.format('pypi', 'org')
    files = {
        'pyproject.toml': '[[tool.poetry.source]]\nname = "c"\nurl = "https://nexus.example.com/simple/"\npriority = "explicit"\n',
        'Pipfile': f'[[source]]\nurl = "{public}"\n',
        'requirements.txt': '--extra-index-url https://wheels.example.com/cpu\n-i https://one.example.com/simple\n',
        'Dockerfile': 'HEALTHCHECK CMD curl -f http://localhost:8000/health\nRUN pip install --index-url=https://two.example.com/s x\n',
        'pip.conf': '[global]\nindex-url = https://three.example.com/simple\n',
    }
    assert sorted((str(fact.value), fact.note) for fact in facts(files, 'private_index')) == [
        ('https://nexus.example.com/simple/', 'explicit'),
        ('https://one.example.com/simple', 'primary'),
        ('https://three.example.com/simple', 'primary'),
        ('https://two.example.com/s', 'primary'),
        ('https://wheels.example.com/cpu', 'supplemental'),
    ]
    assert values(files, 'index_credentials') == []


@pytest.mark.parametrize(
    ('reader', 'text'),
    [
        ('Dockerfile', 'COPY requirements.txt /\n'),
        ('docker/Dockerfile', 'COPY requirements.txt /\n'),
        ('.github/workflows/ci.yml', 'run: pip install -r requirements.txt\n'),
        ('Makefile', 'install:\n\tpip install -r ./requirements.txt\n'),
        ('tox.ini', '[testenv]\ndeps = -r{toxinidir}/requirements.txt\n'),
        ('tox.ini', '[testenv]\ndeps =\n    -rrequirements.txt\n'),
        ('README.md', '    pip install -r requirements.txt\n'),
        ('Jenkinsfile', "sh 'pip install -r requirements.txt'\n"),
        ('requirements-dev.txt', '-r requirements.txt\n'),
        ('setup.py', 'open("requirements.txt")\n'),
        ('run.sh', 'pip install -r /app/requirements.txt\n'),
    ],
)
def test_a_named_requirements_file(reader: str, text: str) -> None:
    """As long as one file names it, it has to stay."""
    found = [fact for fact in facts({reader: text, 'requirements.txt': 'a\n'}, 'requirements_named')]
    assert [(fact.value, [place.path for place in fact.evidence]) for fact in found] == [('requirements.txt', [reader])]


@pytest.mark.parametrize(
    ('reader', 'text'),
    [
        ('Dockerfile', '# RUN pip install -r requirements.txt\n'),
        ('Dockerfile', 'COPY other/requirements.txt /\n'),
        ('Dockerfile', 'COPY dev-requirements.txt /\n'),
        ('.dockerignore', 'requirements.txt\n'),
        ('app.py', 'x = "requirements.txt"\n'),
    ],
)
def test_no_mention(reader: str, text: str) -> None:
    """Comments, other files of the same name and ignore lists don't keep it."""
    assert told({reader: text, 'requirements.txt': 'a\n'}, 'requirements_named', 'requirements_unnamed') == [
        'requirements_unnamed=requirements.txt @ requirements.txt'
    ]


def test_a_command_that_installs_from_nothing() -> None:
    """The file was deleted, the command was forgotten."""
    assert told({'tox.ini': '[testenv]\ncommands = pip install -r requirements.txt\n'}, 'requirements_missing') == [
        'requirements_missing=requirements.txt @ tox.ini:2'
    ]


def test_a_service_in_a_folder_of_a_repository() -> None:
    """Pipelines of the whole repository count, if they mean this folder."""
    whole = {
        '.github/workflows/ci.yml': 'run: pip install -r services/a/requirements.txt && pytest\n',
        'Jenkinsfile': 'sh "pip install -r services/b/requirements.txt"\n',
        'README.md': 'pip install -r requirements.txt\n',
        'services/a/requirements.txt': 'x\n',
        'services/b/requirements.txt': 'x\n',
    }
    found = {
        folder: [
            [str(place) for place in fact.evidence]
            for fact in read_facts(
                repo({'requirements.txt': 'x\n'}), outer=repo(whole), service_root=f'services/{folder}'
            )
            if fact.name == 'requirements_named'
        ]
        for folder in 'ab'
    }
    assert found == {'a': [['../../.github/workflows/ci.yml:1']], 'b': [['../../Jenkinsfile:1']]}


def test_several_services_in_one_repository() -> None:
    """The one that serves is proposed; the web client is told."""
    files = {
        'core/pyproject.toml': '[project]\nname = "core"\n',
        'core/core/__init__.py': '',
        'churn-service/pyproject.toml': '[project]\nname = "churn"\n',
        'churn-service/src/churn/app.py': 'app = FastAPI()\n',
        'client/package.json': '{}',
    }
    assert told(files, 'members', 'service_root', 'service_root_hint', 'web_client') == [
        "members=('churn-service', 'core') @ churn-service/pyproject.toml, core/pyproject.toml",
        'service_root=. @ ',
        'service_root_hint=churn-service @ churn-service/pyproject.toml',
        'web_client=client @ client/package.json',
    ]


def test_a_service_at_the_root_needs_no_hint() -> None:
    """A tool's own requirements in a sub-folder make no second service."""
    files = {
        'requirements.txt': 'fastapi\n',
        'app.py': 'app = FastAPI()\n',
        'train/requirements.txt': 'x\n',
        'train/t.py': '',
    }
    assert values(files, 'service_root_hint') == []


def test_odd_files() -> None:
    """What tools stumble over is said before they do."""
    files = {
        'pyproject.toml': '[project\nname = 1\n',
        'setup.cfg': 'no section\n',
        'bad.py': 'def f(:\n',
        'requirements.txt': 'a\n'.encode('utf-16'),
        'bom.toml': b'\xef\xbb\xbfa = 1\n',
        'run.sh': 'a\r\nb\r\n',
        'app.py': '<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> b\n',
        'data/12:30.csv': '',
    }
    names = ('conflict_markers', 'encoding', 'line_endings', 'odd_name', 'unreadable')
    assert told(files, *names) == [
        'conflict_markers=app.py @ app.py:1',
        'encoding=UTF-8 with BOM @ bom.toml',
        'encoding=UTF-16 @ requirements.txt',
        'line_endings=CRLF @ run.sh',
        'odd_name=data/12:30.csv @ data/12:30.csv',
        'unreadable=pyproject.toml @ pyproject.toml:1',
        'unreadable=setup.cfg @ setup.cfg:1',
        'unreadable=app.py @ app.py:1',
        'unreadable=bad.py @ bad.py:1',
    ]

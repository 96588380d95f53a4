"""Name, version, description and authors, and where two places disagree."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, repo, told, values
from trueup.facts import read_facts

SETUP = '''
from setuptools import setup
VERSION = '1.2'
setup(
    name='scorer',
    version=VERSION,
    description='Scores ' + 'loans.',
    author='Ada', author_email='ada@example.com',
)
'''


def test_pyproject_states_them_all() -> None:
    """Each fact says the line."""
    text = (
        '[project]\nname = "churn-api"\nversion = "2.0"\ndescription = "Says who leaves."\n'
        'authors = [{name = "Ada L.", email = "ada@example.com"}, {name = "Bob"}]\n'
    )
    assert told({'pyproject.toml': text}, 'authors', 'description', 'name', 'version') == [
        "authors=('Ada L. <ada@example.com>', 'Bob') @ pyproject.toml:5",
        'description=Says who leaves. @ pyproject.toml:4',
        'name=churn-api @ pyproject.toml:2',
        'version=2.0 @ pyproject.toml:3',
    ]


def test_setup_py_is_read_and_not_run() -> None:
    """Constants and joined strings are understood; a setup.py that would fail or harm is harmless."""
    assert told({'setup.py': SETUP + 'raise SystemExit("ran")\n'}, 'authors', 'description', 'name', 'version') == [
        "authors=('Ada <ada@example.com>',) @ setup.py:8",
        'description=Scores loans. @ setup.py:7',
        'name=scorer @ setup.py:5',
        'version=1.2 @ setup.py:6',
    ]


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        (
            {'pyproject.toml': '[tool.poetry]\nversion = "1.1.0"\n', 'app/version.py': "__version__ = '1.0.0'\n"},
            ['version: pyproject.toml says 1.1.0, app/version.py says 1.0.0'],
        ),
        ({'pyproject.toml': '[tool.poetry]\nversion = "1.1.0"\n', 'app/version.py': "__version__ = 'v1.1.0'\n"}, []),
        ({'pyproject.toml': '[project]\nname = "a-b"\n', 'setup.py': 'setup(name="A_B")\n'}, []),
        (
            {'pyproject.toml': '[project]\nname = "a"\n', 'setup.py': 'setup(name="b")\n'},
            ['name: pyproject.toml says a, setup.py says b'],
        ),
        ({'pyproject.toml': '[project]\nname = "a"\n', 'app.py': "FastAPI(title='Another')\n"}, []),
    ],
)
def test_two_places_may_disagree(files: Files, expected: list[str]) -> None:
    """Only statements count, and only real differences."""
    assert values(files, 'disagreement') == expected


def test_a_computed_version_says_by_what() -> None:
    """There is no number to read, and that is a fact too."""
    text = '[project]\nname = "a"\ndynamic = ["version"]\n[tool.setuptools_scm]\n'
    assert told({'pyproject.toml': text}, 'version', 'version_source') == [
        'version_source=setuptools_scm @ pyproject.toml:3'
    ]


@pytest.mark.parametrize(
    ('readme', 'expected'),
    [
        ('# Title\n\n![badge](x)\n\nServes a **model** over [HTTP](y). And more.\n', ['Serves a model over HTTP.']),
        ('Title\n=====\n\n```\npip install this thing\n```\n', []),
        ('', []),
    ],
)
def test_the_readme_describes_when_nothing_else_does(readme: str, expected: list[str]) -> None:
    """The first sentence of prose, never a badge or a command."""
    assert values({'README.md': readme}, 'description') == expected


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'LICENSE': 'MIT License\n\nCopyright (c) 2019-2021 Ada Lovelace\n'}, [('Ada Lovelace',)]),
        ({'LICENSE': 'Copyright [yyyy] [name of copyright owner]\n'}, []),
        ({'LICENSE': 'Copyright (C) 2007 Free Software Foundation, Inc. <https://fsf.example>\n'}, []),
        ({'Dockerfile': 'FROM x\nMAINTAINER Ada "ada@example.com"\n'}, [('Ada ada@example.com',)]),
    ],
)
def test_owners_without_packaging(files: Files, expected: list[object]) -> None:
    """A copyright line or the image's maintainer is better than nobody."""
    assert values(files, 'authors') == expected


@pytest.mark.parametrize(
    ('files', 'root', 'expected'),
    [
        ({'app.py': ''}, '.', 'churn-api'),
        ({'app.py': ''}, 'services/fraud/api', 'fraud'),
        ({'app.py': ''}, 'server', 'churn-api'),
        ({'app.py': '', 'setup.py': 'setup(name="src")\n'}, '.', 'churn-api'),
        ({'app.py': "FastAPI(title='Who Leaves')\n"}, '.', 'churn-api'),
        ({'helm/Chart.yaml': 'name: scorer\n'}, '.', 'scorer'),
        ({'helm/Chart.yaml': 'name: app\n'}, '.', 'churn-api'),
        ({'helm/a/Chart.yaml': 'name: scorer\n', 'helm/b/Chart.yaml': 'name: grafana\n'}, '.', 'churn-api'),
        ({'pyproject.toml': '[project]\nname = "stated"\n', 'app.py': ''}, '.', 'stated'),
        ({'setup.py': 'try:\n    N = "tried"\nexcept OSError:\n    pass\nsetup(name=N)\n'}, '.', 'tried'),
    ],
)
def test_a_name_that_nothing_states_is_the_folder(files: Files, root: str, expected: str) -> None:
    """What only names a role (a chart `app`, a distribution `src`, a folder `server`) says nothing."""
    found = read_facts(repo(files), service_root=root, folder='churn-api')
    assert [fact.value for fact in found if fact.name == 'name'] == [expected]

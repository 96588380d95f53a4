"""Each single answer gives files that parse, that the standard itself accepts, and that any machine can store."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.rendering import files, render
from tests.support.standard import ROOT
from tests.template.options import OPTIONS
from tests.template.requiring import require_formatted, require_parses

Render = Callable[..., Path]
EVERY = pytest.mark.parametrize('answers', OPTIONS.values(), ids=OPTIONS)
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$', re.IGNORECASE)
QUALITY = {'.copier-answers.yml', '.gitignore', '.pre-commit-config.yaml', 'noxfile.py', 'pyproject.toml'}


@EVERY
def test_every_file_parses(rendered: Render, answers: dict[str, object]) -> None:
    """TOML, YAML, Python and JSON are what they claim to be; nothing of Jinja is left; text files end with one newline."""
    require_parses(rendered(**answers))


@EVERY
def test_names_can_be_stored_anywhere(rendered: Render, answers: dict[str, object]) -> None:
    """No name that Windows forbids, none that differ by case only."""
    paths = list(files(rendered(**answers)))
    assert not [part for path in paths for part in path.split('/') if FORBIDDEN.search(part)]
    assert len({path.lower() for path in paths}) == len(paths)


def test_names_of_the_template_can_be_stored_anywhere() -> None:
    """The template itself is cloned on Windows too."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--', 'template', 'copier', 'copier.yml'], cwd=ROOT, check=True, capture_output=True
    )
    parts = {part for path in listed.stdout.decode().split('\0') for part in path.split('/')}
    assert not [part for part in parts if FORBIDDEN.search(part)]


@pytest.mark.parametrize('name', ['defaults', 'longest names', 'flat package', 'deep package', 'keep packager'])
def test_formatters_find_nothing(rendered: Render, name: str) -> None:
    """black, isort and flake8 with the generated configuration accept the generated code as it is."""
    require_formatted(rendered(**OPTIONS[name]))


@EVERY
def test_python_outside_the_package_is_formatted(rendered: Render, answers: dict[str, object]) -> None:
    """The noxfile is accepted in every scope, whatever address stands in it."""
    root = rendered(**answers)
    done = subprocess.run(
        [sys.executable, '-m', 'black', '--check', '--quiet', 'noxfile.py'], cwd=root, check=False, capture_output=True
    )
    assert done.returncode == 0


@pytest.mark.parametrize(('scope', 'fewer'), [('quality', set()), ('config', {'.gitignore'})])
def test_scopes_bring_nothing_more(rendered: Render, scope: str, fewer: set[str]) -> None:
    """An adopted service gets a handful of files and no code."""
    root = rendered(scope=scope)
    assert set(files(root)) == QUALITY - fewer
    document = tomllib.loads((root / 'pyproject.toml').read_text())
    assert 'dependencies' not in document.get('project', {})
    packaging = {'project', 'dependency-groups', 'build-system'}
    assert packaging & set(document) == (packaging if scope == 'quality' else set())


def test_quality_without_package(rendered: Render) -> None:
    """Files that are run where they lie need no build system, but Poetry must know."""
    document = tomllib.loads((rendered(scope='quality', is_package=False) / 'pyproject.toml').read_text())
    assert document['tool']['poetry'] == {'package-mode': False}
    assert 'build-system' not in document


def test_inside_a_larger_repository(rendered: Render) -> None:
    """Git hooks and workflows are read at the root only: a service's folder holds none."""
    inside, alone = set(files(rendered(service_root='services/churn'))), set(files(rendered()))
    assert alone - inside == {'.pre-commit-config.yaml', '.github/workflows/ci.yml'}
    assert not inside - alone


@pytest.mark.parametrize('answers', [{}, {'service_root': 'services/churn'}])
def test_jenkins_reads_tests_only(rendered: Render, tmp_path: Path, answers: dict[str, object]) -> None:
    """Its junit step fails on XML of another kind, such as the coverage that the tests session writes beside its own."""
    root = rendered(ci=['jenkins'], **answers)
    (text,) = (text for path, text in files(root).items() if path.endswith('Jenkinsfile'))
    (pattern,) = re.findall(r"testResults: '([^']+)'", text)
    folder = tmp_path / str(answers.get('service_root', '.')) / 'reports' / '3.12'
    folder.mkdir(parents=True)
    for name in ('junit.xml', 'coverage.xml', 'tests.html'):
        (folder / name).touch()
    assert list(tmp_path.glob(pattern)) == [folder / 'junit.xml']


def test_linters_are_no_dependencies_of_a_service(rendered: Render) -> None:
    """They come with the standard, once, for all services alike."""
    text = (rendered() / 'pyproject.toml').read_text()
    named = json.dumps([tomllib.loads(text)['project'], tomllib.loads(text)['dependency-groups']])
    assert not re.search('black|isort|flake8|pylint|trueup|nox', named)


def test_lint_configuration_is_whole(rendered: Render) -> None:
    """Exactly the settings that the standard promises."""
    tool = tomllib.loads((rendered() / 'pyproject.toml').read_text())['tool']
    assert tool['black'] == {'line-length': 120, 'skip-string-normalization': True}
    assert tool['isort'] == {
        'multi_line_output': 3,
        'include_trailing_comma': True,
        'line_length': 120,
        'known_first_party': ['churn_service'],
    }
    assert tool['flake8'] == {'max-line-length': 120, 'extend-ignore': ['E203', 'E701', 'E704', 'W503']}
    messages = tool['pylint'].pop('messages control')
    assert tool['pylint'] == {
        'main': {'fail-under': 9.7},
        'format': {'max-line-length': 120},
        'similarities': {'min-similarity-lines': 10},
    }
    assert messages == {
        'disable': [
            'locally-disabled',
            'suppressed-message',
            'missing-module-docstring',
            'missing-class-docstring',
            'missing-function-docstring',
            'too-few-public-methods',
            'wrong-import-position',
            'import-outside-toplevel',
            'fixme',
            'too-many-locals',
            'too-many-arguments',
            'too-many-positional-arguments',
            'too-many-instance-attributes',
            'c-extension-no-member',
        ]
    }


def test_answers_are_stock(rendered: Render) -> None:
    """The answers file holds what Copier needs and every stored answer, sorted, and nothing derived."""
    text = (rendered(scope='quality') / '.copier-answers.yml').read_text()
    answers = yaml.safe_load(text)
    assert list(answers) == sorted(answers)
    assert answers.pop('_src_path').endswith('/trueup')
    assert answers == {
        '_commit': 'v0.1.0',
        'author_email': '',
        'author_name': 'The service team',
        'ci': ['jenkins', 'github'],
        'description': 'A machine learning service',
        'hooks_repo': '',
        'is_package': True,
        'lint_tools': 'standard',
        'package_index_url': '',
        'package_name': 'churn_service',
        'package_path': 'src/churn_service',
        'packaging': 'poetry',
        'port': 8000,
        'python_min': '3.11',
        'scope': 'quality',
        'service_name': 'churn-service',
        'service_root': '.',
        'slow_hooks': 'pre-push',
    }


def test_render_is_deterministic(rendered: Render, standard: Path, tmp_path: Path) -> None:
    """The same answers give the same bytes: `check` compares with a render."""
    again = render(standard, tmp_path / 'churn-service')
    assert files(again) == files(rendered())


@pytest.mark.parametrize(
    ('folder', 'name'),
    [('Churn_Service 2', 'churn-service-2'), ('42', 'ml-service'), ('_x_', 'x'), ('ünïcode', 'n-code')],
)
def test_folder_name_becomes_a_service_name(standard: Path, tmp_path: Path, folder: str, name: str) -> None:
    """Whatever the folder is called, the defaults are valid."""
    root = render(standard, tmp_path / folder, scope='config')
    assert yaml.safe_load((root / '.copier-answers.yml').read_text())['service_name'] == name


@pytest.mark.parametrize(
    'answers',
    [
        {'service_name': 'Churn'},
        {'service_name': '-churn'},
        {'service_name': 'x' * 51},
        {'package_name': 'churn-service'},
        {'description': 'two\nlines'},
        {'author_name': ' '},
        {'author_email': 'nobody'},
        {'scope': 'some'},
        {'service_root': '../other'},
        {'service_root': '/abs'},
        {'service_root': 'a/'},
        {'package_path': 'src/other'},
        {'packaging': 'conda'},
        {'lint_tools': 'yapf'},
        {'ruff_version': 'latest', 'lint_tools': 'ruff'},
        {'python_min': '2.7'},
        {'package_index_url': 'https://user:secret@packages.example.com/simple'},
        {'package_index_url': 'packages.example.com'},
        {'port': 80},
        {'metrics_port': 80},
        {'metrics_port': 8000},
        {'inference': 'elsewhere'},
        {'base_image': 'python'},
        {'base_image': 'python:latest'},
        {'base_image': 'python:3.11@sha256:0'},
        {'image_registry': 'https://registry.example.com'},
        {'image_registry': 'registry.example.com/'},
        {'ci': ['travis']},
        {'slow_hooks': 'never'},
        {'hooks_repo': 'https://user:secret@example.com/x.git'},
        {'hooks_repo': '../hooks'},
    ],
    ids=lambda answers: '-'.join(f'{key}={value!r}' for key, value in answers.items()),
)
def test_bad_answers_are_refused(standard: Path, tmp_path: Path, answers: dict[str, object]) -> None:
    """A validator stops a wrong answer before anything is written."""
    with pytest.raises(ValueError, match=next(iter(answers))):
        render(standard, tmp_path / 'churn-service', **answers)
    assert not (tmp_path / 'churn-service').exists()

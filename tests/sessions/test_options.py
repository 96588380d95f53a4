"""Options of the sessions, the matrix and the way to install: pure decisions over files."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from trueup.errors import Missing, UserError
from trueup.sessions._install import decide, index_environment, poetry_version
from trueup.sessions._interpreters import allowed, extended_path, find_interpreter, matrix, without_uv
from trueup.sessions._options import Options, read_options, requires_python
from trueup.sessions._reference import REFERENCE, main, tables

ROOT = Path(__file__).parents[2]


def service(root: Path, text: str, *files: str) -> Options:
    """A service with that pyproject.toml and empty other files."""
    (root / 'pyproject.toml').write_text(text, encoding='utf-8')
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return read_options(root)


def test_defaults_without_pyproject(tmp_path: Path) -> None:
    """A service without pyproject.toml has the sessions too."""
    assert read_options(tmp_path) == Options(tmp_path)


def test_all_options(tmp_path: Path) -> None:
    """What the table may hold; a byte order mark does no harm."""
    (tmp_path / 'pyproject.toml').write_text(
        '\ufeff[project]\nname = "x"\nrequires-python = ">=3.11"\n[tool.trueup.sessions]\npythons = ["3.12", "3.12"]\n'
        'pytest_args = ["-x"]\ninstall = "pip"\nreports = "out/reports"\n',
        encoding='utf-8',
    )
    options = read_options(tmp_path)
    assert (options.pythons, options.requires_python, options.pytest_args) == (('3.12',), '>=3.11', ('-x',))
    assert (options.install, options.reports) == ('pip', 'out/reports')


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        ('pythonz = []', "unknown key 'pythonz'"),
        ('install = "conda"', "install is 'conda'"),
        ('pythons = ["3"]', "pythons names '3'"),
        ('pythons = "3.12"', 'pythons must be a list of strings'),
        ('pytest_args = [1]', 'pytest_args must be a list of strings'),
        ('reports = "../out"', 'reports must name a folder inside the service'),
        ('reports = "/out"', 'reports must name a folder inside the service'),
        ('reports = 3', 'reports must name a folder inside the service'),
    ],
)
def test_mistakes_are_named(tmp_path: Path, line: str, message: str) -> None:
    """A wrong option is one line with its place and a hint, never ignored."""
    with pytest.raises(UserError) as caught:
        service(tmp_path, f'[tool.trueup.sessions]\n{line}\n')
    assert caught.value.message == message
    assert caught.value.where == 'pyproject.toml: [tool.trueup.sessions]' and caught.value.hint


@pytest.mark.parametrize('text', ['<<<<<<< ours\n', 'name = "\xff"'])
def test_malformed_pyproject(tmp_path: Path, text: str) -> None:
    """Conflict markers and other encodings are named with the file."""
    (tmp_path / 'pyproject.toml').write_bytes(text.encode('latin-1'))
    with pytest.raises(UserError, match='not valid TOML') as caught:
        read_options(tmp_path)
    assert caught.value.where.endswith('pyproject.toml')


@pytest.mark.parametrize(
    ('written', 'expected'),
    [
        ('[project]\nrequires-python = ">=3.10"', '>=3.10'),
        ('[tool.poetry.dependencies]\npython = "^3.9"', '>=3.9,<4'),
        ('[tool.poetry.dependencies]\npython = "^3.9.2"', '>=3.9.2,<4'),
        ('[tool.poetry.dependencies]\npython = "~3.10"', '>=3.10,<3.11'),
        ('[tool.poetry.dependencies]\npython = ">=3.8, <3.12"', '>=3.8,<3.12'),
        ('[tool.poetry.dependencies]\npython = "3.11.*"', '==3.11.*'),
        ('[tool.poetry.dependencies]\npython = "*"', ''),
        ('[tool.poetry.dependencies]\npython = "^2.7 || ^3.9"', ''),
        ('[tool.black]\n', ''),
    ],
)
def test_requires_python(written: str, expected: str) -> None:
    """PEP 621 and Poetry 1 say the same in different words."""
    assert requires_python(tomllib.loads(written)) == expected


@pytest.mark.parametrize(
    ('requires', 'expected'),
    [
        ('>=3.11,<3.14', ('3.11', '3.12', '3.13')),
        ('>=3.11.4,<3.12.3', ('3.11', '3.12')),
        ('==3.10.*', ('3.10',)),
        ('<3.9', ()),
    ],
)
def test_allowed(requires: str, expected: tuple[str, ...]) -> None:
    """A minor version counts if any of its patch releases is allowed."""
    assert allowed(requires) == expected


@pytest.mark.parametrize(
    ('requires', 'expected'),
    [
        ('>=3.8,<3.11', ('3.8', '3.9', '3.10')),
        ('<3.9', ('3.6', '3.7', '3.8')),
        ('==3.7.*', ('3.7',)),
        ('>=3.14', ('3.14', '3.15')),
    ],
)
def test_old_ones_with_uv(requires: str, expected: tuple[str, ...]) -> None:
    """uv makes environments that virtualenv no longer makes."""
    assert allowed(requires, uv=True) == expected
    assert '3.8' not in allowed('', uv=True)


@pytest.mark.parametrize(
    ('wanted', 'requires', 'expected'),
    [((), '>=3.8', ('3.8',)), (('3.7', '3.12'), '', ('3.7',)), ((), '>=3.9', ()), ((), '', ())],
)
def test_without_uv(wanted: tuple[str, ...], requires: str, expected: tuple[str, ...]) -> None:
    """What can't be verified is known, so that it can be said."""
    assert without_uv(wanted, requires) == expected


def test_bad_requires_python() -> None:
    """What is no version set is named as such."""
    with pytest.raises(UserError, match="not a version set: 'newest'"):
        allowed('newest')


@pytest.mark.parametrize(
    ('named', 'requires', 'present', 'expected'),
    [
        (('3.9', '3.12'), '>=3.11', (), ('3.9', '3.12')),
        ((), '>=3.11,<3.14', ('3.10', '3.11', '3.13'), ('3.11', '3.13')),
        ((), '>=3.11,<3.14', (), ('3.13',)),
        ((), '<3.9', ('3.11',), ()),
    ],
)
def test_matrix(named: tuple[str, ...], requires: str, present: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Named ones as named; else what is allowed and present; with none present one for Nox to miss."""
    find = {version: Path(version) for version in present}.get
    assert matrix(named, requires, find) == expected


def script(path: Path, text: str) -> Path:
    """An executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.mark.skipif(os.name == 'nt', reason='uses shell scripts')
def test_a_shim_that_fails_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pyenv shim is on PATH and fails when run; the real interpreter is then found in pyenv's own folders."""
    script(tmp_path / 'shims/python3.9', '#!/bin/sh\necho "pyenv: python3.9: command not found" >&2\nexit 127\n')
    real = script(tmp_path / 'pyenv/versions/3.9.10/bin/python3.9', '#!/bin/sh\necho 3.9\n')
    script(tmp_path / 'pyenv/versions/3.9.9/bin/python3.9', '#!/bin/sh\necho 3.9\n')
    monkeypatch.setenv('PYENV_ROOT', str(tmp_path / 'pyenv'))
    monkeypatch.setenv('PATH', f'{tmp_path / "shims"}{os.pathsep}/usr/bin{os.pathsep}/bin')
    assert find_interpreter('3.9') == real
    assert find_interpreter('3.10') != real
    script(real, '#!/bin/sh\necho 3.10\n')
    assert find_interpreter('3.9') == tmp_path / 'pyenv/versions/3.9.9/bin/python3.9'


def test_the_running_interpreter_needs_no_search() -> None:
    """Nox's own Python is there, whatever PATH says."""
    assert find_interpreter(f'{sys.version_info[0]}.{sys.version_info[1]}') == Path(sys.executable)


def test_found_interpreters_shadow_nothing() -> None:
    """They go to the end of PATH, once."""
    path = os.pathsep.join(['/usr/bin', '/a/bin'])
    assert extended_path(path, [Path('/a/bin/python3.9'), Path('/b/bin/python3.9')]) == os.pathsep.join(
        ['/usr/bin', '/a/bin', '/b/bin']
    )


POETRY = (
    '[project]\nname = "x"\n[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
)
GROUPS = '[dependency-groups]\ntest = ["pytest"]\ndev = [{ include-group = "test" }, "tox"]\n'


@pytest.mark.parametrize(
    'row',
    [
        (
            POETRY,
            ['poetry.lock'],
            ((2, 1), True),
            'installing with `poetry sync` from poetry.lock',
            ('poetry', 'sync', '--no-interaction', '--all-groups'),
            (),
        ),
        (
            POETRY,
            ['poetry.lock'],
            ((1, 8), True),
            'installing with `poetry install --sync` (Poetry 1) from poetry.lock',
            ('poetry', 'install', '--sync', '--no-interaction'),
            (),
        ),
        (
            POETRY + GROUPS,
            ['poetry.lock'],
            (None, True),
            'installing the project (.) and the dependency groups test, dev (poetry.lock is not used: no Poetry that runs)',
            (),
            ('-e', '.', 'pytest', 'tox'),
        ),
        (POETRY, [], ((2, 1), True), 'installing the project (.)', (), ('-e', '.')),
        (
            POETRY,
            ['uv.lock'],
            (None, True),
            'installing with `uv sync` from uv.lock',
            ('uv', 'sync', '--frozen', '--active', '--all-groups'),
            (),
        ),
        (
            '[project]\nname = "x"\ndependencies = ["numpy"]\n',
            [],
            (None, False),
            'installing the dependencies of [project]',
            (),
            ('numpy',),
        ),
        (
            POETRY + '[project.optional-dependencies]\ndocs = []\ntests = []\n',
            [],
            (None, False),
            'installing the project (.[tests])',
            (),
            ('-e', '.[tests]'),
        ),
        (
            POETRY + '[tool.poetry]\npackage-mode = false\n',
            ['requirements.txt', 'requirements-dev.txt'],
            (None, False),
            'installing requirements-dev.txt',
            (),
            ('-r', 'requirements-dev.txt'),
        ),
        (
            '',
            ['requirements.txt', 'requirements/test.txt', 'requirements-docs.txt'],
            (None, False),
            'installing requirements.txt and requirements/test.txt',
            (),
            ('-r', 'requirements.txt', '-r', 'requirements/test.txt'),
        ),
        ('', ['setup.py', 'requirements.txt'], (None, False), 'installing the project (.)', (), ('-e', '.')),
        (
            '',
            [],
            (None, False),
            'installing nothing: no project, dependency group or requirements file was found',
            (),
            (),
        ),
        (
            '[tool.trueup.sessions]\ninstall = "none"\n',
            ['poetry.lock'],
            ((2, 1), True),
            'nothing is installed: [tool.trueup.sessions] install = "none"',
            (),
            (),
        ),
        (
            '[tool.trueup.sessions]\ninstall = "pip"\n',
            ['poetry.lock', 'uv.lock', 'requirements.txt'],
            ((2, 1), True),
            'installing requirements.txt',
            (),
            ('-r', 'requirements.txt'),
        ),
    ],
)
def test_how_to_install(
    tmp_path: Path, row: tuple[str, list[str], tuple[Any, bool], str, tuple[str, ...], tuple[str, ...]]
) -> None:
    """The lock decides if its tool is there; otherwise the next best, and the sentence says which."""
    text, files, tools, *expected = row
    steps = decide(service(tmp_path, text, *files), poetry=tools[0], uv=tools[1])
    assert [steps.sentence, steps.command, steps.arguments] == expected


@pytest.mark.parametrize('name', ['poetry', 'uv'])
def test_demanded_tool_is_missing(tmp_path: Path, name: str) -> None:
    """A tool that the service demands is not silently replaced."""
    options = service(tmp_path, f'[tool.trueup.sessions]\ninstall = "{name}"\n')
    with pytest.raises(Missing, match='was not found'):
        decide(options, poetry=None, uv=False)


def test_broken_group(tmp_path: Path) -> None:
    """A group that includes itself is the service's mistake, said in one line."""
    options = service(tmp_path, '[dependency-groups]\na = [{ include-group = "a" }]\n')
    with pytest.raises(UserError, match='a dependency group can not be read'):
        decide(options, poetry=None, uv=False)


@pytest.mark.skipif(os.name == 'nt', reason='uses shell scripts')
@pytest.mark.parametrize(
    ('text', 'version'),
    [
        ('echo "Poetry (version 2.1.3)"', (2, 1)),
        ('echo "poetry: command not found" >&2; exit 127', None),
        ('echo hm', None),
    ],
)
def test_poetry_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, version: object) -> None:
    """Only a Poetry that runs counts."""
    script(tmp_path / 'poetry', f'#!/bin/sh\n{text}\n')
    monkeypatch.setenv('PATH', str(tmp_path))
    assert poetry_version() == version


@pytest.mark.parametrize(
    ('environment', 'added'),
    [
        ({}, {}),
        ({'PIP_INDEX_URL': 'p'}, {'UV_DEFAULT_INDEX': 'p', 'POETRY_PYPI_MIRROR_URL': 'p'}),
        ({'UV_INDEX_URL': 'u'}, {'PIP_INDEX_URL': 'u', 'POETRY_PYPI_MIRROR_URL': 'u'}),
        ({'POETRY_PYPI_MIRROR_URL': 'm'}, {'PIP_INDEX_URL': 'm', 'UV_DEFAULT_INDEX': 'm'}),
        ({'PIP_INDEX_URL': 'p', 'UV_DEFAULT_INDEX': 'u', 'POETRY_PYPI_MIRROR_URL': 'm'}, {}),
    ],
)
def test_private_index_reaches_every_tool(environment: dict[str, str], added: dict[str, str]) -> None:
    """Whoever told one tool of a private index meant all of them."""
    assert index_environment(environment) == added


def test_reference_is_generated(tmp_path: Path) -> None:
    """The tables of the reference are what the code says, and the generator mends stale ones."""
    text = (ROOT / REFERENCE).read_text(encoding='utf-8')
    assert all(table in text for table in tables().values())
    stale = tmp_path / REFERENCE
    stale.parent.mkdir(parents=True)
    stale.write_text(text.replace('| `pytest_args` |', '| `pytest-args` |'), encoding='utf-8')
    assert main([str(tmp_path)]) == 0
    assert stale.read_text(encoding='utf-8') == text

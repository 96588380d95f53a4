"""Whose interpreter is the service's: the order of the search, and what does not count."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.errors import UserError
from trueup.lint.environment import environment_of, find_environment, watched
from trueup.lint.model import Message
from trueup.lint.run import LintOptions, lint

POETRY = shutil.which('poetry')
SEEDS = ('pip-24.0.dist-info', 'setuptools-65.5.0-py3.11.egg-info', 'Wheel-0.40.dist-info', 'pkg_resources-0.0.0.egg')


def build(folder: Path, *, broken: bool = False, holds: Sequence[str] = ('fast_api-1.0.dist-info',)) -> Path:
    """A virtual environment with some distributions, or one whose interpreter is gone."""
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', str(folder)], check=True)
    for name in holds:
        Path(library(folder), name).mkdir()
    if broken:
        for python in (folder / 'bin').glob('python*'):
            python.unlink()
    return folder


def library(folder: Path) -> str:
    """Where an environment keeps its packages."""
    return str(next(folder.glob('lib/python*/site-packages')))


def found(root: Path) -> tuple[str, Path] | None:
    """What the search gives: where it was found, and the interpreter."""
    environment = find_environment(root)
    return (environment.source, environment.python) if environment else None


def test_no_environment_is_none(make: Make) -> None:
    """A hook on a fresh clone."""
    assert find_environment(make({'a.py': ''})) is None


def test_the_search_goes_in_its_order(make: Make, monkeypatch: pytest.MonkeyPatch, quiet_shell: Path) -> None:
    """Each place counts as soon as those before it are gone."""
    root = make({'pyproject.toml': '', 'sub/a.py': ''})
    places = {name: build(root.parent / name) for name in ('given', 'active', 'conda', 'poetry')}
    places |= {name: build(root / name) for name in ('.venv', 'venv')}
    poetry = quiet_shell / 'poetry'
    poetry.write_text(f'#!/bin/sh\n[ -z "$VIRTUAL_ENV" ] && echo "{places["poetry"]}"\n', encoding='utf-8')
    poetry.chmod(0o755)
    monkeypatch.setenv('TRUEUP_PYTHON', str(places['given'] / 'bin' / 'python'))
    monkeypatch.setenv('VIRTUAL_ENV', str(places['active']))
    monkeypatch.setenv('CONDA_PREFIX', str(places['conda']))
    order = []
    for name, variable in (
        ('given', 'TRUEUP_PYTHON'),
        ('.venv', ''),
        ('venv', ''),
        ('active', 'VIRTUAL_ENV'),
        ('conda', 'CONDA_PREFIX'),
        ('poetry', ''),
    ):
        order.append(found(root))
        if variable:
            monkeypatch.delenv(variable)
        (places[name] / 'pyvenv.cfg').unlink()
    expected = [('TRUEUP_PYTHON', 'given'), ('.venv', '.venv'), ('venv', 'venv'), ('VIRTUAL_ENV', 'active')]
    expected += [('CONDA_PREFIX', 'conda'), ('poetry', 'poetry')]
    assert order == [(source, places[name] / 'bin' / 'python') for source, name in expected]


def test_the_environment_above_a_project_counts(make: Make) -> None:
    """One environment at the root of a monorepo serves all its projects, but none outside of the repository."""
    root = make({'lib/pyproject.toml': '', 'lib/a.py': ''})
    build(root.parent / '.venv')
    assert found(root / 'lib') is None
    build(root / '.venv')
    assert found(root / 'lib') == ('.venv', root / '.venv' / 'bin' / 'python')


def test_our_own_environment_is_not_the_services(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a pre-commit hook VIRTUAL_ENV is the hook's."""
    monkeypatch.setenv('VIRTUAL_ENV', sys.prefix)
    assert find_environment(make({'a.py': ''})) is None


def test_a_broken_environment_is_passed_over(make: Make) -> None:
    """An upgrade of Python leaves environments whose interpreter is gone."""
    root = make({'a.py': ''})
    build(root / '.venv', broken=True)
    build(root / 'venv')
    assert found(root) == ('venv', root / 'venv' / 'bin' / 'python')


def test_an_environment_in_which_nothing_is_installed_is_passed_over(make: Make) -> None:
    """There every import would be an error: the next place is asked, and with none pylint holds its tongue and says so."""
    code = '"""Doc."""\n\nimport fastapi\n\nprint(fastapi)\n'
    root = make({'a.py': code, '.gitignore': '*venv\n'})
    empty = build(root / '.venv', holds=SEEDS)
    result = lint(root, options=LintOptions(tools=('pylint',)))
    assert (result.messages, result.failed) == ((), False)
    assert result.notes[0].startswith('no environment with packages of the service was found')
    build(root / 'venv')
    assert found(root) == ('venv', root / 'venv' / 'bin' / 'python')
    assert lint(root, options=LintOptions(tools=('pylint',))).messages == (
        Message('pylint', 'E0401', 'import-error', 'a.py', 3, 0, "Unable to import 'fastapi'"),
    )
    Path(library(empty), 'lib.egg-link').touch()
    assert found(root) == ('.venv', root / '.venv' / 'bin' / 'python')


@pytest.mark.skipif(POETRY is None, reason='Poetry is not on PATH')
def test_poetry_is_asked_and_makes_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch, quiet_shell: Path, tmp_path: Path
) -> None:
    """Real Poetry: no environment is made by asking, an empty one does not count, a filled one does."""
    root = make({'pyproject.toml': '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n'})
    assert POETRY
    (quiet_shell / 'poetry').symlink_to(POETRY)
    for name, value in {'VIRTUALENVS_PATH': tmp_path / 'envs', 'VIRTUALENVS_IN_PROJECT': 'false'}.items():
        monkeypatch.setenv(f'POETRY_{name}', str(value))
    assert find_environment(root) is None and not list(tmp_path.glob('envs/*'))
    subprocess.run([POETRY, 'env', 'use', '-q', sys.executable], cwd=root, check=True)
    assert find_environment(root) is None
    (made,) = tmp_path.glob('envs/x-*')
    Path(library(made), 'fastapi-1.dist-info').mkdir()
    assert found(root) == ('poetry', made / 'bin' / 'python')


def test_an_interpreter_that_was_asked_for_must_run(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passing it over would hide the mistake."""
    monkeypatch.setenv('TRUEUP_PYTHON', '/no/such/python')
    with pytest.raises(UserError) as caught:
        find_environment(make({'a.py': ''}))
    assert caught.value.where == '/no/such/python (TRUEUP_PYTHON)'


def test_packages_are_those_of_the_environment(tmp_path: Path) -> None:
    """Its site-packages and what `.pth` files add (editable installs); not the standard library."""
    folder = build(tmp_path / 'env')
    (tmp_path / 'src').mkdir()
    Path(library(folder), 'editable.pth').write_text(str(tmp_path / 'src'), encoding='utf-8')
    assert environment_of(folder).packages == (library(folder), str(tmp_path / 'src'))


def test_watched_ends_where_the_answer_was_found(make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is asked after the found environment can't change the answer; with none, everything may."""
    root = make({'pyproject.toml': ''})
    monkeypatch.setenv('VIRTUAL_ENV', str(tmp_path / 'active'))
    everything = list(watched(root))
    assert str(root / '.venv' / 'pyvenv.cfg') in everything and str(tmp_path / 'active') in everything
    found = list(watched(root, [str(root / '.venv' / 'lib' / 'python3.12' / 'site-packages')]))
    assert str(root / '.venv') in found and str(tmp_path / 'active') not in found
    monkeypatch.setenv('TRUEUP_PYTHON', '/some/python')
    assert list(watched(root)) == ['/some/python', '/some/python/bin/python']

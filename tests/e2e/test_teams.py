"""Services of teams that have their own ways: old Pythons, uv and ruff. Adopted, linted, tested, hooked and updated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git
from tests.support.standard import ROOT
from trueup.sessions._interpreters import find_interpreter

pytestmark = [pytest.mark.e2e, pytest.mark.network]
SERVICES = ROOT / 'tests' / 'services'


def _run(folder: Path, *command: str, code: int = 0) -> str:
    place = str(Path(sys.executable).parent)
    environment = os.environ | {'NO_COLOR': '1', 'PATH': os.pathsep.join([place, os.environ['PATH']])}
    environment.pop('CI', None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, f'{command}: {done.returncode}\n{done.stdout}\n{done.stderr}'
    return done.stdout + done.stderr


def _trueup(folder: Path, *words: str, code: int = 0) -> str:
    return _run(folder, sys.executable, '-m', 'trueup', *words, code=code)


def _repository(name: str, folder: Path) -> Path:
    shutil.copytree(SERVICES / name, folder)
    git(folder, 'init', '--quiet', '--initial-branch=main')
    return folder


def _commit(folder: Path) -> None:
    git(folder, 'add', '--all')
    git(folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '-m', 'as it was')


def _adopt(folder: Path, standard: Path, *more: str) -> str:
    words = ('adopt', '--defaults', '--verify', 'none', '--switch', '--standard', f'{standard}@v0.1.0', *more)
    return _trueup(folder, *words)


def _needs(*programs: str) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ['PATH']])
    missing = [program for program in programs if shutil.which(program, path=path) is None]
    if missing:
        pytest.skip(f'needs {", ".join(missing)}')


@pytest.mark.parametrize('version', ['3.8', '3.9'])
def test_old_python(version: str, standard: Path, tmp_path: Path) -> None:
    """The linters run on a newer Python, the tests on the service's own, and the next version comes as to any other."""
    _needs('poetry', 'uv')
    if find_interpreter(version) is None:
        pytest.skip(f'needs Python {version}')
    service = _repository('py38-api', tmp_path / 'scorer')
    for name in ('Dockerfile', '.python-version'):
        path = service / name
        path.write_text(path.read_text().replace('3.8', version))
    _commit(service)
    _adopt(service, standard)
    pyproject = (service / 'pyproject.toml').read_text()
    assert f'requires-python = ">={version}"' in pyproject and f'py-version = "{version}"' in pyproject
    assert f'target-version = ["py{version.replace(".", "")}"]' in pyproject
    assert 'black==' not in pyproject and 'pylint==' not in pyproject
    assert _trueup(service, 'check').count('STD') == 0
    said = _run(service, sys.executable, '-m', 'nox', '-s', 'lint', f'tests-{version}')
    assert f'Python {version}.' in said and '2 passed' in said and 'lint: success' in said
    _trueup(service, 'update', '--to', '0.2.0', '--verify', 'none', '--switch')
    assert '_commit: v0.2.0' in (service / '.copier-answers.yml').read_text()
    _trueup(service, 'check')


def test_uv_and_ruff(standard: Path, tmp_path: Path) -> None:
    """The team's packager and linter stay: sessions and hooks run them, a new fault fails, Poetry is never asked."""
    _needs('uv')
    service = _repository('uv-ruff-api', tmp_path / 'ranker')
    (service / '.pre-commit-config.yaml').unlink()  # its hooks come from the open Internet
    _run(service, 'uv', 'lock', '--quiet')
    _commit(service)
    _adopt(service, standard)
    pyproject = (service / 'pyproject.toml').read_text()
    assert '[tool.black]' not in pyproject and 'TOL001' in pyproject and 'TOL002' in pyproject
    assert not (service / 'poetry.lock').exists()
    hooks = (service / '.pre-commit-config.yaml').read_text()
    assert 'id: ruff-check' in hooks and 'ruff==0.14.2' in hooks and 'id: uv-check' in hooks and 'black' not in hooks
    _trueup(service, 'check')
    _run(service, 'uv', 'lock', '--check')
    said = _run(service, sys.executable, '-m', 'nox', '-s', 'lint', 'tests-3.11')
    assert 'uv sync' in said and '1 passed' in said and 'ruff' in said
    git(service, 'add', '--all')
    _run(service, sys.executable, '-m', 'pre_commit', 'run', '--all-files')
    (service / 'src' / 'ranker' / 'fault.py').write_text('import os\nx = {  "a":1 }\n')
    git(service, 'add', '--all')
    assert 'F401' in _run(service, sys.executable, '-m', 'pre_commit', 'run', 'ruff-check', '--all-files', code=1)
    assert 'formatted' in _run(service, sys.executable, '-m', 'pre_commit', 'run', 'ruff-format', '--all-files', code=1)
    git(service, 'rm', '--quiet', '--force', 'src/ranker/fault.py')
    _trueup(service, 'update', '--to', '0.2.0', '--verify', 'none', '--switch')
    _trueup(service, 'check')


def test_from_ruff_to_the_standard(standard: Path, tmp_path: Path) -> None:
    """`--convert-tools` leaves nothing of ruff, says what has no counterpart, and the lint session passes."""
    service = _repository('uv-ruff-api', tmp_path / 'ranker')
    _commit(service)
    said = _adopt(service, standard, '--convert-tools')
    assert 'no tool of the standard has the rules B, UP' in said and 'tests/*: S101' in said
    pyproject = (service / 'pyproject.toml').read_text()
    assert '[tool.ruff' not in pyproject and 'per-file-ignores = ["tests/*:F811"]' in pyproject
    assert 'ruff' not in (service / '.pre-commit-config.yaml').read_text()
    _trueup(service, 'check')
    _trueup(service, 'lint')

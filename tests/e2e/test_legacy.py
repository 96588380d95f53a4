"""Old services adopted as a developer would: with lock and tests, then stock hooks and sessions, then all taken back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git
from tests.support.pictures import picture, tree
from tests.support.services import lay_down

pytestmark = [pytest.mark.e2e, pytest.mark.network]
CASES = {
    'bare-flask': (0, '.'),
    'crop-conda': (3, '.'),
    'fraud-utf16': (0, '.'),
    'linked-models': (0, '.'),
    'mail-red': (0, '.'),
    'parcel-django': (0, '.'),
    'photo-pipenv': (0, '.'),
    'quote-api': (0, '.'),
    'rail-monorepo': (0, 'services/delay'),
    'rates-py38': (0, '.'),
    'tabs-aiohttp': (0, '.'),
}
"""Exit code of adopt with its own tests as verification, and the folder of the service."""


def _run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {'NO_COLOR': '1'} | variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _trueup(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _run(folder, sys.executable, '-m', 'trueup', *arguments)


@pytest.mark.parametrize('name', sorted(CASES))
def test_an_old_service_and_stock_tools(standard: Path, tmp_path: Path, name: str) -> None:
    """Verified by its own tests; `check`, hooks, `nox -s lint` and Poetry are content; undo gives the identical tree."""
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')
    code, folder = CASES[name]
    root = lay_down(name, tmp_path / name, standard=standard)
    before = picture(root)
    done = _trueup(root, 'adopt', '--service-root', folder, '--defaults', '--standard', f'{standard}@v0.1.0')
    assert done.returncode == code, done.stdout + done.stderr
    branch = git(root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/trueup').strip()
    git(root, 'switch', '--quiet', branch)
    git(root, 'submodule', '--quiet', 'update')
    for place, command in (
        (root, ('-m', 'trueup', 'check', '--service-root', folder)),
        (root, ('-m', 'pre_commit', 'run', '--all-files')),
        (root / folder, ('-m', 'nox', '-s', 'lint')),
    ):
        ran = _run(place, sys.executable, *command, SKIP='' if code == 0 else 'trueup-check')
        wanted = 1 if 'check' in command and code == 3 else 0
        assert ran.returncode == wanted, f'{command}\n{ran.stdout}\n{ran.stderr}'
        assert wanted == 0 or ran.stdout.count('OPN001') == 1, ran.stdout
    if 'poetry.lock' in {path.rpartition('/')[2] for path in tree(root, branch)}:
        assert _run(root / folder, 'poetry', 'check', '--lock').returncode == 0
    git(root, 'switch', '--quiet', 'main')
    undone = _trueup(root, 'undo', '--service-root', folder)
    assert undone.returncode == 0, undone.stdout + undone.stderr
    assert picture(root) == before


def test_all_services_of_a_repository_and_stock_tools(standard: Path, tmp_path: Path) -> None:
    """Adopted at once, with locks and their own tests; hooks and sessions are content in each; undo is complete."""
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')
    root = lay_down('rail-monorepo', tmp_path / 'rail-monorepo')
    before = picture(root)
    done = _trueup(root, 'adopt', '--all-members', '--defaults', '--standard', f'{standard}@v0.1.0')
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'delay: tests' in done.stdout and 'nightly: tests' in done.stdout
    git(root, 'switch', '--quiet', 'trueup/adopt-0.1.0')
    ran = _run(root, sys.executable, '-m', 'pre_commit', 'run', '--all-files')
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for folder in ('services/delay', 'services/nightly'):
        assert _trueup(root, 'check', '--service-root', folder).returncode == 0
        assert _run(root / folder, sys.executable, '-m', 'nox', '-s', 'lint').returncode == 0
    git(root, 'switch', '--quiet', 'main')
    assert _trueup(root, 'undo').returncode == 0
    assert picture(root) == before

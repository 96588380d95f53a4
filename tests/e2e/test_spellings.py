"""Whatever spelling of the standard a person gives, the hooks and the noxfile of the service start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git
from tests.lifecycle.conftest import OLD_SERVICE

pytestmark = pytest.mark.e2e
REMOTES = (
    'https://std.example/acme/trueup.git',
    'ssh://git@std.example/acme/trueup.git',
    'git@std.example:acme/trueup.git',
    'https://github.com/acme/trueup.git',
)
SPELLINGS = (
    'https://std.example/acme/trueup.git@v0.1.0',
    'https://std.example/acme/trueup',
    'ssh://git@std.example/acme/trueup.git',
    'git@std.example:acme/trueup.git',
    'gh:acme/trueup@v0.1.0',
    'git+https://std.example/acme/trueup',
    '{standard}@v0.1.0',
    'file://{standard}',
)


@pytest.fixture
def network(standard: Path, tmp_path: Path) -> dict[str, str]:
    """A Git configuration that answers for the remote addresses with the standard on this disk."""
    lines = ['[user]', 'name = Tester', 'email = tester@example.com', '[protocol "file"]', 'allow = always']
    lines += [f'[url "{standard}"]', *(f'insteadOf = {remote}' for remote in REMOTES)]
    home = tmp_path / 'home'
    home.mkdir()
    (home / '.gitconfig').write_text('\n'.join(lines) + '\n')
    # pre-commit takes GIT_CONFIG_GLOBAL away from Git: the configuration has to be the home's.
    kept = {name: value for name, value in os.environ.items() if not name.startswith('GIT_')}
    caches = Path.home() / '.cache'
    return kept | {
        'HOME': str(home), 'TRUEUP_CACHE': str(tmp_path / 'cache'), 'PRE_COMMIT_HOME': str(tmp_path / 'pre-commit'),
        'PIP_CACHE_DIR': str(caches / 'pip'), 'UV_CACHE_DIR': str(caches / 'uv'), 'NO_COLOR': '1',
    }  # fmt: skip


def _run(folder: Path, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, '-m', *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f'{command}\n{done.stdout}\n{done.stderr}'
    return done.stdout


@pytest.mark.parametrize('spelling', SPELLINGS)
def test_hooks_and_noxfile_start(
    spelling: str, standard: Path, network: dict[str, str], make_repository: MakeRepository
) -> None:
    """Adopted with it, the service passes its own hook `trueup-check` and lists its sessions."""
    service = make_repository(OLD_SERVICE, 'scorer')
    _run(
        service, network, 'trueup', 'adopt', '--defaults', '--verify', 'none', '--switch', '--answer', 'packaging=keep',
        '--standard', spelling.format(standard=standard),
    )  # fmt: skip
    # A colleague's clone: nobody named the standard there, the installed hook itself is from it.
    clone = service.parent / 'clone'
    git(service.parent, 'clone', '-q', str(service), str(clone))
    assert 'Passed' in _run(clone, network, 'pre_commit', 'run', 'trueup-check', '--all-files')
    listed = _run(clone, network, 'nox', '-l')
    assert '* lint' in listed and '* tests' in listed
    assert git(clone, 'status', '--porcelain') == ''


def test_a_relative_path_is_refused(network: dict[str, str], make_repository: MakeRepository) -> None:
    """It would kill the next stock update."""
    service = make_repository(OLD_SERVICE, 'scorer')
    done = subprocess.run(
        [sys.executable, '-m', 'trueup', 'adopt', '--defaults', '--standard', '../trueup'],
        cwd=service, env=network, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and 'not an address of a standard' in done.stderr

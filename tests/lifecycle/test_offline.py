"""An installed trueup answers without any network, as long as the service is at the version that it carries."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git
from tests.lifecycle.drifts import HOOKS, sub
from trueup.cli.main import main

URL = 'https://git.example.com/team/standard.git'
CUT_OFF = ('unshare', '--net', '--map-root-user')


def can_cut_off() -> bool:
    """Whether this system lets us run a program without a network."""
    return shutil.which('unshare') is not None and subprocess.run([*CUT_OFF, 'true'], check=False).returncode == 0


@pytest.mark.e2e
@pytest.mark.network
@pytest.mark.skipif(not can_cut_off(), reason='needs unshare(1) and the right to use it')
def test_check_needs_no_network_at_the_version_of_the_wheel(
    standard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pre-commit.ci has none; nothing is cached here but the installation itself."""
    monkeypatch.setenv('GIT_CONFIG_COUNT', '1')
    monkeypatch.setenv('GIT_CONFIG_KEY_0', f'url.{standard}.insteadOf')
    monkeypatch.setenv('GIT_CONFIG_VALUE_0', URL)
    programs = tmp_path / 'env' / 'bin'
    subprocess.run([sys.executable, '-m', 'venv', str(programs.parent)], check=True)
    subprocess.run([programs / 'pip', 'install', '--quiet', f'git+{URL}@v0.1.0'], check=True)
    service = tmp_path / 'scorer'
    options = ('--defaults', '--standard', f'{URL}@v0.1.0', '--answer', 'packaging=keep', '--quiet')
    assert main(['new', str(service), *options]) == 0
    for name in ('GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_0', 'GIT_CONFIG_VALUE_0'):
        monkeypatch.delenv(name)
    environment = {**os.environ, 'TRUEUP_CACHE': str(tmp_path / 'empty')}
    command = [*CUT_OFF, str(programs / 'trueup'), 'check', str(service)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    last = said.stdout.splitlines()[-1:]
    assert (said.returncode, last) == (0, ['clean: scorer, standard 0.1.0 (1 note)']), said.stderr
    sub(HOOKS, r'^ +- id: flake8\n', '')(service)
    git(service, 'commit', '-qam', 'drift')
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 1 and said.stdout.startswith(f'{HOOKS}:5  STD001  '), said.stdout + said.stderr

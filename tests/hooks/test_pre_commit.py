"""Real pre-commit, with the hooks installed from a Git clone of this checkout into a foreign repository."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hooks.conftest import CLEAN, UGLY, Track
from tests.support.standard import build_standard

CONFIGURATION = '''repos:
-   repo: {repo}
    rev: v0.1.0
    hooks:
    -   id: black
    -   id: isort
    -   id: flake8
    -   id: trueup-check
    -   id: pylint
    -   id: pytest
'''

CUT_OFF = ('unshare', '--net', '--map-root-user')

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.network,
    pytest.mark.skipif(importlib.util.find_spec('pre_commit') is None, reason='pre-commit is not installed'),
]


def can_cut_off() -> bool:
    """Whether this system lets us start a program without a network."""
    return shutil.which('unshare') is not None and subprocess.run([*CUT_OFF, 'true'], check=False).returncode == 0


def pre_commit(*arguments: str, offline: bool = False) -> tuple[int, str]:
    """Call pre-commit in the current folder, without a network if asked for and the system can."""
    cut = list(CUT_OFF) if offline and can_cut_off() else []
    environment = {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'}
    done = subprocess.run(
        [*cut, sys.executable, '-m', 'pre_commit', *arguments],
        env=environment,
        text=True,
        check=False,
        timeout=600,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout


def test_installed_from_a_clone(
    repository: Path, track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed once, the hooks run offline, find planted faults in oddly named files, and pass when these are mended."""
    standard = build_standard(tmp_path / 'standard', versions=('0.1.0',))
    monkeypatch.setenv('PRE_COMMIT_HOME', str(tmp_path / 'pre-commit'))
    track(
        {
            '.pre-commit-config.yaml': CONFIGURATION.format(repo=standard.as_uri()),
            'pyproject.toml': '[tool.pylint.main]\nfail-under = 9.7\n',
            'ugly größe.py': UGLY,
            'clean.py': CLEAN,
        }
    )
    code, output = pre_commit('install-hooks')
    assert code == 0, output
    [packaged] = (tmp_path / 'pre-commit').glob('repo*/py_env*/lib/python*/site-packages/trueup/_standard/copier.yml')
    assert packaged.read_text(encoding='utf-8') == (standard / 'copier.yml').read_text(encoding='utf-8')

    code, output = pre_commit('run', '--all-files', offline=True)
    assert code == 1 and 'ugly größe.py: formatted' in output
    assert 'not under the standard' in output and 'pylint' not in output
    code, output = pre_commit('run', 'black', '--all-files', offline=True)
    assert (code, output.count('Passed')) == (0, 1)
    code, output = pre_commit('run', '--all-files', '--hook-stage', 'manual', offline=True)
    assert code == 1 and 'ugly größe.py:1:0: pylint' in output

    (repository / 'ugly größe.py').unlink()
    track({'fine.py': CLEAN.replace('42', '43')})
    code, output = pre_commit('run', '--all-files', '--hook-stage', 'manual', offline=True)
    assert code == 0 and output.count('Passed') == 2, output

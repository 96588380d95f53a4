"""Two releases of this very repository in a scratch clone, with real tags, by the command that `nox -s release` runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import git
from tests.lifecycle.conftest import Trueup, trueup
from tests.support.standard import ROOT, copy_checkout, second_version

__all__ = ['trueup']
pytestmark = pytest.mark.e2e


def released(folder: Path, *version: str) -> subprocess.CompletedProcess[str]:
    """Run the session's command with the code of the checkout."""
    environment = os.environ | {'PYTHONPATH': str(ROOT / 'src')}
    command = [sys.executable, '-m', 'trueup.release', *version]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_two_releases_of_the_house(trueup: Trueup, tmp_path: Path) -> None:
    """The second is proved on all variants of the first; a service then goes from one to the other."""
    house = tmp_path / 'trueup'
    copy_checkout(house)
    (house / 'changelog.d/start.added.md').write_text('The start.\n')
    git(house, 'init', '-q', '--initial-branch=main')
    git(house, 'add', '-A', '--force')
    git(house, 'commit', '-q', '-m', 'feat: start')
    first = released(house, '0.1.0')
    assert first.returncode == 0, first.stderr
    second_version(house)
    (house / 'changelog.d/second.changed.md').write_text('The second.\n')
    git(house, 'add', '-A')
    git(house, 'commit', '-q', '-m', 'feat: second')
    second = released(house)
    assert second.returncode == 0, second.stderr
    assert second.stderr.count('updating a service from v0.1.0 to v0.2.0') > 10
    assert git(house, 'tag').split() == ['v0.1.0', 'v0.2.0']
    for tag in ('v0.1.0', 'v0.2.0'):
        assert tomllib.loads(git(house, 'show', f'{tag}:pyproject.toml'))['project']['version'] == tag[1:]
    lineage = json.loads(git(house, 'show', 'v0.2.0:lineage.json'))
    lines = lineage['values']['pyproject.toml::tool.pylint.similarities.min-similarity-lines']
    assert lines == {'10': ['v0.1.0'], '8': ['v0.2.0']} and str(tmp_path) not in json.dumps(lineage)
    assert [line for line in git(house, 'show', 'v0.2.0:CHANGELOG.md').splitlines() if line.startswith('## ')] == [
        line for line in (house / 'CHANGELOG.md').read_text().splitlines() if line.startswith('## ')
    ]
    again = released(house, '0.2.0')
    assert again.returncode == 5 and 'not greater' in again.stderr
    service = tmp_path / 'scorer'
    assert trueup('new', service, '--defaults', '--no-lock', '--standard', f'{house}@v0.1.0').code == 0
    assert trueup('update', service, '--verify', 'none', '--switch').code == 0
    said = trueup('explain', 'tool.pylint.similarities.min-similarity-lines', service)
    assert '10 (v0.1.0)' in said.out and '8 (v0.2.0)' in said.out

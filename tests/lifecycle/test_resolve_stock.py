"""After stock `copier update`, `trueup resolve` makes of it what `trueup update` makes of the same service."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import Trueup
from tests.support.small import small_service, small_standard
from tests.support.standard import ROOT, commit_all

EDITS = {
    'pyproject.toml': ('line-length = 100\n', 'line-length = 100\nskip = true  # ours\n'),
    'notes.txt': ('one\n', 'one\nours\n'),
    'gone.txt': ('gone\n', 'gone, but edited\n'),
}


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service under v1.0.0 with edits next to what the new version changes, and in a file that it drops."""
    root = small_service(tmp_path / 'scorer', small_standard(tmp_path / 'standard'))
    for name, (before, after) in EDITS.items():
        (root / name).write_text((root / name).read_text().replace(before, after))
    git(root, 'commit', '-qam', 'feat: ours')
    return root


@pytest.fixture
def wanted(service: Path, trueup: Trueup, tmp_path: Path) -> dict[str, bytes]:
    """The tree that `trueup update` gives for the same service."""
    twin = tmp_path / 'twin' / 'scorer'
    shutil.copytree(service, twin)
    said = trueup('update', twin, '--standard', tmp_path / 'standard', '--verify', 'none', '--switch')
    assert said.code == 0, said.err
    return tree_of(twin)


def copier_update(service: Path, *arguments: str) -> None:
    """Stock Copier, which ends with 0 whatever it leaves."""
    command = [sys.executable, '-m', 'copier', 'update', '--defaults', '--quiet', *arguments]
    subprocess.run(command, cwd=service, check=True, capture_output=True)


@pytest.mark.parametrize('style', ['inline', 'rej'])
def test_the_result_is_that_of_trueup_update(
    service: Path, wanted: dict[str, bytes], trueup: Trueup, tmp_path: Path, style: str
) -> None:
    """Unmerged files, markers, `.rej` files, an edited file that Copier deleted: all as in an update by key."""
    copier_update(service, '--conflict', style)
    assert not (service / 'gone.txt').exists() and tree_of(service) != wanted
    said = trueup('resolve', service, '--standard', tmp_path / 'standard')
    assert said.code == 0, said.err + said.out
    assert tree_of(service) == wanted
    assert git(service, 'ls-files', '-u') == ''
    assert 'gone.txt' in said.out and 'kept, because the service edited it' in said.out
    again = trueup('resolve', service, '--standard', tmp_path / 'standard')
    assert again.code == 0 and tree_of(service) == wanted


def test_plan_writes_nothing(service: Path, trueup: Trueup, tmp_path: Path) -> None:
    """Exit 1, and what would be done."""
    copier_update(service)
    before, index = tree_of(service), git(service, 'ls-files', '-s')
    said = trueup('resolve', service, '--standard', tmp_path / 'standard', '--plan')
    assert said.code == 1 and 'gone.txt' in said.out
    assert tree_of(service) == before and git(service, 'ls-files', '-s') == index


def test_what_a_person_did_since_stays(service: Path, wanted: dict[str, bytes], trueup: Trueup, tmp_path: Path) -> None:
    """An edited file without a conflict is left and named; one with a conflict stays open; the rest is resolved."""
    copier_update(service)
    (service / 'new.txt').write_text('mine\n')
    (service / 'pyproject.toml').write_text((service / 'pyproject.toml').read_text() + '# mine\n')
    said = trueup('resolve', service, '--standard', tmp_path / 'standard')
    conflicted = git(service, 'ls-files', '-u')
    assert said.code == (3 if conflicted else 0), said.out
    assert (service / 'new.txt').read_text() == 'mine\n' and 'new.txt was edited since the update' in said.out
    assert (service / 'pyproject.toml').read_text().endswith('# mine\n')
    assert (service / 'gone.txt').read_bytes() == wanted['gone.txt']
    assert (service / 'notes.txt').read_bytes() == wanted['notes.txt']


def test_markers_that_were_staged_are_resolved(
    service: Path, wanted: dict[str, bytes], trueup: Trueup, tmp_path: Path
) -> None:
    """`git add` after Copier forgets the conflict, not the markers; no marker reaches a commit."""
    copier_update(service)
    git(service, 'add', '-A')
    assert any(b'<<<<<<<' in data for data in tree_of(service).values())
    assert trueup('resolve', service, '--standard', tmp_path / 'standard').code == 0
    assert tree_of(service) == wanted
    assert not [name for name in wanted if '<<<<<<<' in git(service, 'show', f':{name}') and name != 'logo.bin']


def test_a_bot_that_committed_first(service: Path, wanted: dict[str, bytes], trueup: Trueup, tmp_path: Path) -> None:
    """`--since` names the service before the update; markers that were committed are resolved too."""
    before = git(service, 'rev-parse', 'HEAD').strip()
    copier_update(service)
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'chore(deps): update')
    assert trueup('resolve', service, '--standard', tmp_path / 'standard').out == 'nothing is unmerged\n'
    said = trueup('resolve', service, '--standard', tmp_path / 'standard', '--since', before)
    assert said.code == 0, said.err
    assert tree_of(service) == wanted


def test_what_renovate_runs_is_resolved(
    service: Path, wanted: dict[str, bytes], trueup: Trueup, tmp_path: Path
) -> None:
    """The command of its copier manager, as the how-to shows it; every JSON example there can be read."""
    text = (ROOT / 'docs/how-to/renovate.md').read_text()
    command = next(line.removeprefix('$ copier update ') for line in text.splitlines() if line.startswith('$ copier'))
    copier_update(service, *command.replace('--defaults', '').replace('v0.3.0', 'v3.0.0').split())
    assert trueup('resolve', service, '--standard', tmp_path / 'standard').code == 0
    assert tree_of(service) == wanted
    assert len([json.loads(block) for block in re.findall(r'```json\n(.*?)```', text, re.DOTALL)]) == 3


def test_a_standard_that_nobody_named_is_refused(service: Path, trueup: Trueup) -> None:
    """With conflicts they are merged without owners; without any there is nothing to do but to say so."""
    git(service, 'reset', '-q', '--hard', 'HEAD~1')
    copier_update(service)
    assert git(service, 'ls-files', '-u') == ''
    said = trueup('resolve', service)
    assert said.code == 5 and 'nobody here trusts' in said.err


def test_a_path_limits_what_is_resolved(
    service: Path, wanted: dict[str, bytes], trueup: Trueup, tmp_path: Path
) -> None:
    """Only the file that was named."""
    copier_update(service)
    assert trueup('resolve', service / 'notes.txt', '--standard', tmp_path / 'standard').code == 0
    assert (service / 'notes.txt').read_bytes() == wanted['notes.txt']
    assert not (service / 'gone.txt').exists()


def test_an_unknown_commit_is_one_line(service: Path, trueup: Trueup, tmp_path: Path) -> None:
    """Exit code of a refusal, no traceback."""
    copier_update(service)
    said = trueup('resolve', service, '--standard', tmp_path / 'standard', '--since', 'nowhere')
    assert said.code == 2 and 'nowhere: no such commit' in said.err


def test_a_service_in_a_larger_repository(trueup: Trueup, tmp_path: Path) -> None:
    """Update and resolve touch the service's folder only, and end in the same tree."""
    standard = small_standard(tmp_path / 'standard')
    trees = []
    for way in ('trueup', 'copier'):
        top = tmp_path / way / 'mono'
        service = small_service(top / 'services' / 'scorer', standard)
        shutil.rmtree(service / '.git')
        (top / 'notes.txt').write_text('of the repository\n')
        for name, (before, after) in EDITS.items():
            (service / name).write_text((service / name).read_text().replace(before, after))
        commit_all(top)
        if way == 'trueup':
            said = trueup('update', service, '--standard', standard, '--verify', 'none', '--switch')
            assert said.code == 0 and git(top, 'branch', '--show-current') == 'trueup/update-services-scorer-3.0.0\n'
        else:
            copier_update(service)
            assert trueup('resolve', service, '--standard', standard).code == 0
        trees.append(tree_of(top))
    assert trees[0] == trees[1] and trees[0]['notes.txt'] == b'of the repository\n'
    assert b'_commit: v3.0.0' in trees[0]['services/scorer/.copier-answers.yml']

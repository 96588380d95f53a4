"""An update that is killed or interrupted, at several moments: the service is as it was, or is so after `--abort`."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import Trueup
from tests.support.small import small_service, small_standard

pytestmark = pytest.mark.skipif(os.name == 'nt', reason='a shell script stands before Git')
WRAPPER = """#!/bin/sh
case "$*" in
  *"$BLOW_AT"*) [ "$BLOW_WHEN" = before ] || {git} "$@"; kill -$BLOW 0; sleep 5;;
  *) exec {git} "$@";;
esac
"""
SMUDGE = """#!/bin/sh
[ -d .git ] && [ -n "$BLOW_IN_CHECKOUT" ] && kill -$BLOW 0 && sleep 5
cat
"""
MOMENTS = [
    ('worktree add', 'before'),
    ('worktree add', 'after'),
    ('commit --quiet', 'after'),
    ('update-ref refs/trueup/backup', 'after'),
    ('update-ref -m trueup update', 'before'),
    ('update-ref -m trueup update', 'after'),
    ('checkout --quiet trueup', 'before'),
    ('checkout --quiet trueup', 'after'),
]


@pytest.fixture
def service(tmp_path: Path) -> Path:
    """A service under v1.0.0, with an untracked file and one with changes that no update touches."""
    root = small_service(tmp_path / 'scorer', small_standard(tmp_path / 'standard'))
    (root / 'mine.txt').write_text('untracked\n')
    (root / 'kept.txt').write_text('kept\n')
    git(root, 'add', 'kept.txt')
    git(root, 'commit', '-q', '-m', 'feat: kept')
    (root / 'kept.txt').write_text('changed\n')
    return root


def blow(service: Path, name: str, at: tuple[str, str], *arguments: str) -> int:
    """Exit code of an update that is hit at one moment, with all its children."""
    programs = service.parent / 'bin'
    programs.mkdir(exist_ok=True)
    (programs / 'git').write_text(WRAPPER.replace('{git}', str(shutil.which('git'))))
    (programs / 'git').chmod(0o755)
    variables = {
        'PATH': f'{programs}{os.pathsep}{os.environ["PATH"]}', 'BLOW': name, 'BLOW_AT': at[0], 'BLOW_WHEN': at[1],
        'BLOW_IN_CHECKOUT': 'yes' if at[0] == 'in the checkout' else '',
    }  # fmt: skip
    command = ['update', str(service), '--standard', str(service.parent / 'standard'), '--verify', 'none', *arguments]
    with subprocess.Popen(
        [sys.executable, '-m', 'trueup', *command],
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler) and None,
    ) as process:
        return process.wait(60)


def state(service: Path) -> tuple[dict[str, bytes], str, str, str]:
    """All that a person could see changed."""
    shown = git(service, 'status', '--porcelain'), git(service, 'symbolic-ref', 'HEAD')
    return tree_of(service), *shown, git(service, 'for-each-ref', 'refs/heads')


def assert_taken_back(service: Path, before: object) -> None:
    """As before, without a branch or a work tree of ours; and an update still works."""
    assert state(service) == before
    assert git(service, 'worktree', 'list').count('\n') == 1
    assert not (service / '.git' / 'index.lock').exists()


@pytest.mark.parametrize('moment', MOMENTS, ids='-'.join)
def test_abort_gives_back_the_identical_tree_after_a_kill(
    service: Path, trueup: Trueup, moment: tuple[str, str]
) -> None:
    """kill -9 of everything, just before or after a step; then a new update carries through."""
    before = state(service)
    assert blow(service, 'KILL', moment, '--switch') == -signal.SIGKILL
    said = trueup('update', service, '--abort')
    assert said.code == 0, said.err
    assert_taken_back(service, before)
    standard = service.parent / 'standard'
    assert trueup('update', service, '--standard', standard, '--verify', 'none', '--switch').code == 0
    assert '_commit: v3.0.0' in (service / '.copier-answers.yml').read_text()
    assert trueup('update', service, '--abort').code == 0
    assert_taken_back(service, before)


@pytest.mark.parametrize('then', [['update', '--abort'], ['undo']], ids=['abort', 'undo'])
def test_a_checkout_that_was_killed_half_way(service: Path, trueup: Trueup, then: list[str]) -> None:
    """Git had written some files and left its lock; all files are again as they were."""
    script = service.parent / 'smudge.sh'
    script.write_text(SMUDGE)
    git(service, 'config', 'filter.slow.smudge', f'sh {script}')
    (service / '.git' / 'info').mkdir(exist_ok=True)
    (service / '.git' / 'info' / 'attributes').write_text('pyproject.toml filter=slow\n')
    before = state(service)
    assert blow(service, 'KILL', ('in the checkout', 'before'), '--switch') == -signal.SIGKILL
    assert state(service) != before
    assert (service / '.git' / 'index.lock').exists()
    said = trueup(then[0], service, *then[1:])
    assert said.code == 0, said.err
    assert_taken_back(service, before)


@pytest.mark.parametrize('moment', MOMENTS, ids='-'.join)
def test_ctrl_c_leaves_nothing_behind(service: Path, trueup: Trueup, moment: tuple[str, str]) -> None:
    """The run takes its work back by itself and ends with 130."""
    before = state(service)
    assert blow(service, 'INT', moment, '--switch') == 130
    assert_taken_back(service, before)
    assert trueup('update', service, '--abort').code == 0
    assert_taken_back(service, before)


def test_abort_says_so_in_the_journal_and_keeps_the_work_of_a_person(service: Path, trueup: Trueup) -> None:
    """A branch with a commit of somebody else stays until that is saved; the journal keeps what was taken back."""
    standard = service.parent / 'standard'
    assert trueup('update', service, '--standard', standard, '--verify', 'none').code == 0
    git(service, 'branch', 'mine', 'trueup/update-3.0.0')
    git(service, 'switch', '-q', 'trueup/update-3.0.0')
    git(service, 'commit', '-q', '--allow-empty', '-m', 'feat: by hand')
    git(service, 'switch', '-q', 'main')
    said = trueup('update', service, '--abort')
    assert said.code == 5 and 'commits that trueup did not make' in said.err
    git(service, 'branch', '-f', 'trueup/update-3.0.0', 'mine')
    git(service, 'branch', '-D', 'mine')
    said = trueup('update', service, '--abort')
    assert said.code == 0 and 'deleted the branch trueup/update-3.0.0' in said.out
    entries = json.loads((service / '.git' / 'trueup' / 'journal.json').read_text())['entries']
    assert [entry['ended'] for entry in entries] == ['aborted']
    assert git(service, 'for-each-ref', 'refs/trueup/backup').count('update-') == 1
    again = trueup('update', service, '--abort')
    assert again.code == 0 and 'there is no update to take back' in again.out

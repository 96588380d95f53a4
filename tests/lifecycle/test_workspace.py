"""The second work tree: apart from the user's, gone afterwards, and cleaned up after a killed run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from trueup.lifecycle.service import open_service
from trueup.lifecycle.workspace import workspace, write_file
from trueup.model import Change, File, Mode
from trueup.settings import cache_folder


def test_a_workspace_is_apart_and_leaves_nothing(old_service: Path) -> None:
    """Commits made in it are kept only by whoever names them."""
    before, service = tree_of(old_service), open_service(old_service)
    head = git(old_service, 'rev-parse', 'HEAD').strip()
    with workspace(service, head) as space:
        space.write(
            [Change('new/a.sh', None, File(b'#!/bin/sh\r\n', Mode.EXECUTABLE)), Change('README.md', None, None)]
        )
        commit = space.commit('feat: new')
        assert commit and space.commit('nothing more') is None
        assert (space.root / 'new/a.sh').stat().st_mode & 0o100
    assert tree_of(old_service) == before and not space.root.exists()
    assert git(old_service, 'worktree', 'list').count('\n') == 1
    shown = subprocess.run(['git', 'show', f'{commit}:new/a.sh'], cwd=old_service, capture_output=True, check=True)
    assert shown.stdout == b'#!/bin/sh\r\n'


def test_two_runs_over_one_commit_are_one_commit(old_service: Path) -> None:
    """Dates come from the base commit, so that a repeat is recognised."""
    service, head, made = open_service(old_service), git(old_service, 'rev-parse', 'HEAD').strip(), []
    for _ in range(2):
        with workspace(service, head) as space:
            space.write([Change('a', None, File(b'a'))])
            made.append(space.commit('feat: a'))
    assert made[0] == made[1]


@pytest.mark.skipif(os.name == 'nt', reason='processes are asked by signal 0')
def test_what_a_killed_run_left_is_removed_by_the_next(old_service: Path) -> None:
    """The folder and Git's note of it."""
    with subprocess.Popen([sys.executable, '-c', '']) as dead:
        dead.wait()
    left = cache_folder() / 'worktrees' / f'{dead.pid}-left' / 'scorer'
    left.parent.mkdir(parents=True)
    git(old_service, 'worktree', 'add', '-q', '--detach', str(left))
    with workspace(open_service(old_service), git(old_service, 'rev-parse', 'HEAD').strip()):
        pass
    assert not left.exists() and git(old_service, 'worktree', 'list').count('\n') == 1


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A link is never written through, and an empty folder does not stay behind."""
    write_file(tmp_path / 'a/b/c', File(b'1'))
    (tmp_path / 'link').symlink_to(tmp_path / 'a/b/c')
    with pytest.raises(Exception, match='symbolic link'):
        write_file(tmp_path / 'link', File(b'2'))
    assert (tmp_path / 'a/b/c').read_bytes() == b'1'
    write_file(tmp_path / 'a/b/c', None)
    assert not (tmp_path / 'a').exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ['link']

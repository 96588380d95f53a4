"""Gives back the work tree when a run was cut short while Git was checking out its branch."""

from __future__ import annotations

import os
from pathlib import Path

from trueup.errors import Refusal
from trueup.git import answers, branch, head_commit, run_git, text_of, tree_file
from trueup.lifecycle.journal import Entry
from trueup.lifecycle.service import Service
from trueup.lifecycle.workspace import alive, write_file
from trueup.repo import read_file


def restore_cut_short(service: Service, entry: Entry) -> None:
    """Files that a killed checkout had already written are again as they were; raises Refusal while the run goes on.

    Git moves HEAD last: as long as it stands at the commit before, the checkout did not end.
    """
    if entry.process != os.getpid() and alive(entry.process):
        raise Refusal(
            f'that run is still at it (process {entry.process})', where=entry.branch, hint='wait for it, or end it'
        )
    top = service.top
    Path(top, text_of(top, 'rev-parse', '--git-path', 'index.lock')).unlink(missing_ok=True)
    if head_commit(top) != entry.before or branch(top) == entry.branch:
        return
    paths = paths_between(service, entry)
    for path in paths:
        _restore(top, path, entry)
    if paths:
        run_git(top, '--literal-pathspecs', 'reset', '--quiet', entry.before, '--', *paths)


def paths_between(service: Service, entry: Entry) -> tuple[str, ...]:
    """Files that differ between the commits before and after an entry."""
    listed = run_git(service.top, 'diff', '--name-only', '--no-renames', '-z', entry.before, entry.after).split(b'\0')
    return tuple(os.fsdecode(name) for name in listed if name)


def _restore(top: Path, path: str, entry: Entry) -> None:
    before, after, now = tree_file(top, entry.before, path), tree_file(top, entry.after, path), read_file(top / path)
    if now == before:
        return
    # A file that Git was just writing holds the beginning of the new one.
    ours = now is None or (after is not None and after.data.startswith(now.data))
    if not ours:
        raise Refusal('the file was edited since', where=path, hint=f'git diff {entry.before[:12]} -- {path}')
    if before is None:
        write_file(top / path, None)
        return
    # Through Git, which knows the line endings that a checkout has here.
    run_git(top, '--literal-pathspecs', 'checkout', '--quiet', entry.before, '--', path)


def remove_branch(service: Service, entry: Entry) -> None:
    """Delete the branch that an entry made, if it is still as it was made and not checked out."""
    ref = f'refs/heads/{entry.branch}'
    if branch(service.top) != entry.branch and answers(service.top, 'rev-parse', '--verify', '--quiet', ref):
        run_git(service.top, 'update-ref', '-d', ref, entry.after)

"""A copy of a service to run things in, so that nothing is ever written into the service itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from trueup.errors import UserError
from trueup.git import run_git, toplevel, tracked_paths
from trueup.repo import Repo, read_file

SKIPPED = {
    '.git',
    '.hg',
    '.venv',
    'venv',
    '.nox',
    '.tox',
    '.mypy_cache',
    '.pytest_cache',
    '__pycache__',
    'node_modules',
}


def view(folder: Path, *, untracked: bool) -> Repo:
    """The files of a service: what Git tracks, and on request what it doesn't ignore; all files without Git."""
    return Repo(_paths(folder, untracked), lambda path: read_file(folder / path))


def copy_tree(folder: Path, target: Path, *, untracked: bool) -> Path:
    """Copy the repository that holds `folder` to `target`; returns where the service is in the copy."""
    try:
        top = toplevel(folder)
    except UserError:
        top = folder
    for path in _paths(top, untracked):
        source, copy = top / path, target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, copy, follow_symlinks=False)
    service = target / folder.resolve().relative_to(top.resolve())
    service.mkdir(parents=True, exist_ok=True)
    return service


def bring(brought: Iterable[tuple[Path, str]], service: Path) -> None:
    """Copy what Git ignores and tests need; what is there already stays, for it may be newer than the checkout's."""
    for source, name in brought:
        files = [source, *source.rglob('*')] if source.is_dir() else [source]
        for path in (each for each in files if each.is_file()):
            copy = service / name / path.relative_to(source) if path != source else service / name
            if not os.path.lexists(copy):
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, copy)


def _paths(folder: Path, untracked: bool) -> list[str]:
    try:
        names = list(tracked_paths(folder))
        if untracked:
            listed = run_git(folder, 'ls-files', '-z', '--others', '--exclude-standard', '--', '.')
            names += [os.fsdecode(name) for name in listed.split(b'\0') if name]
    except UserError:
        names = _walk(folder)
    return [name for name in names if (folder / name).is_symlink() or (folder / name).is_file()]


def _walk(folder: Path) -> list[str]:
    found = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        found += [os.path.relpath(os.path.join(here, name), folder).replace(os.sep, '/') for name in sorted(files)]
    return found

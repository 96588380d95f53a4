"""A read-only view of a service: the tracked files of a folder, or a tree in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from trueup.git import blobs, mode_of, run_git, tracked_paths
from trueup.model import File, Mode, Tree

LARGE = 5_000_000
"""Bytes above which a file is never read as text."""
SMALL, SEVERAL = 100_000, 4_000_000
"""Bytes of a file, and of all of them, up to which the files of a commit are read together."""


class Repo:
    """Paths of a service and their bytes, read when asked for and then kept."""

    def __init__(self, paths: Iterable[str], load: Callable[[str], File | None]) -> None:
        self.paths = tuple(sorted(paths))
        self._known = frozenset(self.paths)
        self._load = load
        self._kept: dict[str, File | None] = {}

    def __contains__(self, path: object) -> bool:
        return path in self._known

    def file(self, path: str) -> File | None:
        """Bytes and mode of a file, None if there is none."""
        if path not in self._known:
            return None
        if path not in self._kept:
            self._kept[path] = self._load(path)
        return self._kept[path]

    def text(self, path: str) -> str | None:
        """Content of a UTF-8 text file (BOM dropped, line endings as they are); None if absent, binary or too large."""
        found = self.file(path)
        if found is None or found.mode is Mode.LINK or len(found.data) > LARGE or b'\0' in found.data:
            return None
        try:
            return found.data.decode('utf-8-sig')
        except UnicodeDecodeError:
            return None

    def below(self, folder: str) -> tuple[str, ...]:
        """Paths inside a folder."""
        prefix = f'{folder.rstrip("/")}/'
        return tuple(path for path in self.paths if path.startswith(prefix))


def repo_from_tree(tree: Tree) -> Repo:
    """A view of files held in memory."""
    return Repo(tree, tree.get)


def repo_from_folder(root: Path) -> Repo:
    """A view of the files below `root` that Git tracks; raises GitError outside a repository."""
    return Repo((path for path in tracked_paths(root) if _is_file(root / path)), lambda path: read_file(root / path))


def repo_from_commit(root: Path, revision: str, prefix: str = '') -> Repo:
    """A view of the files of a commit below `prefix` (ends with `/`, or empty), read when first asked for.

    The first question reads all small files in one Git process, as far as they are few; others are read one by one.
    """
    listing = run_git(root, 'ls-tree', '-r', '-z', '-l', '--full-tree', revision).split(b'\0')
    entries: dict[str, tuple[str, str]] = {}
    small: dict[str, int] = {}
    for entry in listing:
        meta, _, raw = entry.partition(b'\t')
        path = os.fsdecode(raw)
        if path.startswith(prefix) and meta and meta.split()[1] == b'blob':
            mode, _, blob, size = meta.decode().split()
            entries[path[len(prefix) :]] = (mode, blob)
            small |= {blob: int(size)} if size.isdigit() and int(size) <= SMALL else {}
    together = sorted(small) if sum(small.values()) <= SEVERAL else []
    kept: dict[str, bytes] = {}

    def load(path: str) -> File:
        mode, blob = entries[path]
        if together and not kept:
            kept.update(blobs(root, together))
        data = kept[blob] if blob in kept else run_git(root, 'cat-file', 'blob', blob)
        return File(data, mode_of(mode))

    return Repo(entries, load)


def read_file(path: Path) -> File | None:
    """Bytes and mode of one file on disk; None if it is not there or is a folder."""
    try:
        if path.is_symlink():
            return File(os.fsencode(os.readlink(path)), Mode.LINK)
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    executable = os.name != 'nt' and bool(path.stat().st_mode & 0o100)
    return File(data, Mode.EXECUTABLE if executable else Mode.PLAIN)


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()

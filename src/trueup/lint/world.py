"""Everything in and around a project that a linter's verdict on one file may depend on, as digests.

The walk is wider than any linter: every Python module below the folder from which imports are resolved, tracked or not,
every folder (an empty one is a namespace package), every file that may hold configuration, also above the project up to
the root of the file system. What is missed here is a wrong hit of the cache; what is too much is only a miss.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

CONFIGURATION = frozenset(
    '.isort.cfg pyproject.toml setup.cfg tox.ini .editorconfig .flake8 pylintrc pylintrc.toml .pylintrc .pylintrc.toml '
    '.gitignore'.split()
)
MODULES = ('.py', '.pyi', '.so', '.pyd', '.pth')
SKIPPED = frozenset(('__pycache__', 'node_modules'))
ABSENT = b'-'
LIMIT = 100_000
"""Folders and modules in one project beyond which nothing that depends on all of them is kept."""


class World(NamedTuple):
    """Digests of the configuration, of the names and of the contents of a project, and the paths they were read from.

    `digests` are those of the modules, by absolute path. `complete` says whether the walk came to its end; if not, `shape`
    and `content` say nothing.
    """

    configuration: str
    shape: str
    content: str
    paths: tuple[str, ...]
    digests: Mapping[str, bytes]
    complete: bool


def digest_of(parts: Iterable[bytes]) -> str:
    """One digest of several byte strings; where one ends and the next begins counts."""
    found = blake2b(digest_size=20)
    for part in parts:
        found.update(len(part).to_bytes(8, 'little'))
        found.update(part)
    return found.hexdigest()


def look(folder: Path, files: Sequence[str]) -> World:
    """Look at a project; `files` are those that are checked, relative to its folder."""
    base = import_base(folder)
    inner = os.path.relpath(folder, base)
    wanted = _folders(os.path.normpath(os.path.join(inner, name)) for name in files)
    walk = _Walk(base, wanted)
    above = _above(base, folder)
    outside = [part for label, path in above if (seen := content_of(path)) != ABSENT for part in (label.encode(), seen)]
    outside += [
        f'{up} .git'.encode() for up, place in enumerate((folder, *folder.parents)) if (place / '.git').exists()
    ]
    configuration = [*outside, *_read(walk.full(walk.configuration), walk.configuration)]
    names = [os.fsencode(name) for name in (*walk.folders, *walk.modules, *walk.links)]
    digests = {path: content_of(path) for path in walk.full(walk.modules)}
    return World(
        digest_of([os.fsencode(inner), *configuration]),
        digest_of([os.fsencode(inner), *names]),
        digest_of([os.fsencode(inner), *names, *digests.values()]),
        (
            *(path for _, path in above),
            *(str(place / '.git' / 'config') for place in (folder, *folder.parents)),
            *walk.full((*walk.folders, *walk.configuration, *walk.modules)),
        ),
        digests,
        walk.complete,
    )


def import_base(folder: Path) -> Path:
    """The folder from which imports may be resolved: above the package, if the project lies inside of one."""
    while (folder / '__init__.py').exists() and folder.parent != folder:
        folder = folder.parent
    return folder


class _Walk:
    """All folders, modules and configuration files below a folder, sorted, relative to it; links are followed once."""

    def __init__(self, base: Path, wanted: frozenset[str]) -> None:
        self._base = str(base)
        self._wanted = wanted
        self._seen: set[tuple[int, int]] = set()
        self.folders: list[str] = []
        self.modules: list[str] = []
        self.links: list[str] = []
        self.configuration: list[str] = []
        self.complete = True
        self._visit('')
        for names in (self.folders, self.modules, self.configuration, self.links):
            names.sort()

    def full(self, names: Iterable[str]) -> list[str]:
        """The same names as absolute paths."""
        return [os.path.join(self._base, name) for name in names]

    def _visit(self, start: str) -> None:
        waiting = [start]
        while waiting and self.complete:
            place = waiting.pop()
            self.folders.append(place)
            if len(self.folders) + len(self.modules) > LIMIT:
                self.complete = False
            try:
                with os.scandir(os.path.join(self._base, place)) as entries:
                    waiting += [name for entry in entries if (name := self._enter(place, entry))]
            except OSError:
                self.complete = False

    def _enter(self, place: str, entry: os.DirEntry[str]) -> str:
        """Note one entry of a folder; the name of a folder that is to be visited, else empty."""
        name = f'{place}/{entry.name}' if place else entry.name
        if entry.name.endswith(MODULES):
            self.modules.append(name)
        if entry.name in CONFIGURATION:
            self.configuration.append(name)
        if not entry.is_dir():
            return ''
        left_out = entry.name.startswith('.') or entry.name in SKIPPED or os.path.exists(f'{entry.path}/pyvenv.cfg')
        if left_out and name not in self._wanted:
            return ''
        if entry.is_symlink():
            self.links.append(f'{name} -> {os.readlink(entry.path)}')
            return name if self._is_new(entry.path) else ''
        return name

    def _is_new(self, path: str) -> bool:
        """Whether a linked folder was not visited yet, nor is one that holds what was."""
        real = os.path.realpath(path)
        inside = os.path.realpath(self._base)
        if inside == real or inside.startswith(real + os.sep) or real.startswith(inside + os.sep):
            return False
        seen = os.stat(real)
        key = seen.st_dev, seen.st_ino
        if key in self._seen:
            return False
        self._seen.add(key)
        return True


def _folders(names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        parts = name.replace(os.sep, '/').split('/')[:-1]
        found.update('/'.join(parts[:end]) for end in range(1, len(parts) + 1))
    return frozenset(found)


def _read(paths: Iterable[str], names: Iterable[str]) -> Iterator[bytes]:
    """Name and digest of each file."""
    for path, name in zip(paths, names, strict=True):
        yield os.fsencode(name)
        yield content_of(path)


def content_of(path: str) -> bytes:
    """Digest of a file; a byte that no digest is for what can't be read as one."""
    try:
        with open(path, 'rb') as stream:
            return blake2b(stream.read(), digest_size=20).digest()
    except IsADirectoryError:
        return b'/'
    except OSError as error:
        return ABSENT if isinstance(error, FileNotFoundError | NotADirectoryError) else b'?'


def _above(base: Path, folder: Path) -> list[tuple[str, str]]:
    """Files outside of the walk that may configure a tool: how far away they are, and where.

    black has a file of the person, and isort's `skip_gitignore` asks Git.
    """
    found = [
        (f'{up} {name}', str(place / name)) for up, place in enumerate(base.parents) for name in sorted(CONFIGURATION)
    ]
    home = os.environ.get('XDG_CONFIG_HOME') or os.path.expanduser('~/.config')
    own = (os.path.join(home, 'black'), os.path.expanduser('~/.black'), os.path.join(home, 'git', 'ignore'))
    return found + [(f'own {number}', path) for number, path in enumerate(own)]

"""Everything in and around a project that a linter's verdict on one file may depend on, as digests.

The walk is wider than any linter: every Python module below the folder from which imports are resolved, tracked or not,
every folder (an empty one is a namespace package), every file that may hold configuration, also above the project up to
the root of the file system. What is missed here is a wrong hit of the cache; what is too much is only a miss.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

CONFIGURATION = frozenset(
    '.isort.cfg pyproject.toml setup.cfg tox.ini .editorconfig .flake8 pylintrc pylintrc.toml .pylintrc .pylintrc.toml '
    '.gitignore ruff.toml .ruff.toml'.split()
)
MODULES = ('.py', '.pyi', '.so', '.pyd', '.pth')
SKIPPED = frozenset(('__pycache__', 'node_modules'))
ABSENT = b'-'
LIMIT = 100_000
"""Folders and modules in one project beyond which nothing that depends on all of them is kept."""


def digest_of(parts: Iterable[bytes]) -> str:
    """One digest of several byte strings; where one ends and the next begins counts."""
    found = blake2b(digest_size=20)
    for part in parts:
        found.update(len(part).to_bytes(8, 'little'))
        found.update(part)
    return found.hexdigest()


class World:
    """A project as a run found it: names now, contents when they are asked for.

    `paths` are all that were looked at. `complete` says whether the walk came to its end; if not, `shape` and `content`
    say nothing.
    """

    def __init__(self, folder: Path, files: Sequence[str]) -> None:
        self._asked = folder, tuple(files)
        base = import_base(folder)
        self._inner = os.fsencode(os.path.relpath(folder, base))
        wanted = _folders(os.path.normpath(os.path.join(os.fsdecode(self._inner), name)) for name in files)
        self._walk = walk = _Walk(base, wanted)
        above = _above(base, folder)
        gits = [place / '.git' for place in (folder, *folder.parents)]
        self.complete = walk.complete
        self.paths = (
            *(path for _, path in above),
            *(str(git / 'config') for git in gits),
            *walk.full((*walk.folders, *walk.configuration, *walk.modules)),
        )
        outside = [f'{up} .git'.encode() for up, git in enumerate(gits) if git.exists()]
        for label, path in above:
            seen = content_of(path)
            outside += [label.encode(), seen] if seen != ABSENT else []
        inside = _read(walk.full(walk.configuration), walk.configuration)
        self.configuration = digest_of([self._inner, *outside, *inside])
        self._content = ''

    @property
    def shape(self) -> str:
        """Digest of the names of all folders and modules."""
        return digest_of([self._inner, *self._names()])

    @property
    def content(self) -> str:
        """Digest of what all modules hold."""
        if not self._content:
            held = map(content_of, self._walk.full(self._walk.modules))
            self._content = digest_of([self._inner, *self._names(), *held])
        return self._content

    def is_as_before(self) -> bool:
        """Whether everything that was looked at is still the same."""
        now = World(*self._asked)
        same = (now.configuration, now.shape) == (self.configuration, self.shape)
        return same and (not self._content or now.content == self._content)

    def _names(self) -> list[bytes]:
        return [os.fsencode(name) for name in (*self._walk.folders, *self._walk.modules, *self._walk.links)]


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
            try:
                with os.scandir(os.path.join(self._base, place)) as entries:
                    waiting += [name for entry in entries if (name := self._enter(place, entry))]
            except OSError:
                self.complete = False
            if len(self.folders) + len(self.modules) > LIMIT:
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

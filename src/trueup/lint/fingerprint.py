"""What a verdict depends on besides the project's own files: the linters, this Python, the service's packages."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from trueup.lint.world import ABSENT, LIMIT, content_of, digest_of

SITES = ('site-packages', 'dist-packages')
METADATA = ('.dist-info', '.egg-info', '.egg-link', '.pth')


@cache
def engine() -> str:
    """Digest of the programs that judge: Python, every package installed beside us, and our own lint room."""
    parts = [sys.version, sys.platform, sys.implementation.cache_tag or '']
    for folder in own_packages():
        parts += sorted(name for name in os.listdir(folder) if name.endswith(METADATA))
    return digest_of([*(part.encode() for part in parts), *(content_of(path).hex().encode() for path in own_code())])


def own_packages() -> tuple[str, ...]:
    """The folders that hold the linters."""
    return tuple(folder for folder in sys.path if Path(folder).name in SITES and os.path.isdir(folder))


def own_code() -> tuple[str, ...]:
    """The modules of the lint room: in a checkout they change without a new version."""
    here = Path(__file__).parent
    return tuple(sorted(str(path) for path in here.rglob('*.py')))


def packages(folders: Sequence[str] | None, base: Path) -> str | None:
    """Digest of the service's installed packages; None if they can't all be looked at.

    A package is known by its record, which holds a digest of each file, so the same versions installed again or
    elsewhere count as the same. Folders that an editable install added are read file by file.
    """
    if folders is None:
        return 'none'
    parts: list[bytes] = []
    for folder in folders:
        if Path(folder).is_relative_to(base) and Path(folder).name not in SITES:
            # The walk of the project has it; only the order of the folders counts.
            parts.append(os.fsencode(os.path.relpath(folder, base)))
            continue
        found = _site(folder) if Path(folder).name in SITES else _tree(folder)
        if found is None:
            return None
        parts += found
    return digest_of(parts)


def package_paths(folders: Sequence[str] | None) -> Iterator[str]:
    """Paths whose stamp changes when something is installed or removed."""
    for folder in folders or ():
        yield folder
        if Path(folder).name in SITES:
            yield from (os.path.join(folder, name) for name in _names(folder) if name.endswith('.pth'))
        else:
            yield from _tree_paths(folder) or ()


def _names(folder: str) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if name != '__pycache__')
    except OSError:
        return []


def _site(folder: str) -> list[bytes]:
    parts: list[bytes] = []
    for name in _names(folder):
        path = os.path.join(folder, name)
        parts.append(os.fsencode(name))
        if name.endswith('.dist-info'):
            parts.append(_record(os.path.join(path, 'RECORD')))
        elif name.endswith(METADATA) or name.endswith(('.py', '.pyi')):
            parts.append(content_of(path))
    return parts


def _record(path: str) -> bytes:
    """A record without what depends on where it was installed: scripts, byte code."""
    try:
        lines = Path(path).read_bytes().splitlines()
    except OSError:
        return ABSENT
    return digest_of(sorted(line for line in lines if b'sha256=' in line and not line.startswith(b'../'))).encode()


def _tree(folder: str) -> list[bytes] | None:
    paths = _tree_paths(folder)
    if paths is None:
        return None
    return [part for path in paths for part in (os.fsencode(os.path.relpath(path, folder)), content_of(path))]


def _tree_paths(folder: str) -> list[str] | None:
    """Folders and modules of an import folder outside of the project; None if they are too many."""
    found: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith('.') and name != '__pycache__')
        found += (os.path.join(place, name) for name in (*folders, *sorted(names)) if '.' not in name or _counts(name))
        if len(found) > LIMIT:
            return None
    return found


def _counts(name: str) -> bool:
    return name.endswith(('.py', '.pyi', '.so', '.pyd'))

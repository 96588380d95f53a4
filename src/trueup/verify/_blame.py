"""Which change most likely broke a test or an import: pure, from two snapshots, the error and the files it came through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from packaging.utils import canonicalize_name

from trueup.facts._distributions import GIVEN_BY
from trueup.verify._model import Snapshot

MISSING = re.compile(r"No module named '([\w.]+)'")
QUOTED = re.compile(r"""['"]([^'"]+)['"]""")
WORD = re.compile(r'[A-Za-z_]\w+')
SITE = re.compile(r'(?:site|dist)-packages[/\\]([A-Za-z_]\w*)')
TOLD = 2


def blame(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str] = ()) -> str:
    """What changed and fits the error best, as the end of a sentence; empty if nothing fits."""
    for suspect in (_missing, _named, _touched, _gone, _settings, _python, _versions):
        if found := suspect(before, after, error, trace):
            return f'; most likely because {found}'
    return ''


def _missing(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    """A module that can't be found: its distribution or its file went away."""
    del trace
    match = MISSING.search(error)
    if match is None:
        return ''
    old, new = packages_of(before), packages_of(after)
    for name in _distributions(match[1].partition('.')[0]):
        if name in old and name not in new:
            return f'{name} {old[name]} is no longer installed'
    ending = match[1].replace('.', '/')
    gone = sorted(path for path in before.code if path not in after.code)
    return next((f'{path} is gone' for path in gone if path.removesuffix('.py').endswith(ending)), '')


def _named(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    """A package that the error came through, or that it names, has another version."""
    moved = moves(before, after)
    through = [match[1] for path in trace if (match := SITE.search(path))]
    for module in (*through, *WORD.findall(error)):
        for name in _distributions(module):
            if name in moved:
                return f'{name} went {moved[name]}'
    return ''


def _touched(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    """A file of the service that the error came through is another one."""
    changed = [path for path, digest in before.code.items() if after.code.get(path, digest) != digest]
    for place in (*trace, error):
        for path in changed:
            if path in place.replace('\\', '/'):
                return f'{path} was changed'
    return ''


def _gone(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    """A file that the error asks for is no longer there."""
    del trace
    gone = sorted(before.paths - after.paths)
    for text in QUOTED.findall(error):
        for path in gone:
            if text.replace('\\', '/').endswith(path):
                return f'{path} is gone'
    return ''


def _settings(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    del error, trace
    changed = sorted(name for name in before.settings.keys() | after.settings.keys()
                     if before.settings.get(name) != after.settings.get(name))  # fmt: skip
    return f'the test settings in {", ".join(changed)} were changed' if changed else ''


def _python(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    del error, trace
    old, new = (found.install.python if found.install else '' for found in (before, after))
    return f'it runs on Python {new}, before on {old}' if old and new and old != new else ''


def _versions(before: Snapshot, after: Snapshot, error: str, trace: Sequence[str]) -> str:
    del error, trace
    moved = moves(before, after)
    first = sorted(moved, key=lambda name: (name not in before.declared, name))
    more = f' and {len(first) - TOLD} more' if len(first) > TOLD else ''
    return ', '.join(f'{name} went {moved[name]}' for name in first[:TOLD]) + more


def moves(before: Snapshot, after: Snapshot) -> dict[str, str]:
    """Packages of which another version is installed -> `1.0 -> 2.0`."""
    old, new = packages_of(before), packages_of(after)
    return {name: f'{old[name]} -> {new[name]}' for name in sorted(old.keys() & new.keys()) if old[name] != new[name]}


def packages_of(found: Snapshot) -> Mapping[str, str]:
    """What is installed; nothing where nothing could be."""
    return found.install.packages if found.install else {}


def _distributions(module: str) -> Iterator[str]:
    yield from GIVEN_BY.get(module, ())
    yield canonicalize_name(module)

"""uv.lock: whether it still belongs to pyproject.toml, read without uv; and uv's own word where uv is on PATH.

The lock holds what it was made for (`requires-dist`, `requires-dev`, `requires-python`); names, extras and versions are
compared. Where a requirement comes from is uv's to compare.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

LOCK = 'uv.lock'
SECONDS = 120
LEAKING = ('VIRTUAL_ENV', 'CONDA_PREFIX', 'PYTHONPATH', 'PYTHONHOME')
Need = tuple[str, str, tuple[str, ...]]
"""Name, version set, extras."""


def differences(lock: str, pyproject: str) -> tuple[str, ...]:
    """What pyproject.toml asks for and the lock was not made for, a line each; raises TOMLDecodeError."""
    locked, project = tomllib.loads(lock), tomllib.loads(pyproject)
    table = _table(project, 'project')
    own = _own(locked, str(table.get('name', '')))
    if own is None:
        return ('the lock does not know the project',) if table else ()
    found = list(_python(locked, table))
    metadata = _table(own, 'metadata')
    extras = [item for items in _table(table, 'optional-dependencies').values() for item in _list(items)]
    found += _compared('', [*_list(table.get('dependencies')), *extras], metadata.get('requires-dist', []))
    groups = dict(_table(project, 'dependency-groups'))
    development = _list(_table(_table(project, 'tool'), 'uv').get('dev-dependencies'))
    if development and 'dev' not in groups:
        groups['dev'] = development
    for name, group in groups.items():
        items = _list(group)
        if all(isinstance(item, str) for item in items):
            found += _compared(f'group {name}: ', items, _table(metadata, 'requires-dev').get(name, []))
    return tuple(found)


def ask_uv(folder: Path) -> str | None:
    """Why `uv lock --check` fails, '' if it passes; None without uv, without a network, or where it takes too long."""
    done = _uv(folder, 'lock', '--check')
    if done is None:
        return None
    if done.returncode == 0:
        return ''
    outdated = re.search(r'lockfile.*needs to be updated', done.stderr)
    return 'uv.lock was made for other dependencies than pyproject.toml names' if outdated else None


def lock_with_uv(folder: Path) -> bool:
    """Whether `uv lock` wrote a lock; without uv, or without an index, it did not."""
    done = _uv(folder, 'lock')
    return done is not None and done.returncode == 0


def _uv(folder: Path, *words: str) -> subprocess.CompletedProcess[str] | None:
    program = shutil.which('uv')
    if program is None:
        return None
    environment = {name: value for name, value in os.environ.items() if name not in LEAKING}
    try:
        return subprocess.run(
            [program, *words, '--no-python-downloads', '--color', 'never'],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None


def _own(locked: Mapping[str, object], name: str) -> Mapping[str, object] | None:
    """The entry of the project itself."""
    packages = locked.get('package')
    for item in packages if isinstance(packages, list) else ():
        source = item.get('source', {})
        here = isinstance(source, dict) and '.' in (
            source.get('virtual'),
            source.get('editable'),
            source.get('directory'),
        )
        if here or (name and canonicalize_name(str(item.get('name'))) == canonicalize_name(name)):
            return dict(item)
    return None


def _python(locked: Mapping[str, object], table: Mapping[str, object]) -> Iterator[str]:
    wanted, stated = str(table.get('requires-python', '')), str(locked.get('requires-python', ''))
    try:
        if wanted and stated and SpecifierSet(wanted) != SpecifierSet(stated):
            yield f'requires-python is {wanted}, the lock is for {stated}'
    except InvalidSpecifier:
        return


def _compared(place: str, wanted: Iterable[object], held: object) -> Iterator[str]:
    needs = {need for text in wanted if (need := _need(str(text)))}
    items = held if isinstance(held, list) else []
    locked = {_normal(str(item.get('name')), str(item.get('specifier', '')), item.get('extras', ())) for item in items}
    for name, version, _ in sorted(needs - locked):
        yield f'{place}{name}{version} is not what the lock was made for'
    for name, version, _ in sorted(locked - needs):
        if name not in {need[0] for need in needs}:
            yield f'{place}{name}{version} is in the lock only'


def _need(text: str) -> Need | None:
    try:
        found = Requirement(text)
    except InvalidRequirement:
        return None
    return _normal(found.name, str(found.specifier), found.extras)


def _normal(name: str, specifier: str, extras: Iterable[str]) -> Need:
    try:
        version = str(SpecifierSet('' if specifier == '*' else specifier))
    except InvalidSpecifier:
        version = specifier
    return canonicalize_name(name), version, tuple(sorted(canonicalize_name(extra) for extra in extras))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _table(document: Mapping[str, object], key: str) -> dict[str, object]:
    found = document.get(key, {})
    return dict(found) if isinstance(found, Mapping) else {}

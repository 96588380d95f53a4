"""Whether the FastAPI or Starlette that a service is held to knows lifespans at all."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from trueup.errors import UserError
from trueup.packaging import SOURCES
from trueup.packaging._model import Dependency, Reading
from trueup.repo import Repo

FIRST = {'fastapi': Version('0.93'), 'starlette': Version('0.26')}
"""The first versions whose `lifespan` replaces the handlers; an older FastAPI takes the argument and ignores it."""
LOCKS = ('poetry.lock', 'uv.lock', 'pdm.lock')
LATER = tuple(f'{major}.{minor}.0' for major in (0, 1) for minor in range(400))


def too_old(repo: Repo) -> str:
    """Why a lifespan would never run, '' where it would: the lock decides, else the requirements."""
    for path in LOCKS:
        locked = _locked(repo, path)
        if locked:
            return next(
                (f'{name} {version} ({path}) {_say(name)}' for name, version in locked if version < FIRST[name]), ''
            )
    for found in _required(repo):
        try:
            allowed = SpecifierSet(found.specifier)
        except InvalidSpecifier:
            continue
        first = FIRST[found.key]
        candidates = [*LATER, *(one.version.removesuffix('.*') for one in allowed)]
        if not any(Version(version) >= first and allowed.contains(version) for version in candidates):
            return f'{found.name}{found.specifier} ({found.evidence}) {_say(found.key)}'
    return ''


def _say(name: str) -> str:
    return f'knows no lifespan: {FIRST[name]} is the first that does'


def _locked(repo: Repo, path: str) -> list[tuple[str, Version]]:
    try:
        packages = tomllib.loads(repo.text(path) or '').get('package', [])
        return [(item['name'], Version(item['version'])) for item in packages if item.get('name') in FIRST]
    except (tomllib.TOMLDecodeError, InvalidVersion, KeyError, AttributeError):
        return []


def _required(repo: Repo) -> Iterator[Dependency]:
    readings: tuple[Reading, ...] = ()
    for read in SOURCES:
        try:
            reading = read(repo, readings)
        except UserError:
            continue
        if reading is not None:
            readings = (*readings, reading)
            yield from (item for item in (*reading.dependencies, *reading.constraints) if item.key in FIRST)

"""Exact versions that a file or an environment names: where a first lock starts. Pure but for `installed`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import InvalidMarker, Marker

from trueup.packaging._model import normalise

PIN = re.compile(
    r'(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*={2,3}\s*(?P<version>\d[\w.!+]*)\s*'
    r'(?:;\s*(?P<marker>[^\\#]+?))?\s*(?:\\|\s#.*|--hash.*|\Z)'
)
FOLDER = re.compile(r'(?P<name>.+)-(?P<version>\d[^-]*)\.(?:dist|egg)-info\Z')

Pins = Mapping[str, tuple[str, ...]]
"""Requirements by normalised name: one for each marker."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One place that knows versions, and in which words a report names it."""

    told: str
    pins: Pins


def of_requirements(text: str) -> Pins:
    """The pinned lines of a requirements file or of what `pip freeze` printed."""
    found: dict[str, tuple[str, ...]] = {}
    for line in text.lstrip('\ufeff').splitlines():
        pin = PIN.match(line.strip())
        if pin:
            marker = _marker(pin['marker'] or '')
            requirement = f'{pin["name"]}=={pin["version"]}' + (f' ; {marker}' if marker else '')
            if marker is not None:
                key = normalise(pin['name'])
                found[key] = tuple(dict.fromkeys([*found.get(key, ()), requirement]))
    return {name: pins for name, pins in found.items() if len(pins) == 1 or all(' ; ' in pin for pin in pins)}


def of_pipfile_lock(text: str) -> Pins:
    """The versions of a Pipfile.lock; those of the service before those of its developers."""
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for section in ('default', 'develop'):
        packages = data.get(section) if isinstance(data, dict) else None
        for name, spec in packages.items() if isinstance(packages, dict) else ():
            version = spec.get('version') if isinstance(spec, dict) else None
            marker = _marker(str(spec.get('markers', ''))) if isinstance(spec, dict) else None
            if isinstance(version, str) and version.startswith('==') and marker is not None:
                found.setdefault(normalise(name), (f'{name}{version}' + (f' ; {marker}' if marker else ''),))
    return found


def of_file(path: str, text: str) -> Pins:
    """The pins of a lock or requirements file by its name."""
    if path.rsplit('/', 1)[-1] == 'Pipfile.lock':
        return of_pipfile_lock(text)
    return of_requirements(text) if path.endswith('.txt') else {}


def installed(environment: Path) -> Pins:
    """What is installed in a virtual environment, read from the names of its metadata folders."""
    found: dict[str, tuple[str, ...]] = {}
    for folder in [*environment.glob('lib/python3*/site-packages'), *environment.glob('Lib/site-packages')]:
        for path in sorted(folder.glob('*-info')):
            match = FOLDER.match(path.name)
            local = (path / 'direct_url.json').exists()  # from a path or an address: no version of an index
            if match and not local and normalise(match['name']) not in {'pip', 'setuptools', 'wheel'}:
                found[normalise(match['name'])] = (f'{normalise(match["name"])}=={match["version"]}',)
    return found


def together(witnesses: Iterable[Witness]) -> tuple[Pins, tuple[str, ...]]:
    """All pins, the earlier witness before the later one, and how many each gave."""
    pins: dict[str, tuple[str, ...]] = {}
    told: list[str] = []
    for witness in witnesses:
        new = {name: requirements for name, requirements in witness.pins.items() if name not in pins}
        pins |= new
        if new:
            told.append(f'{len(new)} of {witness.told}')
    return pins, tuple(told)


def _marker(text: str) -> str | None:
    """A marker in one spelling, empty for none; None for one that can't be read or asks for an extra."""
    if not text.strip():
        return ''
    try:
        found = str(Marker(text.strip()))
    except InvalidMarker:
        return None
    return None if re.search(r'\bextra\b', found) else found

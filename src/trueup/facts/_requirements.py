"""Pure reading of requirement strings, version ranges and index addresses in all their dialects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

REQUIREMENT = re.compile(
    r'^(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?'
    r'\s*(?P<rest>\(?[^;#]*?\)?)\s*(?:;.*|\s#.*)?$'
)
OPTION = re.compile(r'^\s*(?:-|#|$)')
CREDENTIALS = re.compile(r'(?P<scheme>[a-z][a-z0-9+.-]*://)[^/@\s]*@', re.IGNORECASE)
SECRET_QUERY = re.compile(r'(?P<key>[?&][^=&\s]*(?:token|key|password|secret|auth)[^=&\s]*=)[^&\s]+', re.IGNORECASE)
LONG_LINE = 2000
LOWER = ('>=', '>', '==', '~=', '===')


class Dependency(NamedTuple):
    """One dependency as one file states it; `group` is `runtime`, `dev` or the name of an extra or group."""

    name: str
    specifier: str
    path: str
    line: int = 0
    group: str = 'runtime'


def normalise(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r'[-_.]+', '-', name).lower().strip('-')


def parse_requirement(text: str) -> tuple[str, str] | None:
    """Normalised name and specifier of one requirement line; None for options, comments, bare paths and addresses."""
    line = text.strip()
    if OPTION.match(line) or '${' in line:
        return None
    if '://' in line or line.startswith(('.', '/')):
        return _parse_address(line)
    found = REQUIREMENT.match(line.rstrip('\\').strip())
    if not found:
        return None
    rest = re.split(r'\s--', found['rest'])[0].strip().strip('()').strip().rstrip('\\').strip()
    return normalise(found['name']), rest.replace(' ', '')


def requirement_lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, normalised name and specifier of each requirement of a requirements file."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONG_LINE:
            continue
        editable = re.sub(r'^\s*(?:-e|--editable)[\s=]+', '', line)
        if parsed := parse_requirement(editable):
            yield number, *parsed


def specifier_set(text: str, *, caret: bool = False) -> SpecifierSet | None:
    """A range as PEP 440, with `caret` also Poetry's `^1.2`, `~1.2` and bare `1.2.3`; None if it is neither."""
    wanted = text.strip()
    if wanted in ('', '*'):
        return SpecifierSet()
    try:
        parts = list(filter(None, re.split(r'\s*,\s*|(?<=[\w*])\s+(?=[<>=!~^])', wanted)))
        return SpecifierSet(','.join(_from_poetry(part) if caret else part for part in parts))
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None


def lower_minor(text: str, *, caret: bool = False) -> str:
    """The oldest `major.minor` that a Python range lets in, empty if it names none."""
    alternatives = [specifier_set(part, caret=caret) for part in text.split('||')]
    bounds = [_lower(found) for found in alternatives if found is not None]
    named = [bound for bound in bounds if any(bound)]
    return '.'.join(map(str, min(named))) if named and len(named) == len(alternatives) else ''


def disagree(left: str, right: str) -> bool:
    """Whether no version can satisfy both, as far as a pinned version on one side tells."""
    first, second = specifier_set(left, caret=True), specifier_set(right, caret=True)
    if first is None or second is None:
        return False
    for one, other in ((first, second), (second, first)):
        if pin := _pin(one):
            return not other.contains(pin, prereleases=True)
    return False


def minor_tuple(version: str) -> tuple[int, int]:
    """`3.10` as numbers that compare; (0, 0) for anything else."""
    found = re.match(r'(\d+)\.(\d+)', version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def mask(address: str) -> str:
    """An address without user, password or token."""
    return SECRET_QUERY.sub(r'\g<key>***', CREDENTIALS.sub(r'\g<scheme>***@', address))


def has_credentials(address: str) -> bool:
    """Whether an address carries a user, password or token of its own (a variable's name is none)."""
    return any('$' not in found[0] and '%(' not in found[0] for found in CREDENTIALS.finditer(address)) or bool(
        SECRET_QUERY.search(address)
    )


def _parse_address(line: str) -> tuple[str, str] | None:
    name, _, address = line.partition('@')
    if '://' not in name and address:
        return normalise(re.sub(r'\[.*', '', name).strip()), f'@ {mask(address.split(";")[0].strip())}'
    if egg := re.search(r'#egg=([\w.-]+)', line):
        return normalise(egg[1]), f'@ {mask(line.partition("#")[0].strip())}'
    return None


def _from_poetry(part: str) -> str:
    text = part.strip()
    if text.startswith('^'):
        numbers = _numbers(text[1:])
        keep = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
        return f'>={text[1:].strip()},<{_bumped(numbers, keep)}'
    if text.startswith('~') and not text.startswith('~='):
        numbers = _numbers(text[1:])
        return f'>={text[1:].strip()},<{_bumped(numbers, min(1, len(numbers) - 1))}'
    return f'=={text}' if text[:1].isdigit() else text


def _numbers(version: str) -> list[int]:
    return list(Version(version.strip().rstrip('.*')).release)


def _bumped(numbers: list[int], position: int) -> str:
    return '.'.join(str(number) for number in [*numbers[:position], numbers[position] + 1])


def _pin(found: SpecifierSet) -> str:
    pins = [item.version for item in found if item.operator in ('==', '===') and not item.version.endswith('.*')]
    return pins[0] if pins else ''


def _lower(found: SpecifierSet) -> tuple[int, int]:
    bounds = [minor_tuple(f'{item.version.rstrip(".*")}.0') for item in found if item.operator in LOWER]
    return max(bounds, default=(0, 0)) if any(bounds) else (0, 0)

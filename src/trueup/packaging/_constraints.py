"""Poetry's own version language lifted to PEP 440 and PEP 508.

Source: the dependency specification page of Poetry's documentation; poetry-core is the oracle in the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import InvalidVersion, Version

AND = re.compile(r'(?<!^)(?<![\^~=><! ,]) *(?<!-)[, ](?!-) *(?!,|$)')
CLAUSE = re.compile(r'(?P<op>\^|~=|~|===?|=|!=|>=|<=|>|<)?\s*v?(?P<version>[^\s]+)\Z')
ANY = re.compile(r'[xX*](\.[xX*])*\Z')


@dataclass(frozen=True, slots=True)
class Lifted:
    """A PEP 440 specifier; not `exact` means it is only the hull of what the constraint says."""

    specifier: str
    exact: bool = True


class Unreadable(ValueError):
    """The constraint follows no known rule."""


def lift(constraint: str, *, python: bool = False) -> Lifted:
    """A Poetry constraint as a PEP 440 specifier; `||` becomes a range with gaps where PEP 440 can say it."""
    alternatives = alternatives_of(constraint)
    if any(not clauses for clauses in alternatives):
        return Lifted('')
    if len(alternatives) == 1:
        return Lifted(','.join(dict.fromkeys(alternatives[0])))
    return _union(alternatives, python)


def alternatives_of(constraint: str) -> list[list[str]]:
    """PEP 440 clauses of each alternative of a constraint; an empty one allows everything."""
    return [_clauses(part) for part in re.split(r'\s*\|\|?\s*', constraint.strip())]


def python_marker(constraint: str) -> str:
    """The environment marker of a Poetry `python = "..."` key."""
    alternatives = [
        ' and '.join(_marker_clause(clause) for clause in clauses) for clauses in alternatives_of(constraint)
    ]
    if '' in alternatives:
        return ''
    return _either(alternatives)


def platform_marker(constraint: str) -> str:
    """The environment marker of a Poetry `platform = "..."` key."""
    alternatives = []
    for part in re.split(r'\s*\|\|?\s*', constraint.strip()):
        clauses = []
        for clause in re.split(r'\s*,\s*|\s+(?![=!])', part):
            found = re.match(r'(==|!=|=)?\s*(\S+)\Z', clause)
            if found is None:
                raise Unreadable(constraint)
            clauses.append(f'sys_platform {"!=" if found[1] == "!=" else "=="} "{found[2]}"')
        alternatives.append(' and '.join(clauses))
    return _either(alternatives)


def both(markers: Iterable[str]) -> str:
    """All markers together."""
    given = [marker.strip() for marker in markers if marker.strip()]
    if len(given) < 2:
        return ''.join(given)
    return ' and '.join(f'({marker})' if ' or ' in marker else marker for marker in given)


def compatible(first: str, second: str) -> bool:
    """Whether some version satisfies both specifiers."""
    try:
        joined = SpecifierSet(first) & SpecifierSet(second)
    except InvalidSpecifier:
        return first == second
    candidates = {Version('0')}
    for clause in joined:
        base = clause.version.removesuffix('.*')
        for text in (base, f'{base.split("+")[0]}.0.1', f'{base.split("+")[0]}.1', f'{base.split("+")[0]}.post1'):
            try:
                candidates.add(Version(text))
            except InvalidVersion:
                continue
    return any(joined.contains(version, prereleases=True) for version in candidates)


def allows(outer: str, inner: str) -> bool:
    """Whether `inner` is one exact version inside `outer`."""
    pinned = pin_of(inner)
    return pinned is not None and SpecifierSet(outer).contains(pinned, prereleases=True)


def pin_of(specifier: str) -> Version | None:
    """The version of an exact pin, None for anything else."""
    found = re.fullmatch(r'={2,3}\s*([^,*]+)', specifier.strip())
    try:
        return Version(found[1]) if found else None
    except InvalidVersion:
        return None


def _clauses(part: str) -> list[str]:
    found: list[str] = []
    for clause in AND.split(part.rstrip(', ')):
        found += _clause(clause.strip())
    return found


def _clause(clause: str) -> list[str]:
    if not clause or ANY.match(clause):
        return []
    match = CLAUSE.match(clause)
    if match is None:
        raise Unreadable(clause)
    op, version = match['op'] or '==', match['version']
    op = '==' if op == '=' else op
    version = re.sub(r'(\.\*)+\Z', '.*', version)
    if op in {'^', '~'} or (op == '~=' and '.' not in version):
        return [f'>={version}', f'<{_upper(op, version)}']
    if op not in {'==', '!='}:
        version = version.removesuffix('.*')
    try:
        Specifier(f'{op}{version}')
    except InvalidSpecifier as error:
        raise Unreadable(clause) from error
    return [f'{op}{version}']


def _upper(op: str, version: str) -> str:
    try:
        parsed = Version(version)
    except InvalidVersion as error:
        raise Unreadable(f'{op}{version}') from error
    release = parsed.release
    if op == '^':
        position = next((index for index, part in enumerate(release[:3]) if part), min(len(release), 3) - 1)
    else:
        position = min(1, len(release) - 1)
    bumped = [*release[:position], release[position] + 1, *([0] * (min(len(release), 3) - position - 1))]
    epoch = f'{parsed.epoch}!' if parsed.epoch else ''
    return epoch + '.'.join(str(part) for part in bumped)


def _marker_clause(clause: str) -> str:
    op, version = re.match(r'([^\w]+)(.*)\Z', clause).groups()  # type: ignore[union-attr]
    if op == '==' and re.fullmatch(r'\d+\.\*', version):
        major = int(version.removesuffix('.*'))
        return f'python_version >= "{major}" and python_version < "{major + 1}"'
    version = version.removesuffix('.*')
    name = 'python_full_version' if version.count('.') > 1 else 'python_version'
    return f'{name} {op} "{version}"'


def _either(alternatives: list[str]) -> str:
    if len(alternatives) == 1:
        return alternatives[0]
    return ' or '.join(f'({part})' if ' and ' in part else part for part in alternatives)


def _union(alternatives: list[list[str]], python: bool) -> Lifted:
    every = [_range(clauses) for clauses in alternatives]
    filled = [(start, end) for start, end in every if start is None or end is None or start < end]
    if not filled:
        return Lifted('', exact=False)
    ranges = sorted(filled, key=lambda pair: pair[0] or Version('0'))
    lower, exact = ranges[0][0], all(_is_plain(clauses) for clauses in alternatives)
    upper, gaps = ranges[0][1], list[str]()
    for start, end in ranges[1:]:
        if upper is not None and start is not None and start > upper:
            hole = _gap(upper, start, python)
            exact = exact and hole is not None
            gaps += hole or []
        upper = None if upper is None or end is None else max(upper, end)
    parts = ([f'>={lower}'] if lower else []) + ([f'<{upper}'] if upper else [])
    if exact:
        return Lifted(','.join(parts + gaps))
    closed = any(
        clause.startswith(('<=', '==', '>')) and not clause.startswith('>=') for clause in sum(alternatives, [])
    )
    return Lifted(f'>={lower}' if lower and closed else '' if closed else ','.join(parts), exact=False)


def _is_plain(clauses: list[str]) -> bool:
    return all(re.match(r'>=|<[^=]|==.*\.\*\Z', clause) for clause in clauses)


def _range(clauses: list[str]) -> tuple[Version | None, Version | None]:
    """Lower and upper bound of an alternative (inclusive, exclusive)."""
    lower: Version | None = None
    upper: Version | None = None
    for clause in clauses:
        op, text = re.match(r'([^\w]+)(.*)\Z', clause).groups()  # type: ignore[union-attr]
        version = Version(text.removesuffix('.*'))
        if op in {'>=', '>', '==', '~=', '==='}:
            lower = version if lower is None else max(lower, version)
        if op in {'==', '~='}:
            version = _next(version, len(version.release) - (1 if op == '==' else 2))
        if op in {'<', '<=', '==', '~='}:
            upper = version if upper is None else min(upper, version)
    return lower, upper


def _next(version: Version, position: int) -> Version:
    release = [*version.release[:position], version.release[position] + 1]
    return Version('.'.join(str(part) for part in release))


def _gap(start: Version, end: Version, python: bool) -> list[str] | None:
    """`!=X.Y.*` clauses that cut out [start, end), None where wildcards can't."""
    width = max(len(_trimmed(start)), len(_trimmed(end)), 2 if python else 1)
    first, last = (tuple(version.release[:width]) + (0,) * (width - len(version.release)) for version in (start, end))
    if python and first[0] != last[0] and width == 2:
        first = (last[0], 0)  # Python 2 ended with 2.7: nothing to cut out between it and 3.0
    if first[:-1] != last[:-1] or last[-1] - first[-1] > 30:
        return None
    return [
        '!=' + '.'.join(str(part) for part in (*first[:-1], number)) + '.*' for number in range(first[-1], last[-1])
    ]


def _trimmed(version: Version) -> tuple[int, ...]:
    release = list(version.release)
    while len(release) > 1 and release[-1] == 0:
        release.pop()
    return tuple(release)

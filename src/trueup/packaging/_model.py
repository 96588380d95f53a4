"""What every reader of an old packaging format gives, and what a conversion is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from trueup.model import Action, Conflict, Decision, Evidence, KeyPath, Level, Owner
from trueup.packaging._mask import mask
from trueup.repo import Repo

PYPROJECT = 'pyproject.toml'
EMAIL = re.compile(r'[^@\s]+@[^@\s]+\.[^@\s]+\Z')

Answers = Mapping[str, object]


def normalise(name: str) -> str:
    """The one spelling of a project, group or extra name (PEP 503)."""
    return re.sub(r'[-_.]+', '-', name).lower()


def contact(name: str, email: str = '') -> dict[str, str]:
    """One author as a PEP 621 table; what is no address, which Poetry would refuse, stays with the name."""
    if email and not EMAIL.match(email):
        name, email = f'{name} ({email})' if name else email, ''
    return ({'name': name} if name else {}) | ({'email': email} if email else {})


def distribution_name(text: str) -> str:
    """A project's name as PEP 621 allows it, spelled as setuptools builds it; empty if nothing is left."""
    return re.sub(r'[^A-Za-z0-9._-]+', '-', text).strip('-._')


@dataclass(frozen=True, slots=True)
class Dependency:
    """One requirement as the team wrote it, lifted to PEP 508.

    `group` is a dependency group, `extra` an optional dependency of the project; both empty is the service itself.
    `enrichment` is what PEP 508 can't say (source, path, develop ...), as keys and TOML literals for
    `[tool.poetry.dependencies]`. `lead` and `comment` are the team's remarks above and behind it.
    """

    name: str
    specifier: str = ''
    extras: tuple[str, ...] = ()
    marker: str = ''
    url: str = ''
    group: str = ''
    extra: str = ''
    enrichment: tuple[tuple[str, str], ...] = ()
    before: str = ''
    evidence: Evidence = Evidence('')
    lead: tuple[str, ...] = ()
    comment: str = ''
    reason: str = ''

    @property
    def key(self) -> str:
        """Normalised name."""
        return normalise(self.name)

    @property
    def requirement(self) -> str:
        """The PEP 508 text."""
        extras = f'[{",".join(self.extras)}]' if self.extras else ''
        if self.url:
            return f'{self.name}{extras} @ {self.url}' + (f' ; {self.marker}' if self.marker else '')
        return f'{self.name}{extras}{self.specifier}' + (f'; {self.marker}' if self.marker else '')

    @property
    def key_path(self) -> KeyPath:
        """Where it stands in the new pyproject.toml."""
        item = f'[name={self.key}]'
        if self.group:
            return 'dependency-groups', self.group, item
        if self.extra:
            return 'project', 'optional-dependencies', self.extra, item
        return 'project', 'dependencies', item


@dataclass(frozen=True, slots=True)
class Field:
    """One metadata key of `[project]` (path below it) and its TOML literal; higher `rank` is only a fallback."""

    key: KeyPath
    literal: str
    before: str = ''
    evidence: Evidence = Evidence('')
    lead: tuple[str, ...] = ()
    comment: str = ''
    reason: str = ''


@dataclass(frozen=True, slots=True)
class Index:
    """A package index, ready for `[[tool.poetry.source]]`; the address holds no credentials."""

    name: str
    url: str
    priority: str
    evidence: Evidence = Evidence('')
    reason: str = ''


@dataclass(frozen=True, slots=True)
class Source:
    """One input file, its role (main, dev, extra, constraints, metadata, exported) and what of it was carried."""

    path: str
    role: str
    carried: str


@dataclass(frozen=True, slots=True)
class Requested:
    """A requirements file that another input names, and for what."""

    path: str
    group: str = ''
    extra: str = ''


@dataclass(frozen=True, slots=True)
class Reading:
    """All that one reader found."""

    origin: str
    fields: tuple[Field, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    constraints: tuple[Dependency, ...] = ()
    indexes: tuple[Index, ...] = ()
    sources: tuple[Source, ...] = ()
    absorbed: tuple[str, ...] = ()
    requested: tuple[Requested, ...] = ()
    exported: frozenset[str] = frozenset()
    decisions: tuple[Decision, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads one kind of input; None when the service has none. `earlier` are the readings of higher authority."""

    def __call__(self, repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None: ...


def of_line(where: Evidence, text: str) -> KeyPath:
    """The key under which a line that stands in no document of keys is told."""
    return (f'line {where.line}',) if where.line else (text.partition(' ')[0],)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The new pyproject.toml (None if nothing is to be converted) and how it came about."""

    pyproject: str | None
    decisions: tuple[Decision, ...] = ()
    sources: tuple[Source, ...] = ()
    absorbed: tuple[str, ...] = ()
    open: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Gathered:
    """Findings collected while a reader walks its input."""

    dependencies: list[Dependency] = field(default_factory=list)
    constraints: list[Dependency] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    requested: list[Requested] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def drop(self, where: Evidence, before: str, reason: str) -> None:
        """A line that goes, for a reason that nobody has to decide about."""
        key, shown, source = of_line(where, before), mask(before), str(where)
        self.decisions.append(
            Decision(where.path, key, Action.REMOVE, shown, None, Owner.TEAM, reason, source, level=Level.NOTED)
        )

    def tell(self, where: Evidence, text: str, reason: str) -> None:
        """A line that has no place in the new file."""
        self.notes.append(f'{where}: not carried: {mask(text)}: {reason}')

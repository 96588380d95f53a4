"""The frozen words that the whole house speaks: trees, owners, decisions, plans, facts, findings, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

KeyPath = tuple[str, ...]
"""Keys from the root of a document; a list item by identity is one segment: `[id=black]`. () is the whole file."""


class Mode(StrEnum):
    """How Git stores a file."""

    PLAIN = '100644'
    EXECUTABLE = '100755'
    LINK = '120000'


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of one file and its Git mode; a symbolic link holds its target."""

    data: bytes
    mode: Mode = Mode.PLAIN


Tree = Mapping[str, File]
"""Files by path relative to the service's root, `/` between folders."""


class Owner(StrEnum):
    """Who owns a file or a key."""

    REQUIRED = 'required'
    FLOOR = 'floor'
    DEFAULT = 'default'
    SEED = 'seed'
    TEAM = 'team'


class Action(StrEnum):
    """What a decision does to the service's value."""

    ADD = 'add'
    CHANGE = 'change'
    REMOVE = 'remove'
    KEEP = 'keep'
    MOVE = 'move'


class Level(StrEnum):
    """How sure an automatic decision is."""

    APPLIED = 'applied'
    NOTED = 'noted'
    REVIEW = 'review'


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing decided about one key of one file, with its before, after and why.

    `source` says where `after` comes from (`standard v0.2.0`, `service`, `requirements.txt:3`), `heuristic` which rule
    of the merge engine decided.
    """

    path: str
    key: KeyPath
    action: Action
    before: str | None
    after: str | None
    owner: Owner = Owner.DEFAULT
    reason: str = ''
    source: str = ''
    heuristic: str = ''
    level: Level = Level.APPLIED

    @property
    def changes(self) -> bool:
        """Whether carrying it out alters the service."""
        return self.action is not Action.KEEP


@dataclass(frozen=True, slots=True)
class Conflict:
    """One key on which a person must decide; the owner's value stands until then."""

    path: str
    key: KeyPath
    base: str | None
    ours: str | None
    theirs: str | None
    reason: str = ''
    sides: tuple[str, str] = ('service', 'standard')
    """Whose values `ours` and `theirs` are: two of the team's own files may disagree too."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What came of merging one text."""

    text: str
    decisions: tuple[Decision, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after; None is an absent file."""

    path: str
    before: File | None
    after: File | None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be done to one service: a pure value."""

    changes: tuple[Change, ...] = ()
    decisions: tuple[Decision, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read; line 0 is the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f'{self.path}:{self.line}' if self.line else self.path


FactValue = str | int | bool | tuple[str, ...] | Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing read from a service; confidence from 0 (guess) to 1 (stated)."""

    name: str
    value: FactValue
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 1.0
    note: str = ''


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = 'error'
    WARNING = 'warning'
    NOTE = 'note'


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which a service differs from the standard."""

    rule: str
    path: str
    message: str
    line: int = 0
    key: KeyPath = ()
    severity: Severity = Severity.ERROR
    hint: str = ''
    fixable: bool = True
    reason: str = ''


class Status(StrEnum):
    """How one check of the verification ended."""

    SAME = 'same'
    BETTER = 'better'
    WORSE = 'worse'
    UNVERIFIED = 'not verified'


@dataclass(frozen=True, slots=True)
class Verification:
    """One thing compared before and after (tests, imports, dependency set ...)."""

    name: str
    status: Status
    before: str = ''
    after: str = ''
    detail: str = ''


@dataclass(frozen=True, slots=True)
class Debt:
    """Recorded findings of before adoption, counted."""

    by_rule: Mapping[str, int] = field(default_factory=dict)
    by_path: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Number of recorded findings."""
        return sum(self.by_rule.values())


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the standard's entries about a topic a service has as they should be."""

    topic: str
    met: int
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an outcome tells: what the writers in `report/` turn into text, JSON or HTML."""

    verb: str
    service: str
    standard: str = ''
    version: str = ''
    previous: str = ''
    branch: str = ''
    backup: str = ''
    plan: Plan = Plan()
    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    waived: tuple[tuple[Finding, str], ...] = ()
    verifications: tuple[Verification, ...] = ()
    debt: Debt = Debt()
    commits: tuple[tuple[str, str], ...] = ()
    next_steps: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()


@dataclass(frozen=True, slots=True)
class Clean:
    """Nothing to do."""

    report: Report


@dataclass(frozen=True, slots=True)
class Changed:
    """Changed as asked (or, with a plan only, would change)."""

    report: Report
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Changed; decisions wait for a person."""

    report: Report


@dataclass(frozen=True, slots=True)
class Drifted:
    """Differs from the standard."""

    report: Report


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done, on purpose."""

    service: str
    message: str
    hint: str = ''


@dataclass(frozen=True, slots=True)
class Regressed:
    """Something that worked before would not work after; the change was stopped."""

    report: Report


@dataclass(frozen=True, slots=True)
class Failed:
    """An error stopped it; the service is as it was."""

    service: str
    message: str
    exit_code: int
    hint: str = ''


Outcome = Clean | Changed | Conflicted | Drifted | Refused | Regressed | Failed

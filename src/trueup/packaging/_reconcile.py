"""Brings the readings of several inputs together: who says it first, who only repeats it, who contradicts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from trueup.model import Action, Conflict, Decision, KeyPath, Level, Owner
from trueup.packaging._constraints import allows, compatible, pin_of
from trueup.packaging._model import PYPROJECT, Dependency, Field, Index, Reading

DECLARED = {'pep621', 'poetry'}
FROZEN_SIZE = 8


@dataclass(slots=True)
class Reconciled:
    """What stands in the end, and why."""

    dependencies: list[Dependency] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of a requirement that an input repeats."""

    key: KeyPath
    after: Dependency | None
    reason: str
    action: Action = Action.KEEP
    level: Level = Level.NOTED


def reconcile(readings: Iterable[Reading], locked: frozenset[str]) -> Reconciled:
    """All readings in the order of their authority; `locked` are the packages of an existing poetry.lock."""
    held = Reconciled()
    declared: frozenset[str] | None = None
    for reading in readings:
        _fields(held, reading)
        held.indexes += [index for index in reading.indexes if index.url not in {known.url for known in held.indexes}]
        held.decisions += reading.decisions
        held.conflicts += reading.conflicts
        held.notes += reading.notes
        if reading.origin in DECLARED:
            held.dependencies += reading.dependencies
            declared = frozenset(item.key for item in reading.dependencies)
        elif declared is not None:
            _against_declared(held, reading, locked)
        else:
            _together(held, reading)
    return held


def _fields(held: Reconciled, reading: Reading) -> None:
    known = {item.key: item for item in held.fields}
    for item in reading.fields:
        first = known.get(item.key)
        if first is None:
            held.fields.append(item)
            known[item.key] = item
            continue
        reason = 'the same' if first.literal == item.literal else f'{first.evidence} says it with more authority'
        held.decisions.append(
            Decision(
                PYPROJECT,
                ('project', *item.key),
                Action.KEEP,
                item.before,
                first.literal,
                Owner.TEAM,
                reason,
                str(item.evidence),
                level=Level.APPLIED if first.literal == item.literal else Level.NOTED,
            )
        )


def _against_declared(held: Reconciled, reading: Reading, locked: frozenset[str]) -> None:
    """A pyproject.toml has spoken: its constraint stays; what it does not name is added, unless the lock brings it."""
    frozen = _frozen_files(held, reading)
    for item in reading.dependencies:
        known = [other for other in held.dependencies if other.key == item.key]
        if known:
            _compare(held, item, known)
        elif item.evidence.path in frozen or item.key in locked:
            reason = 'comes with the other requirements: poetry.lock pins it'
            _say(held, item, _Verdict(item.key_path, None, reason))
        else:
            held.dependencies.append(replace(item, reason='pyproject.toml does not name it, but it is installed today'))
    for item in reading.constraints:
        held.notes.append(f'{item.evidence}: constraint {item.requirement}: not carried: pyproject.toml decides')


def _frozen_files(held: Reconciled, reading: Reading) -> frozenset[str]:
    """Files that list a whole environment: compiled ones, and pure pins of at least all that pyproject.toml names."""
    names = {item.key for item in held.dependencies if not item.group and not item.extra and not item.enrichment}
    files: dict[str, list[Dependency]] = {}
    for item in reading.dependencies:
        files.setdefault(item.evidence.path, []).append(item)
    frozen = set(reading.exported)
    for path, items in files.items():
        pinned = all(pin_of(item.specifier) or item.url for item in items)
        if pinned and len(items) >= FROZEN_SIZE and names <= {item.key for item in items} and len(items) > len(names):
            frozen.add(path)
    return frozenset(frozen)


def _compare(held: Reconciled, item: Dependency, known: list[Dependency]) -> None:
    same = [other for other in known if other.marker == item.marker] or known
    first = same[0]
    key = first.key_path
    if any(other.specifier == item.specifier and other.url == item.url for other in same):
        _say(held, item, _Verdict(key, first, f'{first.evidence} says the same', level=Level.APPLIED))
    elif item.url or first.url or any(other.enrichment for other in same):
        _say(held, item, _Verdict(key, first, f'{first.evidence} names another place or a wider range: it stays'))
    elif any(compatible(other.specifier, item.specifier) for other in same):
        _say(held, item, _Verdict(key, first, f'{first.evidence} stays: {item.requirement} fits into it'))
    else:
        reason = f'{first.evidence} and {item.evidence} exclude each other; {first.requirement} stands until decided'
        sides = str(first.evidence), str(item.evidence)
        held.conflicts.append(Conflict(PYPROJECT, key, None, first.requirement, item.requirement, reason, sides))


def _together(held: Reconciled, reading: Reading) -> None:
    """setup.cfg, setup.py and requirements files complete each other."""
    for item in reading.dependencies:
        place = next(
            (
                index
                for index, other in enumerate(held.dependencies)
                if (other.key, other.group, other.extra, other.marker)
                == (item.key, item.group, item.extra, item.marker)
            ),
            None,
        )
        if place is None:
            held.dependencies.append(item)
        else:
            held.dependencies[place] = _joined(held, held.dependencies[place], item)
    for constraint in reading.constraints:
        _constrain(held, constraint)


def _joined(held: Reconciled, first: Dependency, second: Dependency) -> Dependency:
    extras = tuple(dict.fromkeys([*first.extras, *second.extras]))
    lead = first.lead + tuple(remark for remark in second.lead if remark not in first.lead)
    merged = replace(first, extras=extras, lead=lead, comment=first.comment or second.comment)
    if first.url != second.url or first.specifier == second.specifier or first.enrichment or second.enrichment:
        _say(held, second, _Verdict(first.key_path, merged, f'{first.evidence} names it already'))
        return merged
    if not compatible(first.specifier, second.specifier):
        return _excluded(held, merged, second)
    specifier = _narrower(first.specifier, second.specifier)
    asked = (f'{each.evidence} ({each.specifier or "any version"})' for each in (first, second))
    reason = f'{" and ".join(asked)} together'
    _say(held, second, _Verdict(first.key_path, replace(merged, specifier=specifier), reason, Action.CHANGE))
    return replace(merged, specifier=specifier, reason=reason)


def _excluded(held: Reconciled, first: Dependency, second: Dependency) -> Dependency:
    """Two inputs that no version satisfies: an exact pin of a requirements file is what runs today."""
    runs = second if pin_of(second.specifier) and not pin_of(first.specifier) else first
    if pin_of(first.specifier) and pin_of(second.specifier) and first.evidence.path != second.evidence.path:
        runs = second
    stands = replace(first, specifier=runs.specifier)
    reason = f'{first.evidence} and {second.evidence} exclude each other; {stands.requirement} stands until decided'
    theirs = second if runs is first else first
    sides = str(runs.evidence), str(theirs.evidence)
    values = stands.requirement, theirs.requirement
    held.conflicts.append(Conflict(PYPROJECT, first.key_path, None, *values, reason, sides))
    return stands


def _constrain(held: Reconciled, constraint: Dependency) -> None:
    found = False
    for index, item in enumerate(held.dependencies):
        if item.key != constraint.key or not constraint.specifier:
            continue
        found = True
        if not compatible(item.specifier, constraint.specifier):
            reason = f'{item.evidence} and the constraint of {constraint.evidence} exclude each other'
            held.conflicts.append(
                Conflict(
                    PYPROJECT,
                    item.key_path,
                    None,
                    item.requirement,
                    constraint.requirement,
                    reason,
                    (str(item.evidence), str(constraint.evidence)),
                )
            )
        elif not allows(constraint.specifier, item.specifier):
            narrowed = replace(item, specifier=_narrower(item.specifier, constraint.specifier))
            held.dependencies[index] = narrowed
            reason = f'narrowed by the constraint of {constraint.evidence}'
            _say(held, constraint, _Verdict(item.key_path, narrowed, reason, Action.CHANGE))
    if not found:
        held.notes.append(
            f'{constraint.evidence}: constraint {constraint.requirement}: not carried: no requirement names it; '
            'poetry.lock pins it'
        )


def _narrower(first: str, second: str) -> str:
    if allows(first, second):
        return second
    if allows(second, first):
        return first
    return ','.join(dict.fromkeys(filter(None, [*first.split(','), *second.split(',')])))


def _say(held: Reconciled, item: Dependency, verdict: _Verdict) -> None:
    after = verdict.after.requirement if verdict.after else None
    held.decisions.append(
        Decision(
            PYPROJECT,
            verdict.key,
            verdict.action,
            item.before,
            after,
            Owner.TEAM,
            verdict.reason,
            str(item.evidence),
            level=verdict.level,
        )
    )

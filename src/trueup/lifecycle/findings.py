"""Decisions, expired waivers and rules as findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from trueup.lifecycle.desired import Recorded
from trueup.lifecycle.lines import first_difference
from trueup.lifecycle.migrating import Moved
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import ANSWERS_FILE, Service
from trueup.model import Action, Change, Conflict, Decision, Finding, Owner, Plan, Severity
from trueup.plan import key_of, pending
from trueup.policy import parse_target
from trueup.text.encoding import decode
from trueup.text.keys import format_key
from trueup.waivers import Waiver

LONGEST = 60
RETIRED = 'STD002'
STEPS = ('packaging', 'migration')
"""Heuristics of decisions that do not come from comparing with the render."""


def findings_of(plan: Plan) -> Iterator[Finding]:
    """One finding for each decision that would change the service, and for each key that needs a person."""
    changes = {change.path: change for change in plan.changes}
    for decision in pending(plan):
        yield finding_of(decision, changes.get(decision.path))
    for conflict in plan.conflicts:
        yield Finding(
            'STD003',
            conflict.path,
            f'{format_key(conflict.key) or "the file"} needs a person: {conflict.reason}',
            _line_in(conflict),
            conflict.key,
            fixable=False,
            hint='mend it by hand',
        )


def _line_in(conflict: Conflict) -> int:
    """The line that a parser complained about."""
    found = None if conflict.key else re.search(r'\bline (\d+)', conflict.reason)
    return int(found[1]) if found else 0


def finding_of(decision: Decision, change: Change | None = None) -> Finding:
    """The finding behind a decision that would change the service."""
    name = format_key(decision.key) or 'the file'
    said = f'{name} {_said(decision)}'
    detail, line = _values(decision), 0
    if decision.action is Action.CHANGE and not decision.key and change is not None:
        detail, line = _difference(change)
    severity = Severity.ERROR if decision.owner in (Owner.REQUIRED, Owner.FLOOR) else Severity.WARNING
    rule = RETIRED if decision.heuristic == 'retired' else 'STD001'
    return Finding(rule, decision.path, said + detail, line, decision.key, severity, reason=decision.reason)


def _said(decision: Decision) -> str:
    """What is the matter with a key; a step before the standard's files only tells what it would do."""
    if decision.heuristic in STEPS:
        return {
            Action.ADD: 'would be added',
            Action.CHANGE: 'would change',
            Action.REMOVE: 'would be dropped',
            Action.MOVE: 'would move here',
        }[decision.action]
    return {
        Action.ADD: 'is missing',
        Action.CHANGE: 'differs from the standard',
        Action.REMOVE: 'is retired' if decision.heuristic == 'retired' else 'is not part of the standard',
        Action.MOVE: 'has moved',
    }[decision.action]


def _difference(change: Change) -> tuple[str, int]:
    """How a whole file differs, and from which line on."""
    texts = [decode(file.data) if file is not None else None for file in (change.before, change.after)]
    before, after = texts
    if before is None or after is None or before.text == after.text:
        return '', 0
    return _lines(before.text, after.text), first_difference(before.text, after.text)


def _lines(before: str, after: str) -> str:
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    counts = [((old - new).total(), 'of its own'), ((new - old).total(), 'missing')]
    words = [f'{number} line{"s" if number > 1 else ""} {word}' for number, word in counts if number]
    return f': {", ".join(words)}' if words else ''


def _values(decision: Decision) -> str:
    if not decision.key:
        return ''
    before, after = (' '.join((value or '').split()) for value in (decision.before, decision.after))
    if decision.action is Action.REMOVE:
        return f': {_short(before)}' if before and decision.heuristic != 'retired' else ''
    if decision.action is not Action.CHANGE or not before or not after or before == after:
        return ''
    if '\n' in f'{decision.before}{decision.after}'.strip() and not before.startswith('['):
        return _lines(decision.before or '', decision.after or '')
    return _items(before, after) or f': {_short(before)}, should be {_short(after)}'


def _items(before: str, after: str) -> str:
    """How two lists differ, item by item, where that is shorter than both lists."""
    if not (before.startswith('[') and after.startswith('[')):
        return ''
    old, new = ([item.strip() for item in text.strip('[]').split(',') if item.strip()] for text in (before, after))
    more, lacks = [item for item in old if item not in new], [item for item in new if item not in old]
    if len(more) + len(lacks) >= len(new) or not (more or lacks):
        return ''
    parts = [f'{word} {", ".join(items)}' for word, items in (('has', more), ('lacks', lacks)) if items]
    return f': {_short(", ".join(parts))}'


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f'{text[:LONGEST - 3]}...'


def moved_tag(recorded: Recorded, prefix: str) -> Iterator[Finding]:
    """A release that is not what this machine first saw under its tag: who knows what the service was made from?"""
    first, now = recorded.standard.first_commit(recorded.tag), recorded.standard.commit(recorded.tag)
    if first != now:
        went = 'is gone' if now is None else f'has moved to {now[:12]}'
        yield Finding(
            'STD004',
            prefix + ANSWERS_FILE,
            f'the tag {recorded.tag} of the standard {went}: it was {str(first)[:12]}',
            key=('_commit',),
            hint='ask the owners of the standard for a new version, and update to it',
            fixable=False,
        )


def failing(findings: Iterable[Finding]) -> bool:
    """Whether a service with these is not as it should be; a note alone never fails."""
    return any(each.severity is not Severity.NOTE for each in findings)


def below(findings: Iterable[Finding], prefix: str) -> Iterator[Finding]:
    """Findings of a service with their paths from the top of the repository."""
    return (replace(each, path=prefix + each.path) if prefix else each for each in findings)


def without_migrated(findings: Iterable[Finding], moved: Moved, prefix: str) -> tuple[Finding, ...]:
    """An old file that a pending migration empties is that migration's finding, and weighs what its own would have."""
    owners = {prefix + place.path: done.step.rule for done in moved.done for place in done.evidence}
    found = tuple(findings)
    gone = [each for each in found if each.rule == RETIRED and each.path in owners]
    lifted = {owners[each.path] for each in gone}
    lifted |= {done.step.rule for done in moved.done if any(change.after is None for change in done.changes)}
    return tuple(
        replace(each, severity=Severity.ERROR) if each.rule in lifted and each.fixable else each
        for each in found
        if each not in gone
    )


def expired_findings(waivers: tuple[Waiver, ...], run: Run, service: Service) -> Iterator[Finding]:
    """A waiver whose date is over fails."""
    for waiver in waivers:
        if waiver.expired(run.today):
            yield Finding(
                'WVR001',
                f'{service.prefix}pyproject.toml',
                f'the waiver of {waiver.target} ended on {waiver.expires}',
                waiver.line,
                ('tool', 'trueup', 'waivers', waiver.target),
                hint=f'follow the standard, or {waiver.owner} renews it with a reason',
                fixable=False,
                reason=waiver.reason,
            )


def excused_findings(
    strict: Plan, plan: Plan, waivers: tuple[Waiver, ...], prefix: str, *, planned: Collection[str] = ()
) -> Iterator[tuple[Finding, str]]:
    """Findings that only a waiver keeps from failing, with its words: shown in every report.

    What only a `planned` waiver covers, one that a pending migration would write, is not a finding yet.
    """
    left = {key_of(decision) for decision in pending(plan)}
    for decision in pending(strict):
        if key_of(decision) not in left:
            path = decision.path.removeprefix(prefix)
            covering = (item for item in waivers if parse_target(item.target).covers(path, decision.key))
            found = next(covering, None)
            if found is None or found.target not in planned:
                yield finding_of(decision), words_of(found) if found else 'another key of the same table is waived'


def words_of(waiver: Waiver) -> str:
    """A waiver as reports say it."""
    return f'{waiver.reason} ({waiver.owner}, until {waiver.expires})'

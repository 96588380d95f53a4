"""What machines are told of an outcome, one by one: findings, waived findings, open keys and planned changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trueup.model import Action, Conflict, Decision, Finding, KeyPath, Report, Severity
from trueup.report._summary import key_text

PLANNED = 'PLN001'
OPEN = 'STD003'
SAID = {
    Action.ADD: 'would be added', Action.CHANGE: 'would change', Action.REMOVE: 'would be removed',
    Action.MOVE: 'would move',
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to tell, with the decision behind it if there is one; `waiver` says why it does not fail."""

    finding: Finding
    decision: Decision | None = None
    waiver: str = ''

    @property
    def name(self) -> str:
        """`FILE::KEY`, as policies and waivers spell it."""
        return key_text(self.finding.path, self.finding.key)


def issues(report: Report) -> Iterator[Issue]:
    """Each finding once; then, where something was or would be changed, each decision and open key not yet told."""
    decisions = {(each.path, each.key): each for each in report.plan.decisions if each.changes}
    told: set[tuple[str, KeyPath]] = set()
    for finding in report.findings:
        place = (finding.path, finding.key)
        told.add(place)
        yield Issue(finding, decisions.get(place))
    for finding, reason in report.waived:
        yield Issue(finding, None, reason)
    for conflict in report.plan.conflicts:
        if (conflict.path, conflict.key) not in told:
            yield Issue(_open(conflict))
    if report.verb != 'check':
        yield from (Issue(_planned(each), each) for place, each in decisions.items() if place not in told)


def _open(each: Conflict) -> Finding:
    name = key_text('', each.key).removeprefix('::') or 'the file'
    return Finding(OPEN, each.path, f'{name} waits for a person: {each.reason}', key=each.key, fixable=False)


def _planned(each: Decision) -> Finding:
    name = key_text('', each.key).removeprefix('::') or 'the file'
    text = f'{name} {SAID[each.action]}' + (f': {each.reason}' if each.reason else '')
    return Finding(PLANNED, each.path, text, key=each.key, severity=Severity.NOTE)

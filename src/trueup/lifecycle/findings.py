"""Decisions, expired waivers and rules as findings."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.model import Action, Decision, Finding, Owner, Plan, Severity
from trueup.plan import key_of, pending
from trueup.policy import parse_target
from trueup.text.keys import format_key
from trueup.waivers import Waiver

LONGEST = 60


def findings_of(plan: Plan) -> Iterator[Finding]:
    """One finding for each decision that would change the service, and for each key that needs a person."""
    for decision in pending(plan):
        yield finding_of(decision)
    for conflict in plan.conflicts:
        yield Finding(
            'STD003',
            conflict.path,
            f'{format_key(conflict.key) or "the file"} needs a person: {conflict.reason}',
            key=conflict.key,
            fixable=False,
            hint='mend it by hand',
        )


def finding_of(decision: Decision) -> Finding:
    """The finding behind a decision that would change the service."""
    name = format_key(decision.key) or 'the file'
    said = {
        Action.ADD: f'{name} is missing',
        Action.CHANGE: f'{name} differs from the standard',
        Action.REMOVE: f'{name} is not part of the standard',
        Action.MOVE: f'{name} has moved',
    }[decision.action]
    rule = 'STD002' if decision.heuristic == 'retired' else 'STD001'
    severity = Severity.ERROR if decision.owner in (Owner.REQUIRED, Owner.FLOOR) else Severity.WARNING
    return Finding(
        rule, decision.path, said + _values(decision), key=decision.key, severity=severity, hint=decision.reason
    )


def _values(decision: Decision) -> str:
    before, after = (_short(value) for value in (decision.before, decision.after))
    if decision.key and decision.action is Action.CHANGE and before and after and before != after:
        return f': {before}, should be {after}'
    return ''


def _short(value: str | None) -> str:
    text = ' '.join((value or '').split())
    return text if len(text) <= LONGEST else f'{text[:LONGEST - 3]}...'


def expired_findings(waivers: tuple[Waiver, ...], run: Run, service: Service) -> Iterator[Finding]:
    """A waiver whose date is over fails."""
    for waiver in waivers:
        if waiver.expired(run.today):
            yield Finding(
                'WVR001',
                f'{service.prefix}pyproject.toml',
                f'the waiver of {waiver.target} ended on {waiver.expires}',
                hint=f'follow the standard, or {waiver.owner} renews it with a reason',
                fixable=False,
            )


def excused_findings(
    strict: Plan, plan: Plan, waivers: tuple[Waiver, ...], prefix: str
) -> Iterator[tuple[Finding, str]]:
    """Findings that only a waiver keeps from failing, with its words: shown in every report."""
    left = {key_of(decision) for decision in pending(plan)}
    for decision in pending(strict):
        if key_of(decision) not in left:
            path = decision.path.removeprefix(prefix)
            covering = (item for item in waivers if parse_target(item.target).covers(path, decision.key))
            found = next(covering, None)
            yield finding_of(decision), words_of(found) if found else 'another key of the same table is waived'


def words_of(waiver: Waiver) -> str:
    """A waiver as reports say it."""
    return f'{waiver.reason} ({waiver.owner}, until {waiver.expires})'

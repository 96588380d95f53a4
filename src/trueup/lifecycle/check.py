"""Does a service still keep the standard? Reads only, runs nothing of the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.lifecycle.desired import (
    Recorded,
    active_targets,
    outer_tree,
    plan_service,
    policies_at,
    read_recorded,
    waivers_of,
)
from trueup.lifecycle.preview import preview
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, open_service, work_tree
from trueup.model import Action, Clean, Decision, Drifted, Finding, Outcome, Owner, Plan, Report, Severity
from trueup.plan import Context, pending
from trueup.repo import Repo
from trueup.rules import Situation, run_rules
from trueup.standard import version_of
from trueup.template import render
from trueup.text.keys import format_key
from trueup.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a service under the standard gave."""

    plan: Plan
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, str], ...]


def check(path: Path, run: Run) -> Outcome:
    """Findings of one service: Clean, or Drifted with each of them. A service never adopted is previewed."""
    service = open_service(path, run.settings.service_root)
    repo = work_tree(service)
    recorded = read_recorded(service, repo, run)
    if recorded is None:
        return preview(service, repo, run)
    looked = look(service, repo, recorded, run)
    report = Report(
        'check',
        service.name,
        recorded.standard.address.url,
        version_of(recorded.tag),
        plan=looked.plan,
        findings=looked.findings,
        waived=looked.waived,
        next_steps=('trueup fix',) if any(finding.fixable for finding in looked.findings) else (),
    )
    failing = any(finding.severity is not Severity.NOTE for finding in looked.findings)
    return Drifted(report) if failing else Clean(report)


def look(service: Service, repo: Repo, recorded: Recorded, run: Run) -> Looked:
    """Compare a service with the render at its recorded version, and ask the rules."""
    theirs = render(recorded.standard, recorded.tag, recorded.answers)
    outer = outer_tree(service, recorded.standard, recorded.tag, recorded.answers)
    policies = policies_at(recorded.standard, recorded.tag, recorded.answers)
    waivers = waivers_of(repo)
    active = active_targets(waivers, run)
    source = f'standard {recorded.tag}'
    around = None if outer is None else (outer, outer)
    strict = plan_service(service, repo, (theirs, theirs), Context(policies, source), outer=around)
    plan = strict
    if active:
        plan = plan_service(service, repo, (theirs, theirs), Context(policies.waive(active), source), outer=around)
    findings = (
        tuple(_findings(plan)) + tuple(_rule_findings(service, repo, recorded)) + tuple(_expired(waivers, run, service))
    )
    kept = [finding for finding in findings if finding.rule not in active]
    excused = [(finding, _reason(finding.rule, waivers)) for finding in findings if finding.rule in active]
    excused += _excused(strict, plan, waivers)
    return Looked(plan, tuple(kept), tuple(excused))


def _findings(plan: Plan) -> Iterator[Finding]:
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
    detail = _values(decision)
    rule = 'STD002' if decision.heuristic == 'retired' else 'STD001'
    severity = Severity.ERROR if decision.owner in (Owner.REQUIRED, Owner.FLOOR) else Severity.WARNING
    return Finding(rule, decision.path, said + detail, key=decision.key, severity=severity, hint=decision.reason)


def _values(decision: Decision) -> str:
    before, after = (_short(value) for value in (decision.before, decision.after))
    if decision.action is Action.CHANGE and before and after and before != after:
        return f': {before}, should be {after}'
    return ''


def _short(value: str | None) -> str:
    text = ' '.join((value or '').split())
    return text if len(text) <= 60 else f'{text[:57]}...'


def _rule_findings(service: Service, repo: Repo, recorded: Recorded) -> Iterator[Finding]:
    situation = Situation(str(recorded.answers.get('packaging', 'keep')), str(recorded.answers.get('scope', 'full')))
    for finding in run_rules(repo, situation):
        yield Finding(
            finding.rule,
            service.prefix + finding.path,
            finding.message,
            finding.line,
            finding.key,
            finding.severity,
            finding.hint,
            finding.fixable,
        )


def _expired(waivers: tuple[Waiver, ...], run: Run, service: Service) -> Iterator[Finding]:
    for waiver in waivers:
        if waiver.expired(run.today):
            yield Finding(
                'WVR001',
                f'{service.prefix}pyproject.toml',
                f'the waiver of {waiver.target} ended on {waiver.expires}',
                hint=f'follow the standard, or {waiver.owner} renews it with a reason',
                fixable=False,
            )


def _reason(target: str, waivers: tuple[Waiver, ...]) -> str:
    found = next(waiver for waiver in waivers if waiver.target == target)
    return f'{found.reason} ({found.owner}, until {found.expires})'


def _excused(strict: Plan, plan: Plan, waivers: tuple[Waiver, ...]) -> list[tuple[Finding, str]]:
    """Findings that only a waiver keeps from failing: shown in every report."""
    left = {(decision.path, decision.key) for decision in pending(plan)}
    reasons = '; '.join(
        f'{waiver.target}: {waiver.reason} ({waiver.owner}, until {waiver.expires})' for waiver in waivers
    )
    excused = []
    for decision in pending(strict):
        if (decision.path, decision.key) not in left:
            target = f'{decision.path}::{format_key(decision.key)}'
            found = next((waiver for waiver in waivers if target.startswith(waiver.target)), None)
            excused.append((finding_of(decision), _reason(found.target, waivers) if found else reasons))
    return excused

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
from trueup.lifecycle.findings import excused_findings, expired_findings, findings_of, words_of
from trueup.lifecycle.preview import preview
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, open_service, work_tree
from trueup.model import Clean, Drifted, Finding, Outcome, Plan, Report, Severity
from trueup.plan import Context
from trueup.repo import Repo
from trueup.rules import RULES, Situation, run_rules
from trueup.standard import version_of
from trueup.template import render


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
        *findings_of(plan),
        *_rule_findings(service, repo, recorded),
        *expired_findings(waivers, run, service),
    )
    words = {waiver.target: words_of(waiver) for waiver in waivers}
    waivable = {rule.id for rule in RULES} & set(active)
    kept = tuple(finding for finding in findings if finding.rule not in waivable)
    excused = [(finding, words[finding.rule]) for finding in findings if finding.rule in waivable]
    excused += excused_findings(strict, plan, waivers, service.prefix)
    return Looked(plan, kept, tuple(excused))


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

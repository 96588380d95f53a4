"""Does a service still keep the standard? Reads only, runs nothing of the service."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.errors import Refusal
from trueup.lifecycle.desired import (
    Recorded,
    active_targets,
    outer_tree,
    plan_service,
    policies_at,
    read_recorded,
    waivers_of,
)
from trueup.lifecycle.findings import (
    below,
    excused_findings,
    expired_findings,
    failing,
    findings_of,
    moved_tag,
    without_migrated,
    words_of,
)
from trueup.lifecycle.lines import reader, with_lines
from trueup.lifecycle.migrating import Wish, migrate, migration_findings, over, pending_finding
from trueup.lifecycle.preview import preview
from trueup.lifecycle.run import Run
from trueup.lifecycle.selection import read_selection
from trueup.lifecycle.service import Service, open_service, work_tree
from trueup.lifecycle.staged import concerns, is_touched, touched_paths
from trueup.lifecycle.unreadable import unreadable
from trueup.lifecycle.waive import require_known
from trueup.model import Clean, Drifted, Finding, Outcome, Plan, Report
from trueup.plan import Context
from trueup.repo import Repo
from trueup.report.titles import TITLES
from trueup.rules import Situation, run_rules
from trueup.standard import version_of
from trueup.template import render
from trueup.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at a service under the standard gave."""

    plan: Plan
    findings: tuple[Finding, ...]
    waived: tuple[tuple[Finding, str], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A service under the standard, looked at."""

    service: Service
    repo: Repo
    recorded: Recorded
    looked: Looked

    @property
    def version(self) -> str:
        """The version of the standard that the service is under."""
        return version_of(self.recorded.tag)

    def report(self, verb: str) -> Report:
        """What every verb tells of it."""
        url = self.recorded.standard.address.url
        plan, findings, waived = self.looked.plan, self.looked.findings, self.looked.waived
        return Report(verb, self.service.name, url, self.version, plan=plan, findings=findings, waived=waived)


def check(path: Path, run: Run) -> Outcome:
    """Findings of one service: Clean, or Drifted with each of them. A service never adopted is previewed."""
    settings = run.settings
    selection = read_selection(settings.select, settings.ignore, settings.min_severity)
    service = open_service(path, settings.service_root)
    touched = touched_paths(service.top) if settings.staged else None
    if touched is not None and not concerns(service, touched):
        return Clean(Report('check', service.name))
    repo = work_tree(service)
    standing = stand(service, repo, run)
    if standing is None:
        return Drifted(selection.narrow(preview(service, repo, run)))
    report = standing.report('check')
    if touched is not None:
        found = tuple(each for each in report.findings if is_touched(each, service, touched))
        report = replace(report, findings=found)
    report = selection.narrow(report)
    steps = ('trueup fix',) if any(finding.fixable for finding in report.findings) else ()
    report = replace(report, next_steps=steps)
    return Drifted(report) if failing(report.findings) else Clean(report)


def stand(service: Service, repo: Repo, run: Run) -> Standing | None:
    """The service looked at, None when it was never adopted; raises Refusal without trust."""
    recorded = read_recorded(service, repo, run)
    return None if recorded is None else Standing(service, repo, recorded, look(service, repo, recorded, run))


def require_standing(path: Path, run: Run) -> Standing:
    """The service at `path` looked at; raises Refusal when it was never adopted."""
    service = open_service(path, run.settings.service_root)
    standing = stand(service, work_tree(service), run)
    if standing is None:
        hint = 'run `trueup adopt` first, or switch to its branch'
        raise Refusal('the service is not under the standard here', where=str(path), hint=hint)
    return standing


def look(service: Service, repo: Repo, recorded: Recorded, run: Run) -> Looked:
    """Compare a service with the render at its recorded version, and ask the rules."""
    moved_on = tuple(moved_tag(recorded, service.prefix))
    if moved_on:
        # What the tag names now is not what the service was made from: nothing is compared with it, or healed by it.
        found = (*moved_on, *_rule_findings(service, repo, recorded))
        return Looked(Plan(), tuple(with_lines(found, reader(service, repo))), ())
    theirs = render(recorded.standard, recorded.tag, recorded.answers)
    outer = outer_tree(service, recorded.standard, recorded.tag, recorded.answers)
    policies = policies_at(recorded.standard, recorded.tag, recorded.answers)
    waivers = _waivers(repo)
    require_known(waivers, repo, (theirs, outer or {}), where=f'{service.prefix}pyproject.toml')
    wish = Wish(policies, recorded.answers, theirs, active_targets(waivers, run))
    moved = migrate(repo, service.prefix, wish, today=run.today)
    after = moved.repo
    written = {waiver.target for waiver in waivers}
    waivers = _waivers(after)
    active = active_targets(waivers, run)
    source = f'standard {recorded.tag}'
    around = None if outer is None else (outer, outer)
    strict = plan_service(service, after, (theirs, theirs), Context(policies, source), outer=around)
    plan = strict
    if active:
        plan = plan_service(service, after, (theirs, theirs), Context(policies.waive(active), source), outer=around)
    compared = without_migrated((*migration_findings(moved, service.prefix), *findings_of(plan)), moved, service.prefix)
    open_files = {each.path.removeprefix(service.prefix) for each in plan.conflicts if not each.key}
    findings = (
        *compared,
        *below(unreadable(after, theirs, policies, known=open_files), service.prefix),
        *_rule_findings(service, after, recorded),
        *expired_findings(waivers, run, service),
    )
    words = {waiver.target: words_of(waiver) for waiver in waivers}
    waivable = set(TITLES) & set(active)
    kept = [finding for finding in findings if finding.rule not in waivable]
    excused = [(finding, words[finding.rule]) for finding in findings if finding.rule in waivable]
    planned = {waiver.target for waiver in waivers} - written
    excused += excused_findings(strict, plan, waivers, service.prefix, planned=planned)
    excused += [(pending_finding(step, seen, service.prefix), words[step.rule]) for step, seen in moved.held]
    places = with_lines([*kept, *(finding for finding, _ in excused)], reader(service, repo))
    placed = tuple(places)
    told = tuple(zip(placed[len(kept) :], (reason for _, reason in excused), strict=True))
    return Looked(over(moved.plan, plan), placed[: len(kept)], told)


def _waivers(repo: Repo) -> tuple[Waiver, ...]:
    """The waivers; none where pyproject.toml is malformed, which is a finding of its own and hides no other."""
    try:
        tomllib.loads(repo.text('pyproject.toml') or '')
    except tomllib.TOMLDecodeError:
        return ()
    return waivers_of(repo)


def _rule_findings(service: Service, repo: Repo, recorded: Recorded) -> Iterator[Finding]:
    wanted = {'packaging': '', 'scope': 'full', 'lint_tools': 'standard'}
    situation = Situation(*(str(recorded.answers.get(name, value)) for name, value in wanted.items()))
    return below(run_rules(repo, situation), service.prefix)

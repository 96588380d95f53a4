"""What adopting a service would mean, for a person who runs `check` on one that never was."""

from __future__ import annotations

import re
from dataclasses import replace

from trueup.errors import UserError
from trueup.git import GitError, text_of
from trueup.lifecycle.adoption import Adoption, prepare
from trueup.lifecycle.findings import findings_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.score import scores
from trueup.lifecycle.service import ANSWERS_FILE, Service
from trueup.model import Fact, Finding, Report
from trueup.repo import Repo
from trueup.standard import version_of
from trueup.template import render

TELLING = ('name', 'version', 'package_path', 'python_min', 'framework', 'packaging', 'test_runner', 'ci')


def preview(service: Service, repo: Repo, run: Run) -> Report:
    """The plan of an adoption, nothing written. A malformed file is a finding; the rest is looked at without it."""
    try:
        return _look(service, repo, run)
    except UserError as error:
        broken = _malformed(error, service, repo)
        if broken is None:
            raise
    path = broken.path.removeprefix(service.prefix)
    report = _look(service, Repo((each for each in repo.paths if each != path), repo.file), run)
    findings = (broken, *(each for each in report.findings if each.path != broken.path))
    plan = replace(
        report.plan,
        changes=tuple(each for each in report.plan.changes if each.path != broken.path),
        decisions=tuple(each for each in report.plan.decisions if each.path != broken.path),
        conflicts=tuple(each for each in report.plan.conflicts if each.path != broken.path),
    )
    steps = (f'mend {broken.path} first', *report.next_steps)
    return replace(report, findings=findings, plan=plan, next_steps=steps)


def _look(service: Service, repo: Repo, run: Run) -> Report:
    adoption = prepare(service, repo, run)
    theirs = render(adoption.standard, adoption.tag, adoption.answers)
    report = report_of(service, adoption, 'check')
    steps = (*_restoring(service), *report.next_steps)
    return replace(report, scores=scores(adoption.plan, theirs, service.prefix), next_steps=steps)


def _malformed(error: UserError, service: Service, repo: Repo) -> Finding | None:
    """The finding behind an error that names a file of the service, and perhaps a line."""
    path, _, line = error.where.rpartition(':') if re.search(r':\d+$', error.where) else (error.where, '', '')
    path = path.removeprefix(service.prefix)
    if path not in repo:
        return None
    number = int(line) if line else 0
    return Finding('STD003', service.prefix + path, error.message, number, hint=error.hint, fixable=False)


def _restoring(service: Service) -> tuple[str, ...]:
    """How to bring back an answers file that somebody deleted: the service is not as new as it looks."""
    path = service.prefix + ANSWERS_FILE
    try:
        last = text_of(service.top, 'log', '-1', '--diff-filter=AMR', '--format=%h', '--', path)
    except GitError:
        return ()
    return (f'git restore --source={last} -- {path}   # it was under the standard before',) if last else ()


def report_of(service: Service, adoption: Adoption, verb: str) -> Report:
    """An adoption that has not happened, as a report."""
    plan = adoption.plan
    return Report(
        verb,
        service.name,
        adoption.standard.address.url,
        version_of(adoption.tag),
        plan=plan,
        facts=telling(adoption.facts),
        findings=tuple(findings_of(plan)),
        next_steps=('trueup adopt',),
    )


def telling(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The few facts by which a person sees that the right thing was read, one of each kind."""
    first: dict[str, Fact] = {}
    for fact in facts:
        first.setdefault(fact.name, fact)
    return tuple(first[name] for name in TELLING if name in first and first[name].value)

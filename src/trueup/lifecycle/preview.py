"""What adopting a service would mean, for a person who runs `check` on one that never was."""

from __future__ import annotations

from trueup.lifecycle.adoption import Adoption, prepare
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.model import Drifted, Finding, Outcome, Report
from trueup.plan import pending
from trueup.repo import Repo
from trueup.standard import version_of


def preview(service: Service, repo: Repo, run: Run) -> Outcome:
    """Drifted, with the plan of an adoption; nothing is written."""
    adoption = prepare(service, repo, run)
    return Drifted(report_of(service, adoption, 'check'))


def report_of(service: Service, adoption: Adoption, verb: str) -> Report:
    """An adoption that has not happened, as a report."""
    plan = adoption.plan
    changing = sum(1 for _ in pending(plan))
    finding = Finding(
        'ADO001',
        service.prefix or '.',
        f'not under the standard: {changing} key(s) in {len(plan.changes)} file(s) would change',
        hint='run `trueup adopt`',
    )
    return Report(
        verb,
        service.name,
        adoption.standard.address.url,
        version_of(adoption.tag),
        plan=plan,
        facts=adoption.facts,
        findings=(finding,),
        next_steps=('trueup adopt',),
    )

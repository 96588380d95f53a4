"""What adopting a service would mean, for a person who runs `check` on one that never was."""

from __future__ import annotations

from trueup.lifecycle.adoption import Adoption, prepare
from trueup.lifecycle.findings import findings_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.model import Fact, Report
from trueup.repo import Repo
from trueup.standard import version_of

TELLING = ('name', 'version', 'package_path', 'python_min', 'framework', 'packaging', 'test_runner', 'ci')


def preview(service: Service, repo: Repo, run: Run) -> Report:
    """The plan of an adoption; nothing is written."""
    return report_of(service, prepare(service, repo, run), 'check')


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

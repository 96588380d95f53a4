"""Bring a service that was never made from the template under the standard, on a branch of its own."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from trueup.errors import Missing
from trueup.lifecycle.adoption import Adoption, prepare
from trueup.lifecycle.answers import Ask
from trueup.lifecycle.check import require_standing
from trueup.lifecycle.debt import pythons_of, record_debt
from trueup.lifecycle.desired import remember_trust
from trueup.lifecycle.exports import held_exports
from trueup.lifecycle.findings import failing
from trueup.lifecycle.landing import Worked, land
from trueup.lifecycle.locking import LOCK, Locked, lock_service
from trueup.lifecycle.migrating import commit_steps
from trueup.lifecycle.preview import report_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import ANSWERS_FILE, Service, open_service, require_clean, require_safe, require_writable
from trueup.lifecycle.starting import read_constraints
from trueup.lifecycle.workspace import Workspace, write_file
from trueup.model import (
    Action,
    Change,
    Changed,
    Clean,
    Conflict,
    Conflicted,
    Debt,
    Decision,
    Drifted,
    Outcome,
    Owner,
    Plan,
)
from trueup.packaging._toml import parse
from trueup.plan import joined
from trueup.repo import Repo, read_file, repo_from_commit

BASELINE = '.trueup/baseline.json'
HOOKS_MANIFEST = '.pre-commit-hooks.yaml'
"""A standard that ships hooks has a service linted by them; debt is recorded for those only."""


def adopt(path: Path, run: Run, ask: Ask | None = None) -> Outcome:
    """Changed with a branch, Conflicted when decisions wait, Regressed when something would break (then no branch).

    Raises UserError, Refusal or Missing with the service untouched.
    """
    service = open_service(path, run.settings.service_root)
    head = require_writable(service)
    repo = repo_from_commit(service.top, head, service.prefix)
    if ANSWERS_FILE in repo:
        return _already(path, run)
    require_readable(repo, service)
    if run.settings.constraints:
        read_constraints(run.settings.constraints)
    run.say('reading the service')
    adoption = prepare(service, repo, run, ask)
    report = replace(report_of(service, adoption, 'adopt'), findings=())
    if run.settings.plan_only:
        return Changed(report, planned=True)
    touched = touched_by(adoption, service)
    require_clean(service, touched)
    require_safe(service, touched)
    outcome = land(
        service, run, head, report, lambda space, before: steps_of(space, adoption, run, pythons_of(service, before))
    )
    remember_trust(service, adoption.standard.address.url)
    return outcome


def require_readable(repo: Repo, service: Service) -> None:
    """Raises UserError where pyproject.toml is no TOML: nothing can be decided beside it."""
    if (project := repo.text('pyproject.toml')) is not None:
        parse(project, f'{service.prefix}pyproject.toml')


def touched_by(adoption: Adoption, service: Service) -> list[str]:
    """Every path that the adoption may write, from the top; raises Missing without the program it takes."""
    _require_poetry(adoption)
    return [
        *(change.path for change in adoption.plan.changes),
        *(item.partition('::')[0] for item in adoption.redundant),
        *(service.prefix + name for name in (LOCK, BASELINE)),
    ]


def _already(path: Path, run: Run) -> Outcome:
    standing = require_standing(path, run)
    drifted = failing(standing.looked.findings)
    report = replace(standing.report('adopt'), next_steps=('trueup fix',) if drifted else ('trueup update',))
    return Drifted(report) if drifted else Clean(report)


def _require_poetry(adoption: Adoption) -> None:
    if adoption.answers.get('packaging') == 'poetry' and adoption.answers.get('scope') != 'config':
        if shutil.which('poetry') is None:
            raise Missing(
                'Poetry was not found', hint='install it (pipx install poetry), or adopt with --answer packaging=keep'
            )


def steps_of(space: Workspace, adoption: Adoption, run: Run, pythons: tuple[Path, ...]) -> Worked:
    """Lock first, to know whether the old packaging files may go; then one commit per step."""
    space.write(adoption.plan.changes)
    locked = lock_service(space, adoption, run)
    done = locked.plan(space)
    commits: list[tuple[str, str]] = []
    space.write(Change(change.path, change.after, change.before) for change in adoption.files.changes)
    _commit_packaging(space, adoption, locked, commits)
    commit_steps(space, adoption.migrations, commits)
    space.write(adoption.files.changes)
    locked.write(space)
    where = f' in {space.prefix.rstrip("/")}' if space.prefix else ''
    _commit(space, f'chore: adopt the standard {adoption.tag}{where}', commits)
    lints = adoption.standard.file(adoption.tag, HOOKS_MANIFEST) is not None
    debt = record_debt(space, run, commits, pythons=pythons) if lints else Debt()
    conflicts = adoption.plan.conflicts + locked.open
    return Worked(tuple(commits), conflicts, debt, joined((done, _baseline_plan(space))), locked.held)


def _baseline_plan(space: Workspace) -> Plan:
    path = space.prefix + BASELINE
    file = read_file(space.root / path)
    if file is None:
        return Plan()
    reason = 'lint findings of before adoption: they do not fail, new ones do'
    decision = Decision(path, (), Action.ADD, None, 'file', Owner.DEFAULT, reason, 'trueup', 'baseline')
    return Plan((Change(path, None, file),), (decision,))


def _commit_packaging(space: Workspace, adoption: Adoption, locked: Locked, commits: list[tuple[str, str]]) -> None:
    """The packaging alone: its pyproject, without what it made redundant."""
    if not adoption.packaging.changes:
        return
    space.write(adoption.packaging.changes)
    space.write(locked.removals(space))
    _commit(space, 'build: describe the project in pyproject.toml (PEP 621)', commits)


def _commit(space: Workspace, message: str, commits: list[tuple[str, str]]) -> None:
    commit = space.commit(message)
    if commit is not None:
        commits.append((commit, message))


def resume(path: Path, run: Run, verb: str) -> Outcome:
    """`--continue`: Conflicted with exactly the keys that are still open; else Clean, or Changed by what was held back."""
    standing = require_standing(path, run)
    service = standing.service
    findings = [item for item in standing.looked.findings if failing([item])]
    open_keys = tuple(Conflict(item.path, item.key, None, None, None, item.message) for item in findings)
    report = replace(standing.report(verb), plan=replace(standing.looked.plan, conflicts=open_keys))
    if open_keys:
        return Conflicted(report)
    changes = held_exports(service, standing.repo, removing=verb == 'adopt')
    if not changes:
        return Clean(report)
    require_clean(service, [change.path for change in changes])
    for change in changes:
        write_file(service.top / change.path, change.after)
    steps = ('git diff', 'git commit -am "build: the old packaging files give way"')
    return Changed(replace(report, plan=replace(report.plan, changes=changes), next_steps=steps))

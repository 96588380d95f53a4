"""Carry a service from the version of the standard it is under to a newer one, on a branch of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.lifecycle.desired import (
    Recorded,
    active_targets,
    outer_tree,
    plan_service,
    policies_at,
    read_recorded,
    remember_trust,
    same_standard,
    waivers_of,
)
from trueup.lifecycle.exports import exported_changes
from trueup.lifecycle.landing import Worked, land
from trueup.lifecycle.locking import LOCK, Locked, is_locked, relock
from trueup.lifecycle.migrating import Done, Wish, commit_steps, left_notes, migrate, over
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, open_service, require_clean, require_safe, require_writable, work_tree
from trueup.lifecycle.workspace import Workspace
from trueup.model import Changed, Clean, Outcome, Plan, Report
from trueup.plan import Context
from trueup.repo import Repo, repo_from_commit
from trueup.standard import choose_tag, is_older, open_standard, parse_address, version_of
from trueup.template import recorded_answers, render
from trueup.text.encoding import decode


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to another: the plan, and the answers the service will then have."""

    recorded: Recorded
    tag: str
    plan: Plan
    answers: Mapping[str, object]
    migrations: tuple[Done, ...] = ()


def update(path: Path, run: Run, to: str = '') -> Outcome:
    """Changed with a branch, Conflicted when decisions wait, Clean when the service has that version already.

    Raises UserError for an older version, Refusal where the service can't be written.
    """
    service = open_service(path, run.settings.service_root)
    head = require_writable(service)
    repo = repo_from_commit(service.top, head, service.prefix)
    recorded = read_recorded(service, repo, run)
    if recorded is None:
        raise Refusal('the service is not under the standard', where=str(path), hint='run `trueup adopt` first')
    step = plan_update(service, repo, recorded, run, to)
    url = recorded.standard.address.url
    report = Report(
        'update',
        service.name,
        url,
        version_of(step.tag),
        previous=version_of(recorded.tag),
        plan=step.plan,
    )
    if step.tag == recorded.tag:
        return Clean(report)
    if run.settings.plan_only:
        return Changed(report, planned=True)
    touched = [change.path for change in step.plan.changes]
    require_clean(service, [*touched, service.prefix + LOCK])
    require_safe(service, touched)
    outcome = land(service, run, head, report, lambda space, _: _steps(space, step, run))
    remember_trust(service, url)
    return outcome


def plan_update(service: Service, repo: Repo, recorded: Recorded, run: Run, to: str) -> Step:
    """The plan from the recorded version to `to` (the newest if empty); raises UserError for a downgrade."""
    wanted = to or _tag_of(recorded, run)
    standard = open_standard(recorded.standard.address, need='', dev=run.settings.dev)
    tag = choose_tag(standard, wanted)
    if is_older(tag, recorded.tag):
        raise UserError(
            f'{tag} is older than {recorded.tag}, which the service has',
            where=service.prefix or '.',
            hint='a standard is never taken back by update; use `trueup undo` or Git',
        )
    base = render(recorded.standard, recorded.tag, recorded.answers)
    theirs = render(standard, tag, recorded.answers)
    answers = {**recorded.answers, **recorded_answers(theirs)}
    policies = policies_at(standard, tag, answers)
    wish = Wish(policies, answers, theirs, active_targets(waivers_of(repo), run))
    moved = migrate(repo, service.prefix, wish, today=run.today)
    repo = moved.repo
    policies = policies.waive(active_targets(waivers_of(repo), run))
    old = outer_tree(service, recorded.standard, recorded.tag, recorded.answers)
    new = outer_tree(service, standard, tag, answers)
    outer = None if new is None else (old, new)
    plan = plan_service(service, repo, (base, theirs), Context(policies, f'standard {tag}'), outer=outer)
    plan = over(moved.plan, plan)
    plan = replace(plan, notes=(*plan.notes, *left_notes(moved, service.prefix)))
    return Step(Recorded(recorded.answers, standard, recorded.tag), tag, plan, answers, moved.done)


def _tag_of(recorded: Recorded, run: Run) -> str:
    if not run.settings.standard:
        return ''
    if not same_standard(recorded.standard, run.settings.standard):
        raise Refusal(
            'the service is under another standard',
            where=recorded.standard.address.url,
            hint='update keeps the standard; moving to another is an adoption',
        )
    return parse_address(run.settings.standard).tag


def _steps(space: Workspace, step: Step, run: Run) -> Worked:
    before = _resolved_text(space)
    commits: list[tuple[str, str]] = []
    commit_steps(space, step.migrations, commits)
    space.write(step.plan.changes)
    locked, done = Locked(), Plan()
    if is_locked(step.answers) and (space.service / LOCK).is_file() and _resolved_text(space) != before:
        locked = relock(space, str(step.answers.get('package_index_url') or ''), run)
        done = locked.plan(space)
        locked.write(space)
    service = Service(space.root, space.prefix)
    space.write(exported_changes(service, work_tree(service)))
    message = f'chore: update the standard to {step.tag}'
    commit = space.commit(message)
    commits += [(commit, message)] if commit else []
    return Worked(tuple(commits), step.plan.conflicts + locked.open, extra=done)


def _resolved_text(space: Workspace) -> object:
    """What of pyproject.toml a lock depends on."""
    path = space.service / 'pyproject.toml'
    found = decode(path.read_bytes()) if path.is_file() else None
    if found is None:
        return None
    try:
        data = tomllib.loads(found.text)
    except tomllib.TOMLDecodeError:
        return found.text
    return [data.get('project'), data.get('dependency-groups'), data.get('tool', {}).get('poetry')]

"""Carry a service from the version of the standard it is under to a newer one, on a branch of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.git import text_of
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
from trueup.lifecycle.nearest import base_of
from trueup.lifecycle.renamed import rename
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import (
    ANSWERS_FILE,
    Service,
    open_service,
    require_clean,
    require_safe,
    require_writable,
    work_tree,
)
from trueup.lifecycle.workspace import Workspace
from trueup.model import Change, Changed, Clean, Conflict, File, Outcome, Plan, Report, Tree
from trueup.packaging.lock import public_index
from trueup.plan import Context, joined, prefixed
from trueup.repo import Repo, read_file, repo_from_commit
from trueup.standard import choose_tag, dev_standard, is_older, parse_address, require_unmoved, version_of
from trueup.template import recorded_answers, render
from trueup.text.encoding import decode, encode
from trueup.text.keys import format_key
from trueup.waivers import write_open


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to another: the plan, and the answers the service will then have."""

    recorded: Recorded
    tag: str
    plan: Plan
    answers: Mapping[str, object]
    migrations: tuple[Done, ...] = ()
    base: Tree = field(default_factory=dict)
    theirs: Tree = field(default_factory=dict)


def update(path: Path, run: Run, to: str = '') -> Outcome:
    """Changed with a branch, Conflicted when decisions wait, Clean when the service has that version already.

    Raises UserError for an older version, Refusal where the service can't be written.
    """
    service = open_service(path, run.settings.service_root)
    head = require_writable(service)
    repo = repo_from_commit(service.top, head, service.prefix)
    recorded = read_recorded(service, repo, run, fresh=True)
    if recorded is None:
        raise _never_adopted(service)
    step = plan_update(service, repo, recorded, run, to)
    report = report_of(service, recorded, step)
    if step.tag == recorded.tag:
        return Clean(report)
    if run.settings.plan_only:
        return Changed(report, planned=True)
    touched = [change.path for change in step.plan.changes]
    require_clean(service, [*touched, service.prefix + LOCK])
    require_safe(service, touched)
    outcome = land(service, run, head, report, lambda space, _: _steps(space, step, run))
    remember_trust(service, recorded.standard.address.url)
    return outcome


def report_of(service: Service, recorded: Recorded, step: Step) -> Report:
    """What is told of an update, whoever carries it out."""
    url = recorded.standard.address.url
    return Report('update', service.name, url, version_of(step.tag), previous=version_of(recorded.tag), plan=step.plan)


def _never_adopted(service: Service) -> Refusal:
    """Why there is nothing to update; a deleted answers file is in the history."""
    path = service.prefix + ANSWERS_FILE
    gone = text_of(service.top, 'log', '-1', '--format=%h', '--diff-filter=D', '--', path)
    if gone:
        hint = f'bring it back: git checkout {gone}^ -- {path}, and commit'
        return Refusal('the answers file was deleted', where=path, hint=hint)
    return Refusal('the service is not under the standard', where=str(service.root), hint='run `trueup adopt` first')


def plan_update(service: Service, repo: Repo, recorded: Recorded, run: Run, to: str) -> Step:
    """The plan from the recorded version to `to` (the newest if empty); raises UserError for a downgrade."""
    standard = recorded.standard
    if run.settings.dev and not standard.tags():
        standard = dev_standard(standard)
    tag = choose_tag(standard, to or _tag_of(recorded, run))
    if is_older(tag, recorded.tag):
        raise UserError(
            f'{tag} is older than {recorded.tag}, which the service has',
            where=service.prefix or '.',
            hint='a standard is never taken back by update; use `trueup undo` or Git',
        )
    return plan_between(service, repo, recorded, Recorded(recorded.answers, standard, tag), run)


def plan_between(service: Service, repo: Repo, old: Recorded, new: Recorded, run: Run) -> Step:
    """The plan from a version with its answers to another; raises Refusal for a new version whose tag has moved."""
    require_unmoved(new.standard, new.tag)
    base = base_of(old, new.standard, repo)
    theirs = render(new.standard, new.tag, new.answers)
    answers = {**new.answers, **recorded_answers(theirs)}
    policies = policies_at(new.standard, new.tag, answers)
    wish = Wish(policies, answers, theirs, active_targets(waivers_of(repo), run))
    moved = migrate(repo, service.prefix, wish, today=run.today)
    policies = policies.waive(active_targets(waivers_of(moved.repo), run))
    around = outer_tree(service, new.standard, new.tag, answers)
    known = outer_tree(service, new.standard, base.tag, old.answers, commit=base.commit)
    outer = None if around is None else (known, around)
    context = Context(policies, f'standard {new.tag}')
    named = rename(moved.repo, base.tree, theirs, policies)
    plan = over(
        prefixed(named.plan, service.prefix),
        plan_service(service, named.repo, (named.base, theirs), context, outer=outer),
    )
    plan = over(moved.plan, plan)
    notes = (*((base.note,) if base.note else ()), *plan.notes, *left_notes(moved, service.prefix))
    before = Recorded(old.answers, new.standard, base.tag)
    return Step(before, new.tag, replace(plan, notes=notes), answers, moved.done, base.tree, theirs)


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
    commits: list[tuple[str, str]] = []
    commit_steps(space, step.migrations, commits)
    last = space.prefix + ANSWERS_FILE
    space.write(change for change in step.plan.changes if change.path != last)
    locked, done = Locked(), Plan()
    if needs_lock(space, step, repo_from_commit(space.root, 'HEAD' if not commits else f'HEAD~{len(commits)}')):
        locked = relock(space, public_index(step.answers), run)
        done = locked.plan(space)
        locked.write(space)
    service = Service(space.root, space.prefix)
    space.write(exported_changes(service, work_tree(service)))
    conflicts = step.plan.conflicts + locked.open
    noted = _note_open(space, step.plan, conflicts)
    space.write([*noted.changes, *(change for change in step.plan.changes if change.path == last)])
    message = f'chore: update the standard to {step.tag}'
    commit = space.commit(message)
    commits += [(commit, message)] if commit else []
    return Worked(tuple(commits), conflicts, extra=joined((done, noted)))


def _note_open(space: Workspace, plan: Plan, conflicts: Sequence[Conflict]) -> Plan:
    """What waits for a person, in the service's own `[tool.trueup.open]`: `check` lists it until its line is gone."""
    path = f'{space.prefix}pyproject.toml'
    file = read_file(space.root / path)
    found = decode(file.data) if file is not None else None
    targets = {_target(item, space.prefix): item.reason for item in conflicts if item.path != path or item.key}
    if file is None or found is None or not targets or not _is_toml(found.text):
        return Plan()
    before = next((change.before for change in plan.changes if change.path == path), file)
    return Plan((Change(path, before, File(encode(write_open(found.text, targets), found), file.mode)),))


def _target(conflict: Conflict, prefix: str) -> str:
    path = conflict.path.removeprefix(prefix)
    return f'{path}::{format_key(conflict.key)}' if conflict.key else path


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def needs_lock(space: Workspace, step: Step, before: Repo) -> bool:
    """Whether the service has a lock of the standard's kind, and what it depends on is not as it was; paths from the top."""
    if not is_locked(step.answers) or not (space.service / LOCK).is_file():
        return False
    path = f'{space.prefix}pyproject.toml'
    return _locked_part(read_file(space.root / path)) != _locked_part(before.file(path))


def _locked_part(file: File | None) -> object:
    """What of pyproject.toml a lock depends on."""
    found = decode(file.data) if file is not None else None
    if found is None:
        return None
    try:
        data = tomllib.loads(found.text)
    except tomllib.TOMLDecodeError:
        return found.text
    return [data.get('project'), data.get('dependency-groups'), data.get('tool', {}).get('poetry')]

"""Adopt every service folder of a larger repository: one branch, one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.errors import Missing, Refusal, UserError
from trueup.facts import read_facts
from trueup.git import text_of
from trueup.lifecycle.adopt import require_readable, resume, steps_of, touched_by
from trueup.lifecycle.adoption import Adoption, prepare
from trueup.lifecycle.answers import Ask
from trueup.lifecycle.debt import pythons_of
from trueup.lifecycle.desired import remember_trust
from trueup.lifecycle.landing import Landing, branch_name, settle, work
from trueup.lifecycle.measuring import verify_options
from trueup.lifecycle.preview import report_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import ANSWERS_FILE, Service, open_service, require_clean, require_safe, require_writable
from trueup.lifecycle.workspace import Workspace, workspace
from trueup.model import Change, Changed, Clean, Conflicted, Debt, Outcome, Plan, Report, Verification
from trueup.repo import repo_from_commit

CONTINUE = 'trueup adopt --continue'


@dataclass(frozen=True, slots=True)
class Member:
    """One service folder: where it is in the user's checkout, and what came of it."""

    service: Service
    report: Report
    held: tuple[str, ...] = ()


def adopt_members(path: Path, run: Run, ask: Ask | None = None) -> Outcome:
    """Changed with one branch for all, Conflicted when decisions wait in any, Regressed when any would break.

    Raises UserError, Refusal or Missing with the repository untouched.
    """
    top = open_service(path, run.settings.service_root)
    head = require_writable(top)
    found = members_of(top, head)
    if not found:
        raise Refusal('no service folder here', where=str(top.root), hint='a folder with packaging of its own is one')
    waiting = [each for each in found if ANSWERS_FILE not in repo_from_commit(each.top, head, each.prefix)]
    if not waiting:
        return Clean(Report('adopt', top.name, next_steps=('every service folder is under a standard already',)))
    if run.settings.plan_only:
        reports = [_planned(each, head, run, ask) for each in waiting]
        return Changed(_together(top, reports), planned=True)
    with workspace(top, head) as space:
        done = [_adopt(each, space, run, ask) for each in waiting]
        tip = text_of(space.root, 'rev-parse', 'HEAD')
    report = _together(top, [each.report for each in done])
    landing = Landing(
        branch_name(top, 'adopt', report.version), head, tip, tuple(name for each in done for name in each.held)
    )
    outcome = settle(top, run, landing, report)
    remember_trust(top, report.standard)
    return _goes_on(outcome)


def resume_members(path: Path, run: Run) -> list[Outcome]:
    """`--continue` of every member that is under a standard."""
    top = open_service(path, run.settings.service_root)
    members = members_of(top, require_writable(top))
    return [resume(each.root, run, 'adopt') for each in members if (each.root / ANSWERS_FILE).is_file()]


def _goes_on(outcome: Outcome) -> Outcome:
    """The steps that a person takes next, for all members."""
    if not isinstance(outcome, Conflicted):
        return outcome
    told = tuple(line.replace(CONTINUE, f'{CONTINUE} --all-members') for line in outcome.report.next_steps)
    return Conflicted(replace(outcome.report, next_steps=told))


def members_of(top: Service, commit: str) -> tuple[Service, ...]:
    """The service folders of a repository, or of a part of it."""
    facts = read_facts(repo_from_commit(top.top, commit, top.prefix))
    names = next((fact.value for fact in facts if fact.name == 'members'), ())
    folders = names if isinstance(names, tuple) else ()
    return tuple(Service(top.top, f'{top.prefix}{name}/') for name in folders)


def _planned(member: Service, head: str, run: Run, ask: Ask | None) -> Report:
    adoption = _prepare(member, member, head, run=run, ask=ask)
    return replace(report_of(member, adoption, 'adopt'), findings=())


def _adopt(member: Service, space: Workspace, run: Run, ask: Ask | None) -> Member:
    """Adopt one member on top of what those before it left in the workspace: they share the hooks at the top."""
    run.say(f'{member.service_root}: reading the service')
    inside = Service(space.root, member.prefix)
    adoption = _prepare(inside, member, text_of(space.root, 'rev-parse', 'HEAD'), run=run, ask=ask)
    touched = touched_by(adoption, member)
    require_clean(member, touched)
    require_safe(member, touched)
    report, held = work(
        replace(space, prefix=member.prefix),
        run,
        replace(report_of(member, adoption, 'adopt'), findings=()),
        options=verify_options(member, run),
        steps=lambda place, before: steps_of(place, adoption, run, pythons_of(member, before)),
    )
    return Member(member, report, held)


def _prepare(inside: Service, member: Service, commit: str, *, run: Run, ask: Ask | None) -> Adoption:
    repo = repo_from_commit(inside.top, commit, inside.prefix)
    try:
        require_readable(repo, member)
        return replace(prepare(inside, repo, run, ask), home=member.root)
    except (Missing, Refusal):
        raise
    except UserError as error:
        where = error.where if error.where.startswith(member.prefix) else f'{member.prefix}{error.where}'
        raise UserError(error.message, where=where, hint=error.hint) from error


def _together(top: Service, reports: Sequence[Report]) -> Report:
    """One report of all: what concerns one member has its folder's name before it."""
    first = reports[0]
    plans = [each.plan for each in reports]
    changes: dict[str, Change] = {}
    for change in (change for plan in plans for change in plan.changes):
        before = changes[change.path].before if change.path in changes else change.before
        changes[change.path] = replace(change, before=before)
    plan = Plan(
        tuple(changes[path] for path in sorted(changes)),
        tuple(dict.fromkeys(item for each in plans for item in each.decisions)),
        tuple(item for each in plans for item in each.conflicts),
        tuple(f'{each.service}: {note}' for each in reports for note in each.plan.notes),
    )
    return replace(
        first,
        service=top.name,
        plan=plan,
        facts=(),
        verifications=tuple(_of(each.service, item) for each in reports for item in each.verifications),
        debt=_debts([each.debt for each in reports]),
        commits=tuple(commit for each in reports for commit in each.commits),
    )


def _of(name: str, item: Verification) -> Verification:
    return replace(item, name=f'{name}: {item.name}')


def _debts(debts: Sequence[Debt]) -> Debt:
    by_rule: Counter[str] = Counter()
    by_path: Counter[str] = Counter()
    for debt in debts:
        by_rule.update(debt.by_rule)
        by_path.update(debt.by_path)
    return Debt(dict(by_rule), dict(by_path))

"""How the work of adopt and update reaches the repository: verified, as one branch, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from trueup.errors import Refusal
from trueup.git import answers, branch, run_git, text_of
from trueup.lifecycle.journal import Entry, back_up, end, lying_around, record, save_report
from trueup.lifecycle.measuring import measure, verify_options
from trueup.lifecycle.rollback import remove_branch, restore_cut_short
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.lifecycle.workspace import Workspace, workspace
from trueup.model import Changed, Clean, Conflict, Conflicted, Debt, Outcome, Plan, Regressed, Report, Status
from trueup.report import render as render_report
from trueup.verify import Snapshot, VerifyOptions, compare


@dataclass(frozen=True, slots=True)
class Worked:
    """What the steps of a verb left in the workspace."""

    commits: tuple[tuple[str, str], ...]
    open: tuple[Conflict, ...] = ()
    debt: Debt = Debt()
    extra: Plan = Plan()
    """What the steps did beyond the plan: lock, exports, baseline."""
    held: tuple[str, ...] = ()
    """Files that are written only when nothing is open any more."""


@dataclass(frozen=True, slots=True)
class Landing:
    """A branch to be: its name, where it starts, where it ends, what is held back."""

    name: str
    head: str
    tip: str
    held: tuple[str, ...] = ()


STOPPED = ('# mend what broke (see verification) and try again; --verify static goes on without running the tests',)
Steps = Callable[[Workspace, Snapshot], Worked]
"""What a verb does in the workspace; the snapshot was taken before."""


def branch_name(service: Service, verb: str, version: str) -> str:
    """`trueup/<verb>[-<service>]-<version>`."""
    part = f'-{service.prefix.rstrip("/").replace("/", "-")}' if service.prefix else ''
    return f'trueup/{verb}{part}-{version}'


def land(service: Service, run: Run, head: str, report: Report, steps: Steps) -> Outcome:
    """Work in a second tree, verify, then make the branch. The outcome says what became of it."""
    name = branch_name(service, report.verb, report.version)
    options = verify_options(service, run)
    with workspace(service, head) as space:
        report, held = work(space, run, report, options=options, steps=steps)
        tip = text_of(space.root, 'rev-parse', 'HEAD')
    return settle(service, run, Landing(name, head, tip, held), report)


def work(
    space: Workspace, run: Run, report: Report, *, options: VerifyOptions, steps: Steps
) -> tuple[Report, tuple[str, ...]]:
    """Carry the steps out between two looks at the service: the report of it, and the files that are held back."""
    before = _measure(space, run, 'before', options)
    worked = steps(space, before)
    after = _measure(space, run, 'after', _same_python(options, before))
    plan = _complete(report.plan, worked)
    verified = compare(before, after)
    report = replace(report, verifications=verified, commits=worked.commits, debt=worked.debt, plan=plan)
    return report, worked.held


def settle(service: Service, run: Run, landing: Landing, report: Report) -> Outcome:
    """What becomes of the work: nothing to do, stopped because something is worse, or a branch."""
    if landing.tip == landing.head:
        return Clean(report)
    if any(item.status is Status.WORSE for item in report.verifications):
        return Regressed(_saved(service, replace(report, commits=(), next_steps=STOPPED)))
    return _publish(service, run, landing, report)


def _complete(plan: Plan, worked: Worked) -> Plan:
    """The plan and what the steps did beyond it; one change per file."""
    changes = {change.path: change for change in plan.changes}
    for change in worked.extra.changes:
        changes[change.path] = change
    return Plan(
        tuple(changes[path] for path in sorted(changes)),
        plan.decisions + worked.extra.decisions,
        worked.open,
        plan.notes + worked.extra.notes,
    )


def _measure(space: Workspace, run: Run, when: str, options: VerifyOptions) -> Snapshot:
    if run.settings.verify == 'tests':
        run.say(f"verifying {when}: installing the service and running its own tests (--verify none|static to skip)")
    return measure(space, run, options)


def _same_python(options: VerifyOptions, before: Snapshot) -> VerifyOptions:
    python = before.install.python if before.install else ''
    return replace(options, python=f'=={".".join(python.split(".")[:2])}.*' if python else '')


def _publish(service: Service, run: Run, landing: Landing, report: Report) -> Outcome:
    ref = f'refs/heads/{landing.name}'
    outcome = Conflicted if report.plan.conflicts else Changed
    if answers(service.top, 'rev-parse', '--verify', '--quiet', ref):
        if text_of(service.top, 'rev-parse', ref) == landing.tip:
            return outcome(
                replace(report, branch=landing.name, next_steps=(f'already there: git diff HEAD...{landing.name}',))
            )
        raise Refusal(
            'the branch exists with other commits',
            where=landing.name,
            hint=f'take it, or remove it: `trueup undo` or git branch -D {landing.name}',
        )
    origin = branch(service.top) or landing.head
    stamp = datetime.now(timezone.utc).strftime('%Y%m%dT%H%M%S')
    backup = back_up(service, f'{report.verb}-{stamp}', landing.head)
    entry = Entry(
        report.verb,
        service.prefix,
        report.version,
        landing.name,
        origin,
        landing.head,
        landing.tip,
        backup,
        untracked=lying_around(service),
        held=landing.held,
        process=os.getpid(),
    )
    _make_branch(service, entry, switch=run.settings.switch)
    report = replace(report, branch=landing.name, backup=backup, next_steps=_next_steps(landing, origin, run, report))
    return outcome(_saved(service, report))


def _make_branch(service: Service, entry: Entry, *, switch: bool) -> None:
    """First the journal, then the branch: a run that is killed between two steps can be taken back."""
    record(service, entry)
    try:
        run_git(service.top, 'update-ref', '-m', f'trueup {entry.verb}', f'refs/heads/{entry.branch}', entry.after, '')
        if switch:
            run_git(service.top, 'checkout', '--quiet', entry.branch)
        record(service, replace(entry, process=0))
    except BaseException:
        if branch(service.top) == entry.branch:
            run_git(service.top, 'checkout', '--quiet', entry.origin)
        else:
            restore_cut_short(service, entry)
        remove_branch(service, entry)
        end(service, entry, 'interrupted')
        raise


def _next_steps(landing: Landing, origin: str, run: Run, report: Report) -> tuple[str, ...]:
    switched = run.settings.switch
    steps = [f'git diff {origin}...{landing.name}' if not switched else f'git diff {origin}']
    if report.plan.conflicts:
        steps += [] if switched else [f'git switch {landing.name}']
        steps += ['# decide what is open, commit', f'trueup {report.verb} --continue']
    steps += [f'git switch {origin}'] if switched else []
    return (*steps, f'git merge --ff-only {landing.name}', 'trueup undo')


def _saved(service: Service, report: Report) -> Report:
    """Keep the HTML and JSON reports beside the journal and name the page."""
    kind: type[Conflicted | Changed | Regressed] = Conflicted if report.plan.conflicts else Changed
    if any(item.status is Status.WORSE for item in report.verifications):
        kind = Regressed
    stem = (
        f'{report.verb}{"-" + service.prefix.rstrip("/").replace("/", "-") if service.prefix else ""}-{report.version}'
    )
    save_report(service, f'{stem}.json', render_report(kind(report), 'json'))
    page = save_report(service, f'{stem}.html', render_report(kind(report), 'html'))
    return replace(report, next_steps=(*report.next_steps, f'report: {page}'))

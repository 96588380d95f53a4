"""Heal what the standard owns, in the work tree, as a formatter does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from trueup.errors import Refusal
from trueup.git import run_git, tree_file
from trueup.lifecycle.check import look, require_standing
from trueup.lifecycle.exports import exported_changes
from trueup.lifecycle.findings import failing
from trueup.lifecycle.journal import Entry, back_up, digests_of, record
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import require_clean, require_safe, require_writable, unclean, work_tree
from trueup.lifecycle.workspace import write_file
from trueup.model import Change, Changed, Clean, Drifted, Outcome, Plan
from trueup.repo import read_file

MIGRATION = 'migration'


def fix(path: Path, run: Run) -> Outcome:
    """Changed with what was healed, Drifted when something is left for a person, Clean when there was nothing.

    Files with uncommitted changes are left out, and said. Raises Refusal when there are no others, or when a migration,
    which is done as a whole, would write one; and when the service was never adopted.
    """
    standing = require_standing(path, run)
    service, looked, report = standing.service, standing.looked, standing.report('fix')
    changes = looked.plan.changes + exported_changes(service, standing.repo)
    if not changes:
        return Drifted(report) if failing(looked.findings) else Clean(report)
    if run.settings.plan_only:
        left = tuple(each for each in report.findings if not each.fixable)
        return Changed(replace(report, findings=left), planned=True)
    head = require_writable(service)
    dirty = unclean(service, [change.path for change in changes])
    if len(dirty) == len(changes) or any(each.heuristic == MIGRATION for each in looked.plan.decisions):
        require_clean(service, dirty)
    changes = tuple(change for change in changes if change.path not in dirty)
    touched = [change.path for change in changes]
    require_safe(service, touched)
    backup = back_up(service, 'fix', head)
    # First the journal: a run that is killed between two files can be undone too.
    written = digests_of(change.after for change in changes)
    entry = Entry(
        'fix', service.prefix, standing.version, '', '', head, '', backup, edited=tuple(touched), digests=written
    )
    record(service, entry)
    _carry_out(service.top, changes)
    after = look(service, work_tree(service), standing.recorded, run)
    plan = _done(looked.plan, changes, dirty)
    steps = ('git diff', 'trueup undo')
    done = replace(report, plan=plan, backup=backup, findings=after.findings, waived=after.waived, next_steps=steps)
    return Drifted(done) if failing(after.findings) else Changed(done)


def _done(plan: Plan, changes: tuple[Change, ...], dirty: tuple[str, ...]) -> Plan:
    """What of a plan was carried out, with a note on each file that was left alone."""
    notes = tuple(f'{path} has uncommitted changes and was left alone: commit or stash it first' for path in dirty)
    decisions = tuple(each for each in plan.decisions if each.path not in dirty)
    return replace(plan, changes=changes, decisions=decisions, notes=plan.notes + notes)


def _carry_out(top: Path, changes: tuple[Change, ...]) -> None:
    """Write all files or none: what was there comes back when one can't be written."""
    done: list[Change] = []
    try:
        for change in changes:
            write_file(top / change.path, change.after)
            done.append(change)
    except OSError as error:
        _put_back(top, done)
        where = str(error.filename or top)
        raise Refusal(
            f'a file can not be written: {error.strerror}', where=where, hint='nothing was changed'
        ) from error
    except BaseException:
        _put_back(top, done)
        raise


def _put_back(top: Path, done: list[Change]) -> None:
    for change in done:
        write_file(top / change.path, change.before)


def undo_fix(entry: Entry, top: Path) -> None:
    """Bring the edited files back as they were at the commit that was HEAD then.

    Raises Refusal naming the first file that somebody edited since.
    """
    _require_unedited(entry, top)
    known = set(run_git(top, 'ls-tree', '-r', '-z', '--name-only', '--full-tree', entry.before).decode().split('\0'))
    present = [path for path in entry.edited if path in known]
    if present:
        run_git(top, 'restore', f'--source={entry.before}', '--worktree', '--', *present)
    for path in entry.edited:
        if path not in known:
            write_file(top / path, None)


def _require_unedited(entry: Entry, top: Path) -> None:
    """Each file is as we wrote it, or (a killed run) still as it was."""
    for path, written in zip(entry.edited, entry.digests, strict=False):
        current = read_file(top / path)
        if digests_of([current]) != (written,) and current != tree_file(top, entry.before, path):
            raise Refusal('the file was edited since', where=path, hint=f'git diff {entry.before[:12]} -- {path}')

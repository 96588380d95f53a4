"""Take back the last thing that trueup did to a repository."""

from __future__ import annotations

import json
import shutil
from pathlib import Path, PurePosixPath

from trueup.errors import Refusal
from trueup.git import answers, branch, dirty_paths, head_commit, run_git, text_of
from trueup.lifecycle.fix import undo_fix
from trueup.lifecycle.journal import Entry, end, lying_around, read_journal
from trueup.lifecycle.rollback import paths_between, restore_cut_short
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, open_service
from trueup.lifecycle.workspace import sweep
from trueup.model import Changed, Clean, Outcome, Report

LITTER = ('.nox', '.pytest_cache', '.coverage', '__pycache__')
"""What our sessions and the tools they run leave behind; only what was not there before is removed."""


def undo(path: Path, run: Run) -> Outcome:
    """Changed when something was taken back, Clean when there was nothing; raises Refusal where it would lose work.

    What a killed run left in the cache goes, too.
    """
    service = open_service(path, run.settings.service_root)
    sweep(service)
    entries = read_journal(service)
    if not entries:
        return Clean(Report('undo', service.name))
    entry = entries[-1]
    if entry.branch:
        steps = _undo_branch(service, entry)
    else:
        _require_no_later_edits(service, entry)
        undo_fix(entry, service.top)
        steps = tuple(f'restored {path}' for path in entry.edited)
    end(service, entry, 'undone')
    return Changed(_taken_back('undo', service, entry, steps))


def abort(path: Path, run: Run, verb: str) -> Outcome:
    """`--abort`: Changed when the last run of a verb on this service was taken back, Clean when there was none.

    A run that was killed before it made its branch has changed nothing; what it left lying is removed.
    """
    service = open_service(path, run.settings.service_root)
    sweep(service)
    entries = [entry for entry in read_journal(service) if entry.prefix == service.prefix]
    if not entries or entries[-1].verb != verb:
        return Clean(Report(verb, service.name, next_steps=(f'there is no {verb} to take back',)))
    steps = _undo_branch(service, entries[-1])
    end(service, entries[-1], 'aborted')
    return Changed(_taken_back(verb, service, entries[-1], steps))


def _taken_back(verb: str, service: Service, entry: Entry, steps: tuple[str, ...]) -> Report:
    return Report(verb, service.name, version=entry.version, branch=entry.branch, backup=entry.backup, next_steps=steps)


def _undo_branch(service: Service, entry: Entry) -> tuple[str, ...]:
    if entry.process:
        restore_cut_short(service, entry)
    if not answers(service.top, 'rev-parse', '--verify', '--quiet', f'refs/heads/{entry.branch}'):
        return (*_undo_merged(service, entry), f'the branch {entry.branch} was gone already')
    tip = text_of(service.top, 'rev-parse', f'refs/heads/{entry.branch}')
    if tip != entry.after:
        raise Refusal(
            'the branch has commits that trueup did not make',
            where=entry.branch,
            hint=f'save them, then: git branch -D {entry.branch}',
        )
    steps: list[str] = []
    if branch(service.top) == entry.branch:
        _require_clean_tree(service, entry)
        run_git(service.top, 'checkout', '--quiet', entry.origin)
        steps.append(f'switched back to {entry.origin}')
    steps += _undo_merged(service, entry)
    run_git(service.top, 'branch', '--quiet', '-D', entry.branch)
    steps.append(f'deleted the branch {entry.branch}')
    return (*steps, *_sweep(service, entry))


def _undo_merged(service: Service, entry: Entry) -> list[str]:
    """A branch that was taken by fast-forward is taken back; one merged among other commits is left to `git revert`."""
    head = head_commit(service.top)
    if head == entry.after:
        _require_clean_tree(service, entry)
        run_git(service.top, 'reset', '--quiet', '--keep', entry.before)
        return [f'moved {branch(service.top) or "HEAD"} back to {entry.before[:12]}']
    if head != entry.before and answers(service.top, 'merge-base', '--is-ancestor', entry.after, 'HEAD'):
        raise Refusal(
            'later commits stand on what trueup did',
            where=entry.branch or entry.after[:12],
            hint=f'git revert {entry.before[:12]}..{entry.after[:12]}',
        )
    return []


def _require_clean_tree(service: Service, entry: Entry) -> None:
    """Git carries changes of other files over; those of files that go back would be lost."""
    changed = sorted(set(dirty_paths(service.top)) & set(paths_between(service, entry)))
    if changed:
        raise Refusal(
            f'{len(changed)} file(s) have uncommitted changes', where=changed[0], hint='commit or stash them first'
        )


def _require_no_later_edits(service: Service, entry: Entry) -> None:
    """Edits that a person made after the fix, in other files, are none of our business; commits are."""
    if head_commit(service.top) != entry.before:
        raise Refusal(
            'commits were made after the fix', where=entry.before[:12], hint=f'git checkout {entry.before[:12]} -- FILE'
        )


def _sweep(service: Service, entry: Entry) -> list[str]:
    """Remove what our sessions and the tools they run left since; what lay there before stays."""
    known = set(entry.untracked)
    found = [(item, service.top / item.rstrip('/')) for item in lying_around(service) if item not in known]
    litter = [(item, target) for item, target in found if _is_litter(target)]
    swept: list[str] = []
    for item, target in litter:
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)
        swept.append(f'removed {item}')
    return swept


def _is_litter(path: Path) -> bool:
    if path.name == 'reports':
        return (path / 'summary.json').is_file()
    return path.name in LITTER or path.name.startswith('.coverage.') or path.name in _session_files(path.parent)


def _session_files(folder: Path) -> set[str]:
    """What our sessions left in a reports folder that the team had before, by their own account of it."""
    try:
        data = json.loads((folder / 'summary.json').read_text(encoding='utf-8'))
        reports = [PurePosixPath(report).parts for session in data['sessions'] for report in session.get('reports', ())]
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return set()
    below = {parts[parts.index(folder.name) + 1] for parts in reports if folder.name in parts[:-1]}
    return {'summary.json', '.sessions'} | below

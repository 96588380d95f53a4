"""Resolve by key what stock `copier update` or `git merge` left unmerged; what no rule decides stays with a person."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from trueup.errors import UserError
from trueup.git import answers
from trueup.lifecycle.desired import active_targets, policies_at, read_recorded, waivers_of
from trueup.lifecycle.exports import exported_changes
from trueup.lifecycle.locking import LOCK, relock
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service, open_service, require_safe, work_tree
from trueup.lifecycle.stocked import Stocked, stocked
from trueup.lifecycle.unmerged import Unmerged, normal, read_unmerged, settle, smudged, untouched
from trueup.lifecycle.update import needs_lock, report_of
from trueup.lifecycle.workspace import Workspace, write_file
from trueup.merge.markers import marked
from trueup.merge.three_way import merge
from trueup.model import Change, Changed, Clean, Conflict, Conflicted, File, Merged, Mode, Outcome, Plan, Report, Tree
from trueup.packaging.lock import public_index
from trueup.plan import Context, apply_to, joined, plan, prefixed
from trueup.repo import Repo, read_file
from trueup.standard import version_of
from trueup.template import render
from trueup.text.encoding import decode, encode

EDITED = 'edited since the merge: finish it by hand, or `git checkout --merge` it to begin anew'
GONE = 'one side deleted it, the other changed it: take one with `git add` or `git rm`'


@dataclass(frozen=True, slots=True)
class Known:
    """The standard that a service is under: what it gives, whose side it may be, and who owns what."""

    tree: Tree
    context: Context
    url: str = ''
    tag: str = ''
    prefix: str = ''
    is_theirs: bool = False


class Settled(NamedTuple):
    """What becomes of one path: the file that stands, and all that is said about it."""

    item: Unmerged
    file: File | None
    plan: Plan
    edited: bool = False


def resolve(path: Path, run: Run, since: str = 'HEAD') -> Outcome:
    """Changed when every unmerged path at or below `path` is resolved and added, Conflicted when some are left.

    After stock `copier update` each file that no person touched since becomes what `trueup update` makes of the one
    at `since`. Owners count only where the other side is what the standard gives; two branches of a team merge
    without them.
    """
    service = open_service(path if path.is_dir() else path.parent, run.settings.service_root)
    below = _below(path, service)
    found = read_unmerged(service.top, below)
    report = Report('resolve', service.name)
    stock, notes = _after_stock(service, found, run, since)
    if stock is not None:
        return _resolve_stock(stock, found, below, run)
    if not found:
        return Clean(report)
    require_safe(service, [item.path for item in found])
    known, why = _known(service, found, run)
    notes = list(dict.fromkeys(notes + why))
    kept = untouched(service.top, found)
    settled = [_decided(item, known) for item in found]
    done = [_carried_out(one, service.top, run, as_left=one.item.path in kept) for one in settled]
    tag = version_of(known.tag) if known is not None else ''
    report = replace(report, standard=known.url if known is not None else '', version=tag)
    return _told(report, done, notes, run)


def _told(report: Report, done: Sequence[Settled], notes: Sequence[str], run: Run) -> Outcome:
    left = [f'{one.item.path} stays unmerged' for one in done if one.plan.conflicts]
    report = replace(report, plan=replace(joined(one.plan for one in done), notes=(*notes, *left)))
    if left:
        steps = ('git diff   # settle what is between the markers', 'git add FILE...   # then say that it is settled')
        return Conflicted(replace(report, next_steps=(*steps, *report.next_steps)))
    return Changed(report, planned=run.settings.plan_only)


def _after_stock(service: Service, found: Sequence[Unmerged], run: Run, since: str) -> tuple[Stocked | None, list[str]]:
    """The update that stock Copier made, or why it can't be read; raises UserError where that is all there is to say."""
    if not answers(service.top, 'rev-parse', '--verify', '--quiet', f'{since}^{{commit}}'):
        if since == 'HEAD':
            return None, []
        raise UserError('no such commit', where=since, hint='give the commit before the update')
    try:
        return stocked(service, {item.path: item.ours for item in found}, run, since), []
    except UserError as error:
        if not found:
            raise
        return None, [f'merged without owners: {error}']


def _resolve_stock(stock: Stocked, found: Sequence[Unmerged], below: str, run: Run) -> Outcome:
    """Each file of the update as `trueup update` leaves it; other unmerged files as after any merge."""
    service, step = stock.service, stock.step
    waiting = {item.path: item for item in found}
    paths = [path for path in stock.paths if path in waiting or below == '.' or f'{path}/'.startswith(f'{below}/')]
    require_safe(service, [*paths, *waiting])
    kept = untouched(service.top, found)
    done = [one for path in paths if (one := _of_update(path, stock, run, (path in waiting, path in kept))) is not None]
    rest = [item for item in found if item.path not in paths]
    done += [_carried_out(_decided(one, None), service.top, run, as_left=one.path in kept) for one in rest]
    edited = [f'{one.item.path} was edited since the update: left as it is' for one in done if one.edited]
    report = replace(report_of(service, stock.old, step), verb='resolve')
    report, locked = _locked(report, stock, run, settled=not any(one.plan.conflicts for one in done))
    return _told(report, [*done, *locked], [*step.plan.notes, *edited], run)


def _of_update(path: str, stock: Stocked, run: Run, state: tuple[bool, bool]) -> Settled | None:
    """One file of the update carried out; None when it already is as it should be.

    `state` is whether it is unmerged, and then whether it is as Git leaves such files.
    """
    unmerged, as_merged = state
    top = stock.service.top
    wanted, disk = stock.wanted(path), read_file(top / path)
    conflicts = tuple(one for one in stock.step.plan.conflicts if one.path == path)
    same = normal(disk) == normal(wanted) and not conflicts
    if same and not unmerged:
        _remove_reject(top, path, run)
        return None
    change = () if same else (Change(path, disk, wanted),)
    decisions = tuple(one for one in stock.step.plan.decisions if one.path == path)
    settled = Settled(stock.sides(path), wanted, Plan(change, decisions, conflicts))
    as_left = same or as_merged or stock.is_as_left(path)
    if unmerged and conflicts:
        return _carried_out(settled, top, run, as_left=as_left)
    if not as_left:
        return _left(settled.item, EDITED) if unmerged else settled._replace(plan=Plan(), edited=True)
    if not run.settings.plan_only:
        if unmerged or not answers(top, 'diff', '--cached', '--quiet', 'HEAD', '--', path):
            settle(top, path, wanted)
        else:
            write_file(top / path, smudged(top, path, wanted) if wanted is not None else None)
    _remove_reject(top, path, run)
    return settled


def _remove_reject(top: Path, path: str, run: Run) -> None:
    """What Copier with `--conflict rej` left beside a file, once the file is settled."""
    beside = f'{path}.rej'
    if not run.settings.plan_only and not answers(top, 'ls-files', '--error-unmatch', '--', beside):
        (top / beside).unlink(missing_ok=True)


def _locked(report: Report, stock: Stocked, run: Run, *, settled: bool) -> tuple[Report, list[Settled]]:
    """A new lock and what is exported from it, when the update changed what is locked; stock Copier knows of neither."""
    top = stock.service.top
    space = Workspace(top, stock.service.prefix, '', ())
    if run.settings.plan_only or not settled or not needs_lock(space, stock.step, stock.before):
        return report, []
    if shutil.which('poetry') is None:
        return replace(report, next_steps=('poetry lock   # Poetry was not found here', *report.next_steps)), []
    locked = relock(space, public_index(stock.step.answers), run)
    found = locked.plan(space)
    for change in locked.changes:
        write_file(top / change.path, change.after)
    exported = exported_changes(stock.service, work_tree(stock.service))
    for change in exported:
        write_file(top / change.path, change.after)
    found = replace(found, changes=(*found.changes, *exported), conflicts=locked.open)
    return report, [Settled(Unmerged(space.prefix + LOCK, None, None, None), None, found)]


def _below(path: Path, service: Service) -> str:
    """The path as the index spells it."""
    folder = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    try:
        return folder.relative_to(service.top.resolve()).as_posix()
    except ValueError as error:
        raise UserError('lies outside of the repository', where=str(path), hint='give a path inside of it') from error


def _known(service: Service, found: Sequence[Unmerged], run: Run) -> tuple[Known | None, list[str]]:
    """The standard of the service with the owners it gives, or a note why they don't count."""
    repo = _ours(service, found)
    try:
        recorded = read_recorded(service, repo, run)
        if recorded is None:
            return None, []
        tree = render(recorded.standard, recorded.tag, recorded.answers)
        policies = policies_at(recorded.standard, recorded.tag, recorded.answers)
        policies = policies.waive(active_targets(waivers_of(repo), run))
    except UserError as error:
        return None, [f'merged without owners: {error}']
    context = Context(policies, f'standard {recorded.tag}', retire=False)
    known = Known(tree, context, recorded.standard.address.url, recorded.tag, service.prefix)
    present = [item for item in found if item.theirs is not None]
    sure = bool(present) and all(_is_standard(item, known) for item in present)
    return replace(known, is_theirs=sure), []


def _ours(service: Service, found: Sequence[Unmerged]) -> Repo:
    """The service on disk, unmerged files as it had them: there are markers in those on disk."""
    disk = work_tree(service)
    mine = {item.path[len(service.prefix) :]: item.ours for item in found if item.path.startswith(service.prefix)}
    return Repo({*disk.paths, *mine}, lambda path: mine[path] if path in mine else disk.file(path))


def _is_standard(item: Unmerged, known: Known) -> bool:
    """Whether the other side of a path is what the standard gives, rather than the work of another branch."""
    if not item.path.startswith(known.prefix):
        return False
    given = known.tree.get(item.path[len(known.prefix) :])
    if given is None or item.theirs is None:
        return given is item.theirs and known.is_theirs
    return given.data.replace(b'\r\n', b'\n') == item.theirs.data.replace(b'\r\n', b'\n')


def _decided(item: Unmerged, known: Known | None) -> Settled:
    """The file that should stand; Git and Copier have written nothing of it yet."""
    if item.foreign:
        return _left(item, 'a submodule, or a version that this clone lacks')
    if known is None or not _is_standard(item, known):
        return _between_branches(item)
    name = item.path[len(known.prefix) :]
    sides = [{name: file} if file is not None else {} for file in (item.base, item.ours, item.theirs)]
    base = sides[0] if item.base is not None else None
    found = prefixed(plan(base, sides[1], sides[2], known.context), known.prefix)
    mine = {item.path: item.ours} if item.ours is not None else {}
    return Settled(item, apply_to(mine, found.changes).get(item.path), found)


def _between_branches(item: Unmerged) -> Settled:
    """Two branches of a team: three-way by key, without owners; what only one of them has is left to a person."""
    if item.ours is None or item.theirs is None:
        return _left(item, GONE)
    mode = _mode(item)
    ours, theirs = decode(item.ours.data), decode(item.theirs.data)
    base = decode(item.base.data) if item.base is not None else None
    if item.ours.data == item.theirs.data:
        merged, data = Merged(''), item.ours.data
    elif Mode.LINK in (item.ours.mode, item.theirs.mode) or ours is None or theirs is None:
        return _left(item, 'no text that could be merged')
    else:
        merged = merge(base.text if base is not None else None, ours.text, theirs.text, path=item.path)
        data = encode(merged.text, ours)
    file = File(data, mode)
    changes = (Change(item.path, item.ours, file),) if file != item.ours else ()
    conflicts = tuple(replace(one, sides=('ours', 'theirs')) for one in merged.conflicts)
    return Settled(item, file, Plan(changes, merged.decisions, conflicts))


def _mode(item: Unmerged) -> Mode:
    """The mode that one side changed, else ours."""
    assert item.ours is not None and item.theirs is not None
    same = item.base is not None and item.base.mode is item.ours.mode
    return item.theirs.mode if same else item.ours.mode


def _left(item: Unmerged, reason: str) -> Settled:
    return Settled(item, item.ours, Plan(conflicts=(Conflict(item.path, (), None, None, None, reason),)))


def _carried_out(settled: Settled, top: Path, run: Run, *, as_left: bool) -> Settled:
    """Add what is resolved; leave markers around what is open; touch nothing that a person has begun to edit."""
    item, file, found, _ = settled
    markers = _with_markers(settled, top) if found.conflicts else None
    if not as_left:
        on_disk = read_file(top / item.path)
        if markers is not None and on_disk is not None and on_disk.data == markers.data:
            return settled
        return _left(item, found.conflicts[0].reason if item.foreign else EDITED)
    if run.settings.plan_only:
        return settled
    if not found.conflicts:
        settle(top, item.path, file)
    elif markers is not None:
        write_file(top / item.path, markers)
    return settled


def _with_markers(settled: Settled, top: Path) -> File | None:
    """The file with markers around the open keys only; None where what Git left is as good or better."""
    item, file, found, _ = settled
    mine = decode(file.data) if file is not None else None
    yours = decode(item.theirs.data) if item.theirs is not None else None
    if file is None or mine is None or yours is None:
        return None
    if any(not one.key and one.ours in (None, mine.text, mine.text.replace('\r\n', '\n')) for one in found.conflicts):
        return None
    text = marked(Merged(mine.text, (), found.conflicts), yours.text, path=item.path)
    if '<<<<<<< ' not in text:
        return None
    return smudged(top, item.path, File(encode(text, mine), file.mode))

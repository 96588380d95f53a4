"""The lock after an adoption or an update, and what of the old packaging files may go once it is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import tomlkit
from packaging.utils import canonicalize_name

from trueup.lifecycle.adoption import Adoption
from trueup.lifecycle.exports import GOING, removal_of
from trueup.lifecycle.pythons import may_narrow, narrow, narrowed
from trueup.lifecycle.run import Run
from trueup.lifecycle.starting import starting_versions
from trueup.lifecycle.workspace import Workspace, write_file
from trueup.model import Action, Change, Conflict, Decision, File, Owner, Plan
from trueup.packaging.export import export_requirements
from trueup.packaging.lock import LockResult, lock, public_index
from trueup.repo import read_file
from trueup.text.encoding import decode

LOCK = 'poetry.lock'
LOCK_SECONDS = 900.0
PINS = 'trueup-pins'
NO_INDEX = "the package index can't be read"
"""A reason for which there is no use in trying again."""
TRIES = 4
"""How often versions that do not fit together are left out before the lock starts from none."""


@dataclass(frozen=True, slots=True)
class Locked:
    """Lock and exported files to write, old files to remove, what is open; paths from the top."""

    changes: tuple[Change, ...] = ()
    removed: tuple[str, ...] = ()
    open: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    """Requirements files that are exported only when nothing is open any more."""
    python: str = ''
    """The Pythons that packages need, where that is all that is in the way."""
    decisions: tuple[Decision, ...] = ()

    def write(self, space: Workspace) -> None:
        """Put lock and exports in place, even where ignore rules would hide the lock."""
        space.write(self.changes)
        for change in self.changes:
            if change.after is not None:
                space.force_add(change.path)

    def removals(self, space: Workspace) -> tuple[Change, ...]:
        """The old files, or sections of them, that are to go."""
        return tuple(removal_of(space.root, target) for target in self.removed)

    def plan(self, space: Workspace) -> Plan:
        """What these steps do, for the report: read before they are carried out."""
        changes = tuple(change for change in (*self.changes, *self.removals(space)) if change.before != change.after)
        files = (change for change in changes if not change.path.endswith('pyproject.toml'))
        return Plan(changes, (*map(_decision, files), *self.decisions), (), self.notes)


def lock_service(space: Workspace, adoption: Adoption, run: Run) -> Locked:
    """Lock what is written in the workspace; while anything is open the old files stay, and a person decides."""
    if not is_locked(adoption.answers):
        return Locked()
    start = starting_versions(space, adoption, run)
    locked = _fitting(space, adoption, run, start.pins)
    locked = replace(locked, notes=(*start.notes, *locked.notes))
    named = {f'{space.prefix}{fact.value}' for fact in adoption.facts if fact.name == 'requirements_named'}
    named &= set(adoption.redundant)
    main = tuple(path for path in sorted(named) if _is_main(adoption, path, space.prefix))
    if locked.open or adoption.packaging.conflicts:
        waiting = ('the old packaging files stay as they are until the open decisions are made',)
        going = tuple(f'{GOING}{path}' for path in adoption.redundant if path not in named)
        return replace(locked, held=main + going, notes=(*locked.notes, *(waiting if adoption.redundant else ())))
    exports = tuple(_export(space, locked.changes[0], path) for path in main)
    removed = tuple(path for path in adoption.redundant if path not in named)
    notes = (
        *(
            f'{path} stays because other files name it; from now on it is exported from the lock{_recoded(space, path)}'
            for path in main
        ),
        *(
            f'{path} stays because other files name it; trueup does not keep it in step'
            for path in sorted(named - set(main))
        ),
    )
    return replace(locked, changes=locked.changes + exports, removed=removed, notes=(*locked.notes, *notes))


def _fitting(space: Workspace, adoption: Adoption, run: Run, pins: tuple[str, ...]) -> Locked:
    """The lock; a range of Pythons that no file of the team states is narrowed to what its packages allow."""
    index_url = public_index(adoption.answers)
    first = locked = relock(space, index_url, run, pins=pins)
    path = space.service / 'pyproject.toml'
    before, needed = read_file(path), first.python
    for _ in range(TRIES):
        if not locked.python or not may_narrow(adoption) or not narrow(path, locked.python):
            break
        needed = locked.python
        locked = relock(space, index_url, run, pins=pins)
    after = read_file(path)
    if locked.open:
        write_file(path, before)
        return first
    if before == after:
        return locked
    name = f'{space.prefix}pyproject.toml'
    planned = next((change.before for change in adoption.plan.changes if change.path == name), before)
    told = narrowed(name, before, after, f'{first.open[0].reason.partition(": ")[2]}' if first.open else needed)
    return replace(locked, changes=(*locked.changes, Change(name, planned, after)), decisions=(told,))


def is_locked(answers: Mapping[str, object]) -> bool:
    """Whether the standard's packaging, and so a lock, belongs to the adoption."""
    return answers.get('packaging') == 'poetry' and answers.get('scope') != 'config'


def relock(space: Workspace, index_url: str, run: Run, *, pins: tuple[str, ...] = ()) -> Locked:
    """Run `poetry lock`; the workspace's own lock is put back, the new one is in `changes`.

    A service without a lock starts from `pins`, the versions that its requirements files name.
    """
    path = space.prefix + LOCK
    before = read_file(space.root / path)
    run.say('locking the dependencies with Poetry')
    found = _start_from(space, pins, index_url) if pins and before is None else ()
    notes, result = ((), found) if isinstance(found, LockResult) else (found, _lock(space, index_url))
    after = read_file(space.root / path)
    write_file(space.root / path, before)
    if not result.ok:
        why = f'the dependencies could not be locked: {result.reason}{f" ({result.hint})" if result.hint else ""}'
        conflict = Conflict(path, (), None, None, None, why)
        return Locked(open=(conflict,), python=result.python)
    if after is not None and before is not None and after.data == before.data:
        return Locked((Change(path, before, before),))
    return Locked((Change(path, before, after),), notes=notes)


def _lock(space: Workspace, index_url: str) -> LockResult:
    return lock(space.service, index_url=index_url or None, timeout=LOCK_SECONDS)


def _start_from(space: Workspace, pins: tuple[str, ...], index_url: str) -> tuple[str, ...] | LockResult:
    """Lock once with the pins as a group of their own: what Poetry locks next keeps these versions where it can.

    Pins that fit nothing are left out, the ones that Poetry names first. Gives notes, or a failure that is final.
    """
    path = space.service / 'pyproject.toml'
    file = read_file(path)
    assert file is not None
    document = tomlkit.parse(file.data.decode('utf-8-sig'))
    left: list[str] = []
    for _ in range(TRIES):
        document.setdefault('dependency-groups', tomlkit.table()).update({PINS: list(pins)})
        try:
            write_file(path, File(tomlkit.dumps(document).encode(), file.mode))
            result = _lock(space, index_url)
        finally:
            write_file(path, file)
        if result.ok:
            return (f'not kept, because they do not fit together: {", ".join(left)}',) if left else ()
        if result.reason == NO_INDEX:
            return result
        write_file(space.service / LOCK, None)
        named = {canonicalize_name(name.partition('[')[0]) for name in result.packages}
        out = tuple(pin for pin in pins if canonicalize_name(pin.partition('==')[0]) in named)
        pins = tuple(pin for pin in pins if pin not in out)
        left += out
        if not out or not pins:
            break
    return (f'these versions do not fit together ({result.reason}): locked without them',)


def _export(space: Workspace, locked: Change, path: str) -> Change:
    before = read_file(space.root / path)
    pyproject = decode((space.service / 'pyproject.toml').read_bytes())
    lock_text = decode(locked.after.data) if locked.after else None
    keep = decode(before.data) if before else None
    assert pyproject is not None and lock_text is not None
    text = export_requirements(lock_text.text, pyproject.text, keep=keep.text if keep else '')
    return Change(path, before, File(text.encode()))


def _recoded(space: Workspace, path: str) -> str:
    """What to add where the old file was not UTF-8, which the new one is."""
    file = read_file(space.root / path)
    found = decode(file.data) if file else None
    if file is not None and (found is None or found.encoding != 'utf-8'):
        return f', in UTF-8 (it was {found.encoding.upper() if found else "no Unicode text with a mark"})'
    return ''


def _is_main(adoption: Adoption, path: str, prefix: str) -> bool:
    return path in {prefix + source.path for source in adoption.sources if source.role in ('main', 'exported')}


def _decision(change: Change) -> Decision:
    """A lock is told as a file; every line of a requirements or setup file is shown."""
    action = Action.REMOVE if change.after is None else Action.CHANGE if change.before else Action.ADD
    before, after = (_shown(change.path, file) for file in (change.before, change.after))
    if change.path.endswith(LOCK):
        reason = 'the locked dependencies'
    elif change.after is None:
        reason = 'what it said is in pyproject.toml now'
    else:
        reason = 'exported from poetry.lock, because other files still name it'
    return Decision(change.path, (), action, before, after, Owner.DEFAULT, reason, LOCK, 'packaging')


def _shown(path: str, file: File | None) -> str | None:
    if file is None:
        return None
    text = None if path.endswith(LOCK) else decode(file.data)
    return text.text if text else 'file'

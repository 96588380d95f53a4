"""The one operation: base, ours and theirs become a plan. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from trueup.merge.retired import get_value, remove_key
from trueup.merge.three_way import merge
from trueup.model import Action, Change, Conflict, Decision, File, KeyPath, Level, Mode, Owner, Plan, Tree
from trueup.policy import Policies, Retired, matches
from trueup.text.encoding import Decoded, decode, encode

EMPTY: Tree = {}


@dataclass(frozen=True, slots=True)
class Context:
    """What a plan obeys besides the three trees."""

    policies: Policies
    source: str = 'standard'
    adopting: bool = False
    retire: bool = True


@dataclass(slots=True)
class _Draft:
    """A plan while it is made."""

    changes: list[Change] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def keep(self, path: str, owner: Owner, reason: str, *, level: Level = Level.NOTED) -> None:
        self.decisions.append(Decision(path, (), Action.KEEP, None, None, owner, reason, 'service', 'owner', level))

    def write(self, change: Change, decision: Decision) -> None:
        self.changes.append(change)
        self.decisions.append(decision)


def plan(base: Tree | None, ours: Tree, theirs: Tree, context: Context) -> Plan:
    """Decisions that bring `ours` to the standard `theirs`, given the render `base` it last had (None: never had one).

    `ours` may hold more files than the standard knows; only files of `base` and `theirs` and retired ones are touched.
    """
    draft = _Draft()
    old = base or EMPTY
    for path in sorted({*old, *theirs}):
        sides = _Sides(
            path,
            context.policies.owner(path),
            base is not None and path in old,
            old.get(path),
            ours.get(path),
            theirs.get(path),
        )
        _one_file(sides, context, draft)
    if context.retire:
        for item in context.policies.retired:
            _retire(item, (ours, theirs), context, draft)
    return Plan(tuple(draft.changes), tuple(draft.decisions), tuple(draft.conflicts))


@dataclass(frozen=True, slots=True)
class _Sides:
    """One file in the three trees, and who owns it."""

    path: str
    owner: Owner
    had_base: bool
    base: File | None
    ours: File | None
    theirs: File | None


def _one_file(sides: _Sides, context: Context, draft: _Draft) -> None:
    if sides.ours is not None and context.policies.written_once(sides.path):
        return
    if sides.theirs is None:
        _dropped(sides, draft)
    elif sides.ours is None:
        _absent(sides, context, draft)
    elif sides.ours.data == sides.theirs.data:
        if sides.owner is Owner.REQUIRED and sides.ours.mode is not sides.theirs.mode:
            _replace(sides, context, draft, 'file mode differs')
    elif sides.base is not None and sides.ours.data == sides.base.data and sides.owner is not Owner.TEAM:
        _replace(sides, context, draft, 'untouched by the service')
    else:
        _both(sides, context, draft)


def _dropped(sides: _Sides, draft: _Draft) -> None:
    if sides.ours is None or sides.base is None:
        return
    if sides.ours.data == sides.base.data:
        draft.write(
            Change(sides.path, sides.ours, None),
            Decision(
                sides.path,
                (),
                Action.REMOVE,
                'file',
                None,
                sides.owner,
                'the standard dropped it and the service never edited it',
                'standard',
                'untouched file',
            ),
        )
        return
    draft.keep(
        sides.path, sides.owner, 'the standard dropped it; kept, because the service edited it', level=Level.REVIEW
    )


def _absent(sides: _Sides, context: Context, draft: _Draft) -> None:
    rules = (rule.rule.owner for rule in context.policies.file(sides.path).entries)
    enforced = any(found in (Owner.REQUIRED, Owner.FLOOR) for found in (sides.owner, *rules))
    if sides.owner is Owner.TEAM and not context.adopting:
        return
    if sides.had_base and not enforced:
        moved_on = sides.base != sides.theirs and sides.owner is not Owner.SEED
        reason = 'the service deleted it; it stays deleted' + (', though the standard changed it' if moved_on else '')
        draft.keep(sides.path, sides.owner, reason, level=Level.REVIEW if moved_on else Level.NOTED)
        return
    what = 'required by the standard' if enforced else 'new in the standard'
    why = _why(sides.path, context)
    reason = f'{what}: {why}' if why else what
    owner = Owner.REQUIRED if enforced else sides.owner
    assert sides.theirs is not None
    draft.write(
        Change(sides.path, None, sides.theirs),
        Decision(sides.path, (), Action.ADD, None, 'file', owner, reason, context.source, 'absent file'),
    )


def _why(path: str, context: Context) -> str:
    """Why there is such a file: what most of its keys that are not the team's to decide are for, else the file itself."""
    rules = context.policies.file(path)
    told = Counter(
        each.rule.reason
        for each in rules.entries
        if each.rule.owner in (Owner.REQUIRED, Owner.FLOOR) and each.rule.reason
    )
    return told.most_common(1)[0][0] if told else rules.rule(()).reason


def _replace(sides: _Sides, context: Context, draft: _Draft, reason: str) -> None:
    assert sides.ours is not None and sides.theirs is not None
    mode = sides.theirs.mode if sides.ours.data == sides.theirs.data else sides.ours.mode
    draft.write(
        Change(sides.path, sides.ours, File(sides.theirs.data, mode)),
        Decision(sides.path, (), Action.CHANGE, 'file', 'file', sides.owner, reason, context.source, 'untouched file'),
    )


def _both(sides: _Sides, context: Context, draft: _Draft) -> None:
    assert sides.ours is not None and sides.theirs is not None
    ours, theirs = decode(sides.ours.data), decode(sides.theirs.data)
    if Mode.LINK in (sides.ours.mode, sides.theirs.mode) or ours is None or theirs is None:
        _opaque(sides, context, draft)
        return
    base = decode(sides.base.data) if sides.base is not None else None
    merged = merge(
        base.text if base else None,
        ours.text,
        theirs.text,
        path=sides.path,
        policies=context.policies,
        source=context.source,
    )
    draft.decisions.extend(merged.decisions)
    draft.conflicts.extend(merged.conflicts)
    if merged.text != ours.text:
        draft.changes.append(Change(sides.path, sides.ours, File(encode(merged.text, ours), sides.ours.mode)))


def _opaque(sides: _Sides, context: Context, draft: _Draft) -> None:
    if sides.owner is Owner.REQUIRED:
        draft.write(
            Change(sides.path, sides.ours, sides.theirs),
            Decision(
                sides.path,
                (),
                Action.CHANGE,
                'file',
                'file',
                sides.owner,
                'required by the standard',
                context.source,
                'opaque file',
            ),
        )
        return
    if sides.base == sides.theirs or sides.owner in (Owner.SEED, Owner.TEAM):
        draft.keep(sides.path, sides.owner, "no text that could be merged; the service's file stays")
        return
    draft.conflicts.append(
        Conflict(sides.path, (), None, 'file of the service', 'file of the standard', 'no text that could be merged')
    )


def _retire(item: Retired, sides: tuple[Tree, Tree], context: Context, draft: _Draft) -> None:
    ours, theirs = sides
    for path in [path for path in ours if matches(item.path, path)]:
        if context.policies.owner(path, item.key) is Owner.TEAM or (path in theirs and not item.key):
            continue
        current = next((change.after for change in draft.changes if change.path == path), ours[path])
        decoded = decode(current.data) if current is not None and current.mode is not Mode.LINK else None
        if current is None:
            continue
        if item.key:
            _retire_key(item, path, (ours[path], current, decoded), draft)
            continue
        before = decoded.text.strip() if decoded else 'file'
        reason = 'retired by the standard: it would shadow the standard configuration'
        draft.write(
            Change(path, ours[path], None),
            Decision(path, (), Action.REMOVE, before, None, Owner.REQUIRED, reason, context.source, 'retired'),
        )


def _retire_key(item: Retired, path: str, versions: tuple[File, File, Decoded | None], draft: _Draft) -> None:
    original, current, decoded = versions
    value = get_value(decoded.text, path, item.key) if decoded else None
    text = remove_key(decoded.text, path, item.key) if decoded and value is not None else None
    if decoded is None or text is None:
        return
    draft.changes = [change for change in draft.changes if change.path != path]
    after = File(encode(text, decoded), current.mode) if text.strip() else None
    draft.write(
        Change(path, original, after),
        Decision(
            path, item.key, Action.REMOVE, value, None, Owner.REQUIRED, 'retired by the standard', 'standard', 'retired'
        ),
    )


def interesting(paths: Iterable[str], trees: Iterable[Tree | None], policies: Policies) -> tuple[str, ...]:
    """Those of a service's paths that a plan looks at: files of the renders, and what is retired."""
    known = {path for tree in trees if tree for path in tree}
    return tuple(path for path in paths if path in known or any(matches(item.path, path) for item in policies.retired))


def prefixed(found: Plan, prefix: str) -> Plan:
    """The plan with every path moved below a folder: a service inside a larger repository."""
    if not prefix:
        return found
    return replace(
        found,
        changes=tuple(replace(item, path=prefix + item.path) for item in found.changes),
        decisions=tuple(replace(item, path=prefix + item.path) for item in found.decisions),
        conflicts=tuple(replace(item, path=prefix + item.path) for item in found.conflicts),
    )


def joined(plans: Iterable[Plan]) -> Plan:
    """Several plans over different files as one."""
    found = tuple(plans)
    return Plan(
        tuple(item for one in found for item in one.changes),
        tuple(item for one in found for item in one.decisions),
        tuple(item for one in found for item in one.conflicts),
        tuple(item for one in found for item in one.notes),
    )


def apply_to(tree: Tree, changes: Iterable[Change]) -> dict[str, File]:
    """The tree with the changes carried out."""
    result = dict(tree)
    for change in changes:
        if change.after is None:
            result.pop(change.path, None)
        else:
            result[change.path] = change.after
    return result


def pending(found: Plan) -> Iterator[Decision]:
    """Decisions that would alter the service."""
    return (decision for decision in found.decisions if decision.changes)


def key_of(decision: Decision | Conflict) -> tuple[str, KeyPath]:
    """What a decision or a conflict is about."""
    return decision.path, decision.key

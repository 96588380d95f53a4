"""A three-way merge of two sequences over their base (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3")."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from trueup.text.diff import Change, changes

T = TypeVar('T', bound=Hashable)


class Hunk(NamedTuple):
    """A run of the three sequences: who changed it (`same`, `ours`, `theirs`, `both`, `conflict`), and what."""

    kind: str
    base: tuple[object, ...]
    ours: tuple[object, ...]
    theirs: tuple[object, ...]


def diff3(base: Sequence[T], ours: Sequence[T], theirs: Sequence[T], *, strict: bool = False) -> Iterator[Hunk]:
    """Hunks in order; with `strict`, changes that touch each other conflict, as `git merge-file` has it."""
    mine, yours = deque(changes(base, ours)), deque(changes(base, theirs))
    position = shift_mine = shift_yours = 0
    while mine or yours:
        group_mine, group_yours = _group(mine, yours, strict=strict)
        low = min(change.start for change in (*group_mine, *group_yours))
        high = max(change.end for change in (*group_mine, *group_yours))
        if low > position:
            same = tuple(base[position:low])
            yield Hunk('same', same, same, same)
        our_run, next_mine = _run(ours, group_mine, (low, high, shift_mine))
        their_run, next_yours = _run(theirs, group_yours, (low, high, shift_yours))
        yield Hunk(_kind(group_mine, group_yours, our_run, their_run), tuple(base[low:high]), our_run, their_run)
        position, shift_mine, shift_yours = high, next_mine, next_yours
    if position < len(base):
        same = tuple(base[position:])
        yield Hunk('same', same, same, same)


def _group(mine: deque[Change], yours: deque[Change], *, strict: bool) -> tuple[list[Change], list[Change]]:
    """Take from both lists the next changes that overlap each other."""
    group_mine: list[Change] = []
    group_yours: list[Change] = []
    if mine and (not yours or _order(mine[0]) <= _order(yours[0])):
        group_mine.append(mine.popleft())
    else:
        group_yours.append(yours.popleft())
    grown = True
    while grown:
        grown = False
        for source, into, against in ((mine, group_mine, group_yours), (yours, group_yours, group_mine)):
            while source and _touches(source[0], against, strict=strict):
                into.append(source.popleft())
                grown = True
    return group_mine, group_yours


def _touches(one: Change, group: Sequence[Change], *, strict: bool) -> bool:
    """Whether a change touches one of a group that stands in order."""
    for other in reversed(group):
        if other.end < one.start:
            return False
        if _touch(one, other, strict=strict):
            return True
    return False


def _order(change: Change) -> tuple[int, int]:
    return change.start, change.end


def _touch(first: Change, second: Change, *, strict: bool) -> bool:
    if strict:
        return first.start <= second.end and second.start <= first.end
    if first.start == first.end == second.start == second.end:
        return True
    return first.start < second.end and second.start < first.end


def _run(sequence: Sequence[T], group: list[Change], where: tuple[int, int, int]) -> tuple[tuple[T, ...], int]:
    """One side's part of the base run `low` to `high`, and how far that side is shifted behind it."""
    low, high, shift = where
    after = shift + sum((change.high - change.low) - (change.end - change.start) for change in group)
    return tuple(sequence[low + shift : high + after]), after


def _kind(mine: list[Change], yours: list[Change], our_run: Sequence[T], their_run: Sequence[T]) -> str:
    if not yours:
        return 'ours'
    if not mine:
        return 'theirs'
    return 'both' if tuple(our_run) == tuple(their_run) else 'conflict'

"""A three-way merge of two sequences over their base (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3")."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar('T', bound=Hashable)
MANY = 2000
"""Entries above which those that come again and again are not looked at: the time would grow with their square."""


class Hunk(NamedTuple):
    """A run of the three sequences: who changed it (`same`, `ours`, `theirs`, `both`, `conflict`), and what."""

    kind: str
    base: tuple[object, ...]
    ours: tuple[object, ...]
    theirs: tuple[object, ...]


class _Change(NamedTuple):
    start: int
    end: int
    low: int
    high: int


def changes(base: Sequence[T], other: Sequence[T]) -> list[_Change]:
    """What turns `base` into `other`, as replaced runs."""
    head = 0
    while head < min(len(base), len(other)) and base[head] == other[head]:
        head += 1
    tail = 0
    while tail < min(len(base), len(other)) - head and base[-1 - tail] == other[-1 - tail]:
        tail += 1
    inner_base, inner_other = base[head : len(base) - tail], other[head : len(other) - tail]
    if not inner_base and not inner_other:
        return []
    large = max(len(inner_base), len(inner_other)) > MANY
    matcher = difflib.SequenceMatcher(None, inner_base, inner_other, autojunk=large)
    found = [
        _Change(low + head, high + head, start + head, stop + head)
        for tag, low, high, start, stop in matcher.get_opcodes()
        if tag != 'equal'
    ]
    limits = [*(change.start for change in found[1:]), len(base)]
    return [_slid(base, other, change, limit) for change, limit in zip(found, limits, strict=True)]


def _slid(base: Sequence[T], other: Sequence[T], change: _Change, limit: int) -> _Change:
    """A pure insertion or deletion as far down as it goes, so that equal changes stand at equal places."""
    start, end, low, high = change
    if start == end:
        while start < limit and base[start] == other[low]:
            start, end, low, high = start + 1, end + 1, low + 1, high + 1
    elif low == high:
        while end < limit and base[start] == base[end]:
            start, end, low, high = start + 1, end + 1, low + 1, high + 1
    return _Change(start, end, low, high)


def diff3(base: Sequence[T], ours: Sequence[T], theirs: Sequence[T], *, strict: bool = False) -> Iterator[Hunk]:
    """Hunks in order; with `strict`, changes that touch each other conflict, as `git merge-file` has it."""
    mine, yours = changes(base, ours), changes(base, theirs)
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


def _group(mine: list[_Change], yours: list[_Change], *, strict: bool) -> tuple[list[_Change], list[_Change]]:
    """Take from both lists the next changes that overlap each other."""
    group_mine: list[_Change] = []
    group_yours: list[_Change] = []
    if mine and (not yours or _order(mine[0]) <= _order(yours[0])):
        group_mine.append(mine.pop(0))
    else:
        group_yours.append(yours.pop(0))
    grown = True
    while grown:
        grown = False
        for source, into, against in ((mine, group_mine, group_yours), (yours, group_yours, group_mine)):
            while source and any(_touch(source[0], change, strict=strict) for change in against):
                into.append(source.pop(0))
                grown = True
    return group_mine, group_yours


def _order(change: _Change) -> tuple[int, int]:
    return change.start, change.end


def _touch(first: _Change, second: _Change, *, strict: bool) -> bool:
    if strict:
        return first.start <= second.end and second.start <= first.end
    if first.start == first.end == second.start == second.end:
        return True
    return first.start < second.end and second.start < first.end


def _run(sequence: Sequence[T], group: list[_Change], where: tuple[int, int, int]) -> tuple[tuple[T, ...], int]:
    """One side's part of the base run `low` to `high`, and how far that side is shifted behind it."""
    low, high, shift = where
    after = shift + sum((change.high - change.low) - (change.end - change.start) for change in group)
    return tuple(sequence[low + shift : high + after]), after


def _kind(mine: list[_Change], yours: list[_Change], our_run: Sequence[T], their_run: Sequence[T]) -> str:
    if not yours:
        return 'ours'
    if not mine:
        return 'theirs'
    return 'both' if tuple(our_run) == tuple(their_run) else 'conflict'

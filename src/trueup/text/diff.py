"""What turns one sequence into another, in time that grows little faster than their length, whatever is in them."""

from __future__ import annotations

import bisect
import difflib
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple, TypeVar

T = TypeVar('T', bound=Hashable)
WORK = 20_000
"""Pairs of equal entries up to which all are compared; more are first cut at entries that each side has once."""
WIDE = 400
"""Entries up to which all are compared: each equal run found costs a look at all others."""
SIZE = 1_000
"""Entries above which a run with too many pairs and nothing to cut it at counts as replaced."""
AGAIN = 30
"""Times that the pieces of one run are cut again."""

Span = tuple[int, int, int, int]
"""From where to where in the one and in the other sequence."""


class Change(NamedTuple):
    """The run `start` to `end` of the one sequence became the run `low` to `high` of the other."""

    start: int
    end: int
    low: int
    high: int


def changes(base: Sequence[T], other: Sequence[T]) -> list[Change]:
    """What turns `base` into `other`, as replaced runs."""
    found = _joined(_differing(base, other))
    limits = [*(change.start for change in found[1:]), len(base)]
    return [_slid(base, other, change, limit) for change, limit in zip(found, limits)]


def work(base: Sequence[T], other: Sequence[T]) -> int:
    """How many pairs of equal entries there are."""
    counts = Counter(other)
    return sum(number * counts[entry] for entry, number in Counter(base).items() if entry in counts)


def _differing(base: Sequence[T], other: Sequence[T]) -> Iterator[Span]:
    """The runs that differ, in order."""
    pieces: list[tuple[Span, int]] = [((0, len(base), 0, len(other)), AGAIN)]
    while pieces:
        piece, again = pieces.pop()
        start, end, low, high = _trimmed(base, other, piece)
        if start == end or low == high:
            if (start, low) != (end, high):
                yield start, end, low, high
            continue
        mine, yours = base[start:end], other[low:high]
        if max(len(mine), len(yours)) <= WIDE and work(mine, yours) <= WORK:
            yield from _compared(mine, yours, (start, low), junk=False)
            continue
        cuts = _anchors(mine, yours) if again else []
        if cuts:
            pieces.extend((part, again - 1) for part in reversed(list(_between(cuts, (start, end, low, high)))))
        elif max(len(mine), len(yours)) <= SIZE:
            yield from _compared(mine, yours, (start, low), junk=True)
        else:
            yield start, end, low, high


def _trimmed(base: Sequence[T], other: Sequence[T], piece: Span) -> Span:
    """A piece without what is equal at its start and at its end."""
    start, end, low, high = piece
    for mine, yours in zip(base[start:end], other[low:high]):
        if mine != yours:
            break
        start, low = start + 1, low + 1
    for mine, yours in zip(reversed(base[start:end]), reversed(other[low:high])):
        if mine != yours:
            break
        end, high = end - 1, high - 1
    return start, end, low, high


def _compared(mine: Sequence[T], yours: Sequence[T], at: tuple[int, int], *, junk: bool) -> Iterator[Span]:
    matcher = difflib.SequenceMatcher(None, mine, yours, autojunk=junk)
    for tag, start, end, low, high in matcher.get_opcodes():
        if tag != 'equal':
            yield start + at[0], end + at[0], low + at[1], high + at[1]


def _anchors(mine: Sequence[T], yours: Sequence[T]) -> list[tuple[int, int]]:
    """Entries that both have once, as many as stand in the same order (patience diff, after Bram Cohen)."""
    once, twice = Counter(mine), Counter(yours)
    places = {entry: at for at, entry in enumerate(yours) if twice[entry] == 1}
    pairs = [(at, places[entry]) for at, entry in enumerate(mine) if once[entry] == 1 and entry in places]
    tops: list[int] = []
    heads: list[int] = []
    above: list[int] = []
    for number, (_, place) in enumerate(pairs):
        pile = len(tops) if not tops or place > tops[-1] else bisect.bisect_left(tops, place)
        tops[pile : pile + 1] = [place]
        heads[pile : pile + 1] = [number]
        above.append(heads[pile - 1] if pile else -1)
    chain: list[tuple[int, int]] = []
    number = heads[-1] if heads else -1
    while number >= 0:
        chain.append(pairs[number])
        number = above[number]
    return chain[::-1]


def _between(cuts: Sequence[tuple[int, int]], piece: Span) -> Iterator[Span]:
    """What lies between the anchors."""
    start, end, low, high = piece
    first, second = start, low
    for at, place in cuts:
        if (first, second) != (start + at, low + place):
            yield first, start + at, second, low + place
        first, second = start + at + 1, low + place + 1
    if (first, second) != (end, high):
        yield first, end, second, high


def _joined(spans: Iterator[Span]) -> list[Change]:
    """The spans with those as one that touch."""
    found: list[Change] = []
    for start, end, low, high in spans:
        if found and found[-1].end == start and found[-1].high == low:
            found[-1] = found[-1]._replace(end=end, high=high)
        else:
            found.append(Change(start, end, low, high))
    return found


def _slid(base: Sequence[T], other: Sequence[T], change: Change, limit: int) -> Change:
    """A pure insertion or deletion as far down as it goes, so that equal changes stand at equal places."""
    start, end, low, high = change
    if start == end:
        while start < limit and base[start] == other[low]:
            start, end, low, high = start + 1, end + 1, low + 1, high + 1
    elif low == high:
        while end < limit and base[start] == base[end]:
            start, end, low, high = start + 1, end + 1, low + 1, high + 1
    return Change(start, end, low, high)

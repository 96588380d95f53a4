"""Items known by nothing but their own text: where both sides put another one in the place of the same old one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from trueup.text.tree import Kind, Node

WORD = re.compile(r'[\w.]+')
HALF = 0.5
"""Share of the old words that a new item must hold to be taken for the old one, edited."""
SETS = frozenset({'classifiers', 'keywords'})
"""Lists in which items that look alike stand side by side."""
PAIRS = 20_000
"""Old and new items above which none are compared: each is with each."""
SHORT = 400
"""Characters above which a statement is no single item that one would look for by its words."""


class Pair(NamedTuple):
    """One old item, and what either side made of it."""

    base: Node
    ours: Node
    theirs: Node


def replaced(nodes: tuple[Node, Node, Node], texts: Callable[[int, Node], str], *, spoken: bool) -> Iterator[Pair]:
    """Items of the base that are gone on both sides and have an edited successor on each.

    `texts` gives the text of a node of one of the three sides, `spoken` says that entries without brackets are known
    by their text too.
    """
    base, ours, theirs = nodes
    if ours.key in SETS:
        return
    here, there = set(ours.keys), set(theirs.keys)
    gone = [node for node in base.children if node.key not in here and node.key not in there]
    if not gone:
        return
    old = set(base.keys)
    mine = [node for node in ours.children if node.key not in old and node.key not in there]
    yours = [node for node in theirs.children if node.key not in old and node.key not in here]
    if len(gone) * (len(mine) + len(yours)) > PAIRS:
        return
    for node in gone:
        words = _words(node, texts(0, node), spoken)
        first = _likest(words, [(one, _words(one, texts(1, one), spoken)) for one in mine])
        second = _likest(words, [(one, _words(one, texts(2, one), spoken)) for one in yours])
        if first is not None and second is not None:
            mine.remove(first)
            yours.remove(second)
            yield Pair(node, first, second)


def _words(node: Node, text: str, spoken: bool) -> Counter[str]:
    """The words of an item; none where something else tells which one it is."""
    if node.kind is not Kind.LEAF or len(text) > SHORT or not (node.key.startswith('[=') or spoken):
        return Counter()
    return Counter(WORD.findall(text))


def _likest(words: Counter[str], others: list[tuple[Node, Counter[str]]]) -> Node | None:
    """The item that holds most of the words, if it holds enough of them."""
    found = [((words & other).total() - (other - words).total() / 1000, node) for node, other in others]
    most, likest = max(found, key=lambda one: one[0], default=(0.0, None))
    return likest if words and most >= words.total() * HALF - HALF / 10 else None

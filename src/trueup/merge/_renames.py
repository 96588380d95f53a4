"""Keys that one side gave another name and left as they were: the other side's changes follow to the new name.

Without this, a renamed list looks like one that was removed and another that was added, and what a service had put
into the old one would be in nobody's list any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from trueup.model import KeyPath
from trueup.text.tree import Document, Grammar, Kind, Malformed, Node

TELLING = 12
"""Characters that a table or list holds at least, so that an equal one elsewhere is no accident."""


class Renamed(NamedTuple):
    """Three texts, all with the new names, and which keys of ours got which new name."""

    base: str
    ours: str
    theirs: str
    done: tuple[tuple[KeyPath, KeyPath], ...] = ()


def follow(texts: tuple[str, str, str], grammar: Grammar) -> Renamed:
    """Base, ours and theirs with the names that one of the sides gave."""
    base, ours, theirs = (_parsed(grammar, text) for text in texts)
    if base is None or ours is None or theirs is None:
        return Renamed(*texts)
    yours, mine = dict(_renames((), base.root, theirs.root)), dict(_renames((), base.root, ours.root))
    both = {new for path, new in yours.items() if new in mine.values() and mine.get(path) != new}
    yours, mine = _without(yours, both), _without(mine, both)
    done: list[tuple[KeyPath, KeyPath]] = []
    for path, new in yours.items():
        if mine.get(path, new) == new and _either(ours, path, new):
            done += [(path, new)] if ours.find(path) is not None else []
            base, ours = _respelled(grammar, base, path, new), _respelled(grammar, ours, path, new)
    for path, new in mine.items():
        if path not in yours and _either(theirs, path, new):
            base, theirs = _respelled(grammar, base, path, new), _respelled(grammar, theirs, path, new)
    return Renamed(base.text, ours.text, theirs.text, tuple(done))


def _renames(path: KeyPath, base: Node, other: Node) -> Iterator[tuple[KeyPath, KeyPath]]:
    """Old and new place of each table or list that has another name on the other side, and the same content."""
    if base.kind is Kind.MAP:
        gone = [node for node in base.children if other.child(node.key) is None and _telling(node)]
        new = [node for node in other.children if base.child(node.key) is None]
        for node in gone:
            alike = [each.key for each in new if each.kind is node.kind and each.data == node.data]
            twins = [each for each in gone if each.data == node.data]
            if len(alike) == 1 and len(twins) == 1:
                yield (*path, node.key), (*path, alike[0])
    for node in base.children:
        there = other.child(node.key)
        if there is not None and node.children and there.children:
            yield from _renames((*path, node.key), node, there)


def _without(renames: dict[KeyPath, KeyPath], names: set[KeyPath]) -> dict[KeyPath, KeyPath]:
    """Renames but those to a name that the other side gave to something else."""
    return {path: new for path, new in renames.items() if new not in names}


def _either(document: Document, path: KeyPath, new: KeyPath) -> bool:
    """Whether a document has one of two keys and not the other."""
    return (document.find(path) is None) is not (document.find(new) is None)


def _telling(node: Node) -> bool:
    return node.kind is not Kind.LEAF and node.value[1] - node.value[0] >= TELLING


def _respelled(grammar: Grammar, document: Document, path: KeyPath, new: KeyPath) -> Document:
    """A document with a key spelled anew where it stands; unchanged where it has none or one of that name."""
    node = document.find(path)
    if node is None or document.find(new) is not None:
        return document
    head = re.compile(rf'\s*(?:- +)?["\']?({re.escape(path[-1])})["\']?\s*[:=]').match(document.text, node.body)
    if head is None:
        return document
    text = document.text[: head.start(1)] + new[-1] + document.text[head.end(1) :]
    return _parsed(grammar, text) or document


def _parsed(grammar: Grammar, text: str) -> Document | None:
    try:
        return grammar.parse(text)
    except Malformed:
        return None

"""Edits carried out on the text of ours: one after the other, or many in one go where they do not touch."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from trueup.merge._walk import Edit
from trueup.model import KeyPath
from trueup.text.keys import is_item
from trueup.text.tree import Document, Grammar, Malformed, Node, line_start, need

MANY = 40
"""Edits above which new and removed entries share a go too; below, each sees the blank lines that others left."""
GOES = 30
"""Goes after which a merge is given up: reading the text again after each costs the square of its size."""
WORK = 12_000_000
"""Characters (of the text, for each edit) after which a merge is given up."""


class TooMuch(Malformed):
    """So many edits in so large a text that merging by line is the better answer."""


class Region(NamedTuple):
    """What an edit does to a text: the run from `start` to `end` becomes `chunk`."""

    start: int
    end: int
    chunk: str


class Splicer:
    """The other documents of one merge, from which entries are taken."""

    def __init__(self, grammar: Grammar, theirs: Document, base: Document | None, edits: Sequence[Edit]) -> None:
        self.grammar = grammar
        self.theirs = theirs
        self.base = base
        self.edits = edits
        self.gone: dict[KeyPath, set[str]] = {}
        for edit in edits:
            if edit.kind == 'remove':
                self.gone.setdefault(edit.path[:-1], set()).add(edit.path[-1])
        self.sources: dict[KeyPath, Document] = {}

    def apply(self, ours: Document) -> Document:
        """Carry out all edits; raises Malformed where one leads to a text that does not parse."""
        if len(self.edits) * len(ours.text) > WORK:
            raise TooMuch(f'{len(self.edits)} changes in {len(ours.text)} characters are too many to be made by key')
        document, rest, goes = ours, list(self.edits), 0
        while rest:
            if goes == GOES:
                raise TooMuch(f'{len(self.edits)} changes that build on each other are too many to be made by key')
            size, text = self._go(document, rest)
            document = self.grammar.parse(text)
            for edit in rest[:size]:
                _found(document, edit)
            rest, goes = rest[size:], goes + 1
        self.grammar.check(document.text)
        return document

    def _go(self, document: Document, edits: Sequence[Edit]) -> tuple[int, str]:
        """How many edits from the first on can be carried out together, and the text with them."""
        text = self._edited(document, edits[0])
        if len(edits) == 1 or not self._shares(edits[0]):
            return 1, text
        run = _Run(document.text, loose=len(self.edits) > MANY)
        run.add(region(document.text, text))
        emptied: dict[KeyPath, int] = {}
        for edit in edits[1:]:
            one = self._next(document, edit, emptied)
            if one is None or not run.add(one):
                break
        return len(run.regions), run.text() if len(run.regions) > 1 else text

    def _next(self, document: Document, edit: Edit, emptied: dict[KeyPath, int]) -> Region | None:
        """What one more edit does to the same text, None if it has to wait for those before it."""
        if not self._shares(edit):
            return None
        parent = document.find(edit.path[:-1])
        if parent is None or (edit.kind != 'insert' and parent.child(edit.path[-1]) is None):
            return None
        if edit.kind == 'remove':
            emptied[edit.path[:-1]] = emptied.get(edit.path[:-1], 1) + 1
            if emptied[edit.path[:-1]] >= len(parent.children):
                return None
        try:
            return region(document.text, self._edited(document, edit))
        except Malformed:
            return None

    def _shares(self, edit: Edit) -> bool:
        """Whether an edit may be carried out together with others."""
        return len(self.edits) > MANY or edit.kind in ('text', 'replace')

    def _edited(self, document: Document, edit: Edit) -> str:
        """The text with one edit."""
        if edit.kind == 'remove':
            return self.grammar.remove(document, edit.path)
        if edit.kind == 'text':
            return self.grammar.set_text(document, edit.path, edit.text)
        if edit.kind == 'replace':
            return self.grammar.replace(document, edit.path, self.theirs)
        return self.grammar.insert(document, edit.path, self._source(edit.path[:-1]))

    def _source(self, parent: KeyPath) -> Document:
        """Theirs with the entries that it is about to remove where they stood: a new one goes where the old one was."""
        if parent not in self.sources:
            self.sources[parent] = self._with_gone(parent)
        return self.sources[parent]

    def _with_gone(self, path: KeyPath) -> Document:
        gone = self.gone.get(path, set())
        before = self.base.find(path) if self.base is not None and gone else None
        if before is None:
            return self.theirs
        parent = need(self.theirs, path)
        order = list(parent.keys)
        for at, key in enumerate(before.keys):
            if key in gone and parent.child(key) is None:
                above = before.keys[at - 1] if at else ''
                order.insert(order.index(above) + 1 if above in order else 0 if not at else len(order), key)
        children = tuple(parent.child(key) or need(Document('', before), (key,)) for key in order)
        return Document(self.theirs.text, _changed(self.theirs.root, path, children))


def _found(document: Document, edit: Edit) -> None:
    """Raise Malformed where the key of an edit did not find its place; an item that is its own key gets a new one."""
    last = edit.path[-1]
    path = (*edit.path[:-1], last.partition('~')[0] if is_item(last) else last)
    if edit.kind in ('insert', 'replace') and document.find(edit.path) is None and document.find(path) is None:
        raise Malformed(f'the key {edit.path} did not find its place')


def _changed(node: Node, path: KeyPath, children: tuple[Node, ...]) -> Node:
    """A tree with other children at a path."""
    if not path:
        return replace(node, children=children)
    inner = tuple(_changed(child, path[1:], children) if child.key == path[0] else child for child in node.children)
    return replace(node, children=inner)


def region(old: str, new: str) -> Region:
    """In what two texts differ: all between the longest start and the longest end that they share, from a line on."""
    most = min(len(old), len(new))
    head = _shared(most, lambda size: old[:size] == new[:size])
    tail = _shared(most - head, lambda size: old[len(old) - size :] == new[len(new) - size :])
    back = head - line_start(old, head)
    if len(old) - tail == head or len(new) - tail == head:  # put in or taken out alone: it may stand further up too
        longer, end = (new, len(new) - tail) if len(new) > len(old) else (old, len(old) - tail)
        if longer[head - back : head] == longer[end - back : end]:
            head, tail = head - back, tail + back
    return Region(head, len(old) - tail, new[head : len(new) - tail])


def _shared(most: int, same: Callable[[int], bool]) -> int:
    """The largest size up to `most` that is still the same, by halving."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(middle) else (low, middle - 1)
    return low


class _Run:
    """Changes of one text that do not overlap, so that they can be made in one go."""

    def __init__(self, old: str, *, loose: bool) -> None:
        self.old = old
        self.loose = loose
        self.regions: list[Region] = []
        self.places: list[tuple[int, int, int]] = []

    def add(self, one: Region) -> bool:
        """Take one more; False if it overlaps (or, unless `loose`, touches) one that is there."""
        place = (one.start, one.end, len(self.regions))
        at = bisect.bisect(self.places, place)
        for start, end, _ in self.places[max(0, at - 1) : at + 1]:
            apart = (end <= one.start or one.end <= start) if self.loose else (end < one.start or one.end < start)
            if not apart:
                return False
        self.places.insert(at, place)
        self.regions.append(one)
        return True

    def text(self) -> str:
        """The text with all changes."""
        parts: list[str] = []
        position = 0
        for start, end, number in self.places:
            parts += [self.old[position:start], self.regions[number].chunk]
            position = end
        return ''.join([*parts, self.old[position:]])

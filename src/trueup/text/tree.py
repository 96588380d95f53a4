"""The keyed tree of a document: spans into its exact text, and the three changes that splice into it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from trueup.model import KeyPath

T = TypeVar('T')


class Malformed(Exception):
    """The text is not a document of its format; one line says why."""


def bounded(read: Callable[..., T]) -> Callable[..., T]:
    """A reader to which a text that is nested too deep, or holds a number too long for Python, is malformed."""

    @functools.wraps(read)
    def reading(text: str, **options: bool) -> T:
        try:
            return read(text, **options)
        except (RecursionError, MemoryError) as error:
            raise Malformed('nested too deep') from error
        except ValueError as error:
            raise Malformed(f'not understood: {error}'.split('\n', maxsplit=1)[0]) from error

    return reading


class Kind(StrEnum):
    """What a node is: keyed children, items by identity, or one value."""

    MAP = 'map'
    LIST = 'list'
    LEAF = 'leaf'


@dataclass(frozen=True, slots=True)
class Node:
    """One entry: `[start, body)` are the comments above it, `[body, end)` its lines, `value` the value's own text.

    `after` is where its value may begin (behind `key:`); `data` is the layout-free meaning, for comparing; `flow` says
    that its children stand in brackets; `ordered` that their order has a meaning.
    """

    key: str
    kind: Kind
    start: int
    body: int
    end: int
    value: tuple[int, int]
    data: Hashable
    children: tuple[Node, ...] = ()
    after: int = 0
    flow: bool = False
    column: int = 0
    ordered: bool = False
    _index: dict[str, Node] = field(default_factory=dict, init=False, repr=False, compare=False)

    def child(self, key: str) -> Node | None:
        """The child with a key."""
        if not self._index and self.children:
            self._index.update((node.key, node) for node in reversed(self.children))
        return self._index.get(key)

    @property
    def fields(self) -> Mapping[str, str]:
        """The plain strings among the children, by key."""
        return {node.key: node.data for node in self.children if isinstance(node.data, str)}

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the children, in order."""
        return tuple(node.key for node in self.children)


@dataclass(frozen=True, slots=True)
class Document:
    """A text and its tree."""

    text: str
    root: Node

    def find(self, path: KeyPath) -> Node | None:
        """The node at a path."""
        node: Node | None = self.root
        for key in path:
            node = node.child(key) if node is not None else None
        return node

    def source(self, node: Node) -> str:
        """The value as written."""
        return self.text[node.value[0] : node.value[1]]


class Grammar:
    """A format: parses, and splices into a document whose entries are runs of whole lines."""

    name = 'text'
    comment = '#'
    late = False
    """Whether new entries go behind what the service put at the same place."""

    spoken = False
    """Whether its entries have no names but are known by what they say."""

    def parse(self, text: str) -> Document:
        """The document; raises Malformed."""
        raise Malformed(f'no parser for {self.name}')

    def check(self, text: str) -> None:
        """Raise Malformed where the format's own reader would refuse the text."""
        self.parse(text)

    def skim(self, text: str) -> None:
        """Raise Malformed where the syntax is wrong; the cheapest look there is, blind to keys that stand twice."""
        self.check(text)

    def fitting(self, texts: Sequence[str]) -> Grammar:
        """The grammar by which texts can be compared with each other."""
        del texts
        return self

    def without_base(self, ours: Document) -> Grammar:
        """The grammar for a merge that has no base, where a key that both have says nothing of a common past."""
        del ours
        return self

    def shown(self, document: Document, path: KeyPath) -> str:
        """The value at a path for people to read."""
        node = document.find(path)
        return document.source(node).strip('\n') if node is not None else ''

    def aligned(self, document: Document, node: Node, column: int) -> str:
        """The value as written, moved to another column where indentation counts."""
        del column
        return document.source(node)

    def remove(self, document: Document, path: KeyPath) -> str:
        """The text without the entry and the comments directly above it."""
        node = need(document, path)
        return cut(document.text, node.start, node.end)

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        """The text with the value that `other` has at the same path."""
        mine, yours = need(document, path), need(other, path)
        chunk, after = whole_lines(other.text[yours.body : yours.end]), document.text[mine.end :]
        if not after and not document.text.endswith('\n'):
            chunk = chunk.rstrip('\n')
        return document.text[: mine.body] + chunk + after

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        """The text with the entry that `other` has at a path, beside the same neighbours."""
        parent, source = need(document, path[:-1]), need(other, path[:-1])
        node = need(other, path)
        position = place(parent, source, path[-1], late=self.late)
        return put(document.text, position, other.text[node.start : node.body], other.text[node.body : node.end])

    def spell(self, path: KeyPath, value: str) -> str:
        """A small text of this format that holds just one value; raises Malformed where keys are no free names."""
        raise Malformed(f'{self.name} has no keys that could move ({path}, {value})')

    def rename(self, document: Document, old: KeyPath, new: KeyPath) -> str:
        """The text with an entry at another path."""
        small = self.parse(self.spell(new, self.shown(document, old)))
        path, parent = new, document
        while len(path) > 1 and parent.find(path[:-1]) is None:
            path = path[:-1]
        text = self.insert(document, path, small)
        return self.remove(self.parse(text), old)

    def set_text(self, document: Document, path: KeyPath, value: str) -> str:
        """The text with another value at a path, spelled by the caller."""
        node = need(document, path)
        return document.text[: node.value[0]] + value + document.text[node.value[1] :]


def need(document: Document, path: KeyPath) -> Node:
    """The node at a path; raises Malformed if there is none."""
    node = document.find(path)
    if node is None:
        raise Malformed(f'no entry {path}')
    return node


def render(document: Document) -> str:
    """Put a document together from its nodes: the same text, or Malformed if spans overlap."""
    return ''.join(_pieces(document.text, document.root.children, 0, len(document.text)))


def _pieces(text: str, nodes: Sequence[Node], start: int, end: int) -> Iterator[str]:
    for node in nodes:
        if not start <= node.start <= node.body <= node.end <= end:
            raise Malformed(f'entry {node.key!r} is not where it should be')
        yield text[start : node.start]
        yield from _pieces(text, node.children, node.start, node.end)
        start = node.end
    yield text[start:end]


def whole_lines(text: str) -> str:
    """The text, ended with a line feed."""
    return text if text.endswith('\n') or not text else text + '\n'


def cut(text: str, start: int, end: int) -> str:
    """The text without a run of lines; no blank line is left at the top or doubled."""
    before, after = text[:start], text[end:]
    if not before:
        after = after.lstrip('\n')
    if end == len(text) and before and not text.endswith('\n'):
        before = before.rstrip('\n')
    return before + after


def splice(text: str, position: int, chunk: str) -> str:
    """The text with whole lines put in at a position; a missing final newline stays missing."""
    before, after = text[:position], text[position:]
    if before and not before.endswith('\n'):
        before += '\n'
        chunk = chunk.rstrip('\n') if not after else chunk
    if not before.strip('\n') and not before:
        chunk = chunk.lstrip('\n')
    return before + chunk + after


def separate(text: str, position: int, chunk: str, blank: str = '\n') -> str:
    """Put whole lines in with blank lines between them and their neighbours."""
    before, after = text[:position], text[position:]
    chunk = whole_lines(chunk.strip('\n'))
    if before and not before.endswith('\n'):
        before += '\n'
    if before.strip() and not before.endswith('\n' + blank):
        chunk = blank + chunk
    if after.strip() and not after.startswith('\n'):
        chunk += blank
    if not after and text and not text.endswith('\n'):
        chunk = chunk.rstrip('\n')
    return before + chunk + after


def put(text: str, position: int, lead: str, body: str) -> str:
    """The text with an entry put in; its comments are not said twice where they stand there already."""
    wanted = [line.strip() for line in lead.split('\n') if line.strip()]
    end = position
    while text[end : line_end(text, end)] == '\n':
        end += 1
    for line in wanted:
        stop = line_end(text, end)
        if text[end:stop].strip() != line:
            return splice(text, position, lead + whole_lines(body))
        end = stop
    return splice(text, end if wanted else position, (lead if not wanted else '') + whole_lines(body))


def place(parent: Node, source: Node, key: str, *, late: bool = False) -> int:
    """Where a new child goes: behind its neighbour above, else before the one below, else at the end."""
    order = source.keys
    at = order.index(key)
    above = next(filter(None, map(parent.child, reversed(order[:at]))), None)
    below = next(filter(None, map(parent.child, order[at + 1 :])), None)
    if late and below is not None and (above is None or above.end <= below.start):
        return below.start
    if late and below is None and parent.children:
        return parent.children[-1].end
    if above is not None:
        return above.end
    if below is not None:
        return below.start
    return parent.children[-1].end if parent.children else parent.end


def lead_of(
    text: str, floor: int, line: int, *, comment: str | tuple[str, ...] = '#', column: int | None = None
) -> int:
    """Start of the comments directly above a line, and of the blank lines above those; never before `floor`."""
    if floor and text[floor - 1] != '\n':
        floor = min(line_end(text, floor), line)
    start = line
    while start > floor:
        above = text.rfind('\n', floor, start - 1) + 1 if '\n' in text[floor : start - 1] else floor
        content = text[above:start].strip()
        if not content.startswith(comment) or (column is not None and _column(text, above) > column):
            break
        start = above
    while start > floor:
        above = text.rfind('\n', floor, start - 1) + 1 if '\n' in text[floor : start - 1] else floor
        if text[above:start].strip():
            break
        start = above
    return start


def line_end(text: str, position: int) -> int:
    """Position behind the line feed that ends the line."""
    found = text.find('\n', position)
    return len(text) if found < 0 else found + 1


def line_start(text: str, position: int) -> int:
    """Position of the first character of the line."""
    return text.rfind('\n', 0, position) + 1


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names, a repeated one with `~2`, `~3` behind it."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f'{name}~{seen[name]}')
    return tuple(result)


def map_data(children: Sequence[Node]) -> Hashable:
    """Meaning of keyed children: their order has none."""
    return ('map', frozenset((node.key, node.data) for node in children))


BLANKS = re.compile(r'[ \t]*')


def _column(text: str, start: int) -> int:
    return len(BLANKS.match(text, start)[0])  # type: ignore[index]

"""Files in which each line is one thing: ignore files, CODEOWNERS, requirements."""

from __future__ import annotations

import fnmatch
import functools
import itertools
import re
from collections import Counter
from collections.abc import Callable

from trueup.model import KeyPath
from trueup.text.identity import requirement_name
from trueup.text.keys import list_segment
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Node,
    cut,
    lead_of,
    line_end,
    map_data,
    need,
    numbered,
    place,
    separate,
    splice,
    whole_lines,
)

OWNED = re.compile(r'(?<=\S)\s+[^\s#]*@.*$')
"""The owners behind a pattern of CODEOWNERS: the pattern alone tells which line it is."""
TRAILING = re.compile(r'\s+#.*$')


def _documents(text: str, name: Callable[[list[str]], tuple[str, ...]], value: Callable[[str], str]) -> Document:
    """The document of a text of lines; `name` gives their keys, `value` the part of a line that counts."""
    found: list[tuple[int, int]] = []
    position = 0
    while position < len(text):
        end = line_end(text, position)
        while text.endswith('\\\n', 0, end) and end < len(text):
            end = line_end(text, end)
        if text[position:end].strip() and not text[position:end].lstrip().startswith('#'):
            found.append((position, end))
        position = end
    values = [value(text[start:end].rstrip('\n')) for start, end in found]
    keys = name([one.strip() for one in values])
    nodes: list[Node] = []
    for key, one, (start, end) in zip(keys, values, found, strict=True):
        lead = lead_of(text, nodes[-1].end if nodes else 0, start) if nodes else start
        span = (start, start + len(one))
        nodes.append(Node(key, Kind.LEAF, lead, start, end, span, ' '.join(one.split()), after=start))
    return Document(text, Node('', Kind.LIST, 0, 0, len(text), (0, len(text)), map_data(nodes), tuple(nodes)))


def _plain(values: list[str]) -> tuple[str, ...]:
    return numbered([list_segment('', OWNED.sub('', value)) for value in values])


def _named(values: list[str]) -> tuple[str, ...]:
    found = [
        None if value.startswith('-') or '://' in value.split('@')[0] else requirement_name(value) for value in values
    ]
    plain = Counter(pair[0] for pair in found if pair is not None)
    names = []
    for value, pair in zip(values, found, strict=True):
        if pair is None:
            names.append(list_segment('', value))
        else:
            names.append(pair[0] + pair[1] if plain[pair[0]] > 1 else pair[0])
    return numbered(names)


@functools.lru_cache(maxsize=64)
def parse_lines(text: str) -> Document:
    """The document of a file of patterns."""
    return _documents(text, _plain, str.rstrip)


@functools.lru_cache(maxsize=64)
def parse_requirements(text: str) -> Document:
    """The document of a requirements file; its keys are normalised names."""
    return _documents(text, _named, lambda line: TRAILING.sub('', line).rstrip())


class Lines(Grammar):
    """Files of lines, each with its place among its neighbours."""

    name = 'list of lines'

    def parse(self, text: str) -> Document:
        return parse_lines(text)

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        node = need(other, path)
        chunk = whole_lines(other.text[node.start : node.end])
        return splice(document.text, _line_place(document.root, other.root, path[-1]), chunk)

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        return self.set_text(document, path, other.source(need(other, path)))


class Ordered(Lines):
    """Ignore files and CODEOWNERS: the last match wins, so nothing is reordered."""

    def without_base(self, ours: Document) -> Grammar:
        """The grammar that keeps the service's lines and the standard's apart."""
        return Block(ours.root)


class Block(Ordered):
    """A file that never came from the standard: what it lacks is put on top in one piece, so the team's lines win."""

    def __init__(self, ours: Node) -> None:
        self.known = frozenset(ours.keys)
        self.first = ours.keys[:1]

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        """The text with a line of the standard behind the lines that were put on top before it."""
        node, key = need(other, path), path[-1]
        above = itertools.takewhile(lambda one: one.key != key, other.root.children)
        if any(one.key in self.known and _undoes(node, one) for one in above):
            return super().insert(document, path, other)
        new = itertools.takewhile(lambda one: one.key not in self.known, document.root.children)
        brought = sum(1 for _ in new)
        if brought == 0:
            chunk = self._lead(other, node).lstrip('\n') + other.text[node.body : node.end]
            return separate(document.text, _top(document), chunk)
        chunk = self._lead(other, node) + whole_lines(other.text[node.body : node.end])
        return splice(document.text, document.root.children[brought - 1].end, chunk)

    def remove(self, document: Document, path: KeyPath) -> str:
        """The text without a line; what stands above the service's first one was the head of its file and stays."""
        if path[-1:] == self.first:
            node = need(document, path)
            return cut(document.text, node.body, node.end)
        return super().remove(document, path)

    def _lead(self, other: Document, node: Node) -> str:
        """The comments above a line, or above those of its paragraph that the service has already."""
        nodes = other.root.children
        at = nodes.index(node)
        while at > 0 and nodes[at].start == nodes[at].body and nodes[at - 1].key in self.known:
            at -= 1
        if nodes[at].start == nodes[at].body and at > 0:
            return ''
        start = nodes[at].start if at else lead_of(other.text, 0, nodes[0].body)
        return other.text[start : nodes[at].body]


class Requirements(Lines):
    """Requirements files of pip."""

    name = 'requirements'

    def parse(self, text: str) -> Document:
        """The document of a requirements file."""
        return parse_requirements(text)


def _line_place(parent: Node, source: Node, key: str) -> int:
    """Behind its neighbour above, else on top: the standard's lines go before the team's."""
    order = source.keys
    if any(parent.child(name) for name in order[: order.index(key)]):
        return place(parent, source, key)
    return parent.children[0].start if parent.children else parent.end


def _top(document: Document) -> int:
    """Above the first line and its comments, below a heading that a blank line sets apart."""
    nodes = document.root.children
    return lead_of(document.text, 0, nodes[0].body) if nodes else len(document.text)


def _undoes(node: Node, other: Node) -> bool:
    """Whether a line takes back what another one, above it, says: `!keep.log` after `*.log`."""
    mine, yours = str(node.data), str(other.data)
    if mine.startswith('!') == yours.startswith('!'):
        return False
    mine, yours = (text.removeprefix('!').strip('/') for text in (mine, yours))
    return fnmatch.fnmatchcase(mine, yours) or fnmatch.fnmatchcase(yours, mine) or mine.startswith(f'{yours}/')

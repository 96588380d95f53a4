"""Jenkinsfiles: blocks in braces and the lines inside."""

from __future__ import annotations

import bisect
import functools
import re

from trueup.model import KeyPath
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Malformed,
    Node,
    bounded,
    lead_of,
    line_end,
    map_data,
    need,
    numbered,
    put,
)

STRING = re.compile(
    r"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|//[^\n]*|/\*.*?\*/", re.DOTALL
)
ASSIGNED = re.compile(r'(?:def\s+)?(\w+)\s*=[^=]')
HANDING_OUT = re.compile(r'stage\(.*(deliver|deploy|promot|publish|push|release|roll|ship|upload)', re.IGNORECASE)
"""Stages that come after all checks, whoever wrote them."""
NAMED = re.compile(r'(agent|image|label|args|script|when)\b')


def _bare(text: str) -> str:
    """The text with strings and comments blanked out, so that brackets can be counted."""
    return STRING.sub(lambda found: re.sub(r'[^\n]', ' ', found[0]), text)


class _Reader:
    """One walk over the lines of a Jenkinsfile."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.bare = _bare(text)
        self.strings = [found.span() for found in STRING.finditer(text)]
        self.position = 0

    def block(self, *, inner: bool) -> tuple[Node, ...]:
        """The entries up to the brace that closes the block (or to the end of the file)."""
        nodes: list[Node] = []
        floor = self.position
        while self.position < len(self.text):
            start = self.position
            stop = line_end(self.text, start)
            bare, line = self.bare[start:stop].strip(), self.text[start:stop].strip()
            if bare.startswith('}'):
                if not inner or bare.rstrip(' ;,') != '}':
                    raise Malformed(f'a line that is not understood: {line}')
                return _named(nodes)
            if not line or (not bare and not re.match(r'[\'"]', line)):
                self.position = stop
                continue
            nodes.append(self.entry(floor, (start, stop)))
            floor = self.position
        if inner:
            raise Malformed('a brace is not closed')
        return _named(nodes)

    def entry(self, floor: int, line: tuple[int, int]) -> Node:
        """A block or a statement."""
        start, stop = line
        lead = lead_of(self.text, floor, start, comment='//')
        column = len(self.text[start:stop]) - len(self.text[start:stop].lstrip(' '))
        if self.bare[start:stop].rstrip().endswith('{'):
            self.position = stop
            children = self.block(inner=True)
            if self.position >= len(self.text):
                raise Malformed('a brace is not closed')
            self.position = end = line_end(self.text, self.position)
            key = ' '.join(self.text[start:stop].split()).rstrip('{').strip()
            return Node(
                key, Kind.MAP, lead, start, end, (start, end), map_data(children), children, stop, column=column
            )
        end = self.statement_end(start, stop)
        self.position = end
        value = (start + column, start + len(self.text[start:end].rstrip()))
        text = self.text[slice(*value)]
        data = '\n'.join(part.strip() for part in text.split('\n'))
        return Node(_key(data), Kind.LEAF, lead, start, end, value, data, after=value[0], column=column)

    def statement_end(self, start: int, stop: int) -> int:
        """End of a statement: a string or a bracket may run over several lines."""
        opened = self.opened(start, stop)
        while stop < len(self.text) and (opened > 0 or self.inside(stop)):
            following = line_end(self.text, stop)
            opened += self.opened(stop, following)
            stop = following
        return stop

    def opened(self, start: int, stop: int) -> int:
        """How many more brackets a run opens than it closes."""
        bare = self.bare[start:stop]
        return sum(bare.count(char) for char in '([{') - sum(bare.count(char) for char in ')]}')

    def inside(self, position: int) -> bool:
        """Whether a position is inside a string or a comment."""
        at = bisect.bisect_left(self.strings, (position, 0)) - 1
        return at >= 0 and self.strings[at][1] > position


def _key(data: str) -> str:
    """By what a statement is known: the name it sets, or its text."""
    found = ASSIGNED.match(data) or NAMED.match(data)
    return found[1] if found else data.split('\n')[0]


def _named(nodes: list[Node]) -> tuple[Node, ...]:
    keys = numbered([node.key for node in nodes])
    return tuple(
        Node(
            key,
            node.kind,
            node.start,
            node.body,
            node.end,
            node.value,
            node.data,
            node.children,
            node.after,
            column=node.column,
        )
        for key, node in zip(keys, nodes, strict=True)
    )


@functools.lru_cache(maxsize=64)
@bounded
def parse_groovy(text: str) -> Document:
    """The document of a Jenkinsfile; raises Malformed."""
    nodes = _Reader(text).block(inner=False)
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(nodes), nodes))


class Groovy(Grammar):
    """Jenkinsfiles."""

    name = 'Jenkinsfile'
    comment = '//'
    spoken = True

    def parse(self, text: str) -> Document:
        return parse_groovy(text)

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        """Beside the same neighbours; a stage without any goes before the first that hands out what it may have to check."""
        parent, source = document.find(path[:-1]), other.find(path[:-1])
        if path[-2:-1] == ('stages',) and parent and source and not set(parent.keys) & set(source.keys):
            late = next((child for child in parent.children if HANDING_OUT.match(child.key)), None)
            if late is not None:
                node = need(other, path)
                lead, body = other.text[node.start : node.body], other.text[node.body : node.end]
                return put(document.text, late.start, lead, body)
        return super().insert(document, path, other)

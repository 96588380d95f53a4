"""Markdown by section."""

from __future__ import annotations

import functools
import re

from trueup.model import KeyPath
from trueup.text.encoding import lines
from trueup.text.tree import Document, Grammar, Kind, Node, map_data, need, numbered, place, separate

HEADING = re.compile(r' {0,3}#{1,6}(?:[ \t]+(?P<title>[^\n]*?))?[ \t]*#*[ \t]*\n?')
FENCE = re.compile(r' {0,3}(?P<fence>`{3,}|~{3,})')
TOP = 'top'
"""Key of what stands above the first heading."""


def _headings(text: str) -> list[tuple[str, int]]:
    """Title and position of each heading that is not inside a fence."""
    found: list[tuple[str, int]] = []
    fence = ''
    position = 0
    for line in lines(text):
        mark = FENCE.match(line)
        if mark and not fence:
            fence = mark['fence']
        elif mark and mark['fence'].startswith(fence):
            fence = ''
        heading = HEADING.fullmatch(line) if not fence else None
        if heading:
            found.append((heading['title'] or '#', position))
        position += len(line)
    return found


@functools.lru_cache(maxsize=64)
def parse_markdown(text: str) -> Document:
    """The document of a Markdown text; every text is one."""
    found = _headings(text)
    if text and (not found or found[0][1]):
        found.insert(0, (TOP, 0))
    ends = [*(start for _, start in found[1:]), len(text)][: len(found)]
    nodes = tuple(
        Node(key, Kind.LEAF, start, start, end, (start, end), text[start:end].strip('\n'), after=start)
        for key, (_, start), end in zip(numbered([title for title, _ in found]), found, ends, strict=True)
    )
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(nodes), nodes))


class Markdown(Grammar):
    """Markdown texts."""

    name = 'Markdown'

    def parse(self, text: str) -> Document:
        return parse_markdown(text)

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        node = need(other, path)
        position = place(document.root, other.root, path[0], late=True)
        return separate(document.text, position, other.text[node.start : node.end])

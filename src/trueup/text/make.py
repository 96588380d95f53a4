"""Makefiles: targets, variables and the set of phony names."""

from __future__ import annotations

import functools
import re
from collections.abc import Hashable

from trueup.model import KeyPath
from trueup.text.keys import list_segment
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Node,
    lead_of,
    line_end,
    map_data,
    need,
    numbered,
    place,
    separate,
    splice,
)

TARGET = re.compile(r'(?P<name>[^\s#=:][^#=:\n]*?)[ \t]*::?(?![=:])(?P<rest>[^\n]*)')
VARIABLE = re.compile(r'(?:export[ \t]+|override[ \t]+)*(?P<name>[\w.-]+)[ \t]*(?:[:?+!]{0,3}=)')
OPEN = re.compile(r'(?:ifeq|ifneq|ifdef|ifndef|define)\b')
CLOSE = re.compile(r'(?:endif|endef)\b')
WORD = re.compile(r'[^\s\\]+')
PHONY = '.PHONY'


def _logical_end(text: str, position: int) -> int:
    """End of a line with its continuations."""
    end = line_end(text, position)
    while text.endswith('\\\n', 0, end) and end < len(text):
        end = line_end(text, end)
    return end


def _block_end(text: str, position: int) -> int:
    """End of a conditional or a definition, the inner ones counted."""
    depth, end = 0, position
    while end < len(text):
        line = text[end : line_end(text, end)].lstrip(' ')
        depth += bool(OPEN.match(line)) - bool(CLOSE.match(line))
        end = _logical_end(text, end)
        if depth == 0:
            break
    return end


def _recipe_end(text: str, position: int) -> int:
    """End of the recipe that follows a rule; blank lines and comments behind it are not part of it."""
    end = last = position
    while end < len(text):
        stop = _logical_end(text, end)
        if text[end] == '\t':
            last = stop
        elif text[end:stop].strip() and not text[end:stop].startswith('#'):
            break
        end = stop
    return last


def _entry(text: str, floor: int, position: int) -> Node:
    """The entry that starts at a line."""
    line = text[position : line_end(text, position)]
    lead = lead_of(text, floor, position)
    if OPEN.match(line):
        end = _block_end(text, position)
        return _leaf(text, line.strip(), (lead, position, end), position)
    variable = VARIABLE.match(line)
    if variable:
        end = _logical_end(text, position)
        return _leaf(text, f'{variable["name"]}=', (lead, position, end), position + variable.end())
    target = TARGET.match(line)
    end = _logical_end(text, position)
    if target is None:
        return _leaf(text, line.strip(), (lead, position, end), position)
    if target['name'] == PHONY:
        return _phony(text, (lead, position, end), position + target.start('rest'))
    return _leaf(text, target['name'], (lead, position, max(end, _recipe_end(text, end))), position)


def _leaf(text: str, key: str, at: tuple[int, int, int], after: int) -> Node:
    start, body, end = at
    value = (after, after + len(text[after:end].rstrip()))
    data: Hashable = '\n'.join(line.rstrip() for line in text[after:end].strip().split('\n'))
    return Node(key, Kind.LEAF, start, body, end, value, data, after=after)


def _phony(text: str, at: tuple[int, int, int], after: int) -> Node:
    start, body, end = at
    words = list(WORD.finditer(text, after, end))
    names = numbered([list_segment('', word[0]) for word in words])
    children = tuple(
        Node(name, Kind.LEAF, *word.span()[:1], word.start(), word.end(), word.span(), word[0], after=word.start())
        for name, word in zip(names, words, strict=True)
    )
    return Node(PHONY, Kind.LIST, start, body, end, (after, end), map_data(children), children, after, flow=True)


@functools.lru_cache(maxsize=64)
def parse_make(text: str) -> Document:
    """The document of a Makefile; every text is one."""
    nodes: list[Node] = []
    position = floor = 0
    while position < len(text):
        end = line_end(text, position)
        line = text[position:end]
        if line.strip() and not line.startswith(('#', '\t')):
            nodes.append(_entry(text, floor, position))
            end = floor = nodes[-1].end
        position = end
    keys = numbered([_named(nodes, number) for number in range(len(nodes))])
    named = tuple(_renamed(node, key) for node, key in zip(nodes, keys, strict=True))
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(named), named))


def _named(nodes: list[Node], number: int) -> str:
    """The key of an entry: one `.PHONY` of several, or one beside its only target, belongs to that target."""
    node = nodes[number]
    if node.key != PHONY or len(node.children) != 1:
        return node.key
    word = str(node.children[0].data)
    beside = [*nodes[max(number - 1, 0) : number], *nodes[number + 1 : number + 2]]
    own = any(other.key == word for other in beside) or sum(other.key == PHONY for other in nodes) > 1
    return f'{PHONY}: {word}' if own else PHONY


def _renamed(node: Node, key: str) -> Node:
    return Node(
        key, node.kind, node.start, node.body, node.end, node.value, node.data, node.children, node.after, node.flow
    )


class Make(Grammar):
    """Makefiles."""

    name = 'Makefile'

    def parse(self, text: str) -> Document:
        return parse_make(text)

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        if len(path) > 1:
            return self.set_text(document, path, other.source(need(other, path)))
        return super().replace(document, path, other)

    def remove(self, document: Document, path: KeyPath) -> str:
        if len(path) == 1:
            return super().remove(document, path)
        node, text = need(document, path), document.text
        start = len(text[: node.body].rstrip(' \t'))
        return text[:start] + text[node.end :]

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        if len(path) > 1:
            parent, node = need(document, path[:-1]), need(other, path)
            position = _word_place(parent, need(other, path[:-1]), path[-1])
            return f'{document.text[:position]} {other.source(node)}{document.text[position:]}'
        node = need(other, path)
        position = place(document.root, other.root, path[0])
        chunk = other.text[node.start : node.end]
        if not chunk.startswith('\n') and node.start:
            return splice(document.text, position, chunk)
        return separate(document.text, position, chunk)


def _word_place(parent: Node, source: Node, key: str) -> int:
    order = source.keys
    above = next((parent.child(name) for name in reversed(order[: order.index(key)]) if parent.child(name)), None)
    if above is not None:
        return above.end
    return parent.children[-1].end if parent.children else parent.after

"""YAML documents: nothing is ever dumped, only spliced at the positions of PyYAML's events."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from trueup.model import KeyPath
from trueup.text._yaml_events import events, parse_yaml
from trueup.text.flow import Item, insert_item, remove_item, slot
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Malformed,
    Node,
    cut,
    line_end,
    line_start,
    need,
    place,
    put,
    splice,
    whole_lines,
)

SEPARATOR = re.compile(r'^---(?=\s|$)', re.MULTILINE)
CONTENT = re.compile(r'^[^\s#%]', re.MULTILINE)
PLACE = re.compile(r'\[document=\d+\]|.*~\d+')
"""A document known by its place: others move up when one goes."""
SIMPLE = re.compile(r'[A-Za-z_][\w.-]*')


class Yaml(Grammar):
    """YAML documents, one or several in a file."""

    name = 'YAML'

    def __init__(self, *, many: bool = False) -> None:
        self.many = many

    def fitting(self, texts: Sequence[str]) -> Grammar:
        """The grammar for several documents where one of the texts holds several."""
        return Yaml(many=True) if any(_several(text) for text in texts) else self

    def parse(self, text: str) -> Document:
        return parse_yaml(text, many=self.many)

    def skim(self, text: str) -> None:
        events(text)

    def shown(self, document: Document, path: KeyPath) -> str:
        node = need(document, path)
        if node.flow or node.kind is Kind.LEAF or not node.children:
            return super().shown(document, path)
        return _shifted(document.text, (node.children[0].body, node.end), node.children[0].column, 0).rstrip('\n')

    def aligned(self, document: Document, node: Node, column: int) -> str:
        return _shifted(document.text, node.value, node.column, column)

    def remove(self, document: Document, path: KeyPath) -> str:
        parent, node, text = need(document, path[:-1]), need(document, path), document.text
        if parent.flow:
            return remove_item(text, parent, node)
        if self.many and len(path) == 1:
            return _without_document(document, node)
        if len(parent.children) == 1 and len(path) > 1:
            empty = ' []' if parent.kind is Kind.LIST else ' {}'
            return text[: parent.after] + empty + '\n' + text[parent.end :]
        if _shares_line(text, node):
            following = parent.children[parent.children.index(node) + 1]
            return text[: node.body] + text[following.body :]
        return cut(text, node.start, node.end)

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        mine, yours = need(document, path), need(other, path)
        new, text = other.source(yours), document.text
        if _one_line(document, mine) and _one_line(other, yours):
            if mine.after < mine.value[0] and yours.after < yours.value[0]:  # a tag stands before brackets
                return text[: mine.after] + other.text[yours.after : yours.value[1]] + text[mine.value[1] :]
            pad = ' ' if new and text[mine.value[0] - 1 : mine.value[0]] in (':', '-') else ''
            return text[: mine.value[0]] + pad + new + text[mine.value[1] :]
        tail = other.text[yours.after : yours.end]
        shifted = _shifted(other.text, (yours.after, yours.end), yours.column, mine.column) if '\n' in tail else tail
        if not mine.end or mine.after > mine.end:
            raise Malformed('the value can not be replaced')
        return text[: mine.after] + whole_lines(shifted) + text[mine.end :]

    def spell(self, path: KeyPath, value: str) -> str:
        if any(key.startswith('[') for key in path):
            raise Malformed('list items do not move')
        lines = [
            f'{"  " * depth}{json.dumps(key) if not SIMPLE.fullmatch(key) else key}:' for depth, key in enumerate(path)
        ]
        if '\n' in value or value.startswith('- '):
            pad = '  ' * len(path)
            return '\n'.join([*lines, *(pad + line if line else '' for line in value.split('\n'))]) + '\n'
        return '\n'.join(lines) + f' {value}\n'

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        parent, source, node = need(document, path[:-1]), need(other, path[:-1]), need(other, path)
        text = document.text
        if self.many and len(path) == 1:
            return _with_document(document, other, path[0])
        if len(path) == 1 and not parent.children:
            start, end = parent.value if parent.flow else (len(text), len(text))
            return splice(text[:start] + text[end:].lstrip('\n'), start, ''.join(_chunk(None, (other, source, node))))
        if parent.flow:
            if '\n' in other.source(node):
                raise Malformed('a block inside brackets')
            chunk = other.text[node.body : node.value[1]] if parent.kind is Kind.MAP else other.source(node)
            return insert_item(text, parent, slot(parent, source, path[-1]), Item(chunk))
        if not parent.children:
            raise Malformed('nothing to stand beside')
        position = place(parent, source, path[-1], late=self.late)
        if text[line_start(text, position) : position].strip():
            position = parent.children[0].end
        lead, body = _chunk((document, parent.children[0]), (other, source, node))
        blank = _blank_before(document, parent, (other, source), path[-1])
        if blank and position == blank[0] and lead.startswith('\n'):
            return put(text, blank[1], lead.lstrip('\n'), body)
        return put(text, position, lead, body)


def _blank_before(mine: Document, parent: Node, yours: tuple[Document, Node], key: str) -> tuple[int, int] | None:
    """The blank lines that set the next entry of ours apart, where the standard has none since the new one has them."""
    other, source = yours
    at = source.keys.index(key) + 1
    following = source.children[at] if at < len(source.children) else None
    next_one = parent.child(following.key) if following is not None else None
    if following is None or next_one is None or other.text[following.start : following.body].startswith('\n'):
        return None
    above = parent.children[: parent.children.index(next_one)]
    if above and mine.source(above[-1]).startswith(('|', '>')):  # blank lines may be part of the text
        return None
    lead = mine.text[next_one.start : next_one.body]
    return next_one.start, next_one.start + len(lead) - len(lead.lstrip('\n'))


def _several(text: str) -> bool:
    """Whether a text may hold several documents."""
    marks = [found.start() for found in SEPARATOR.finditer(text)]
    return len(marks) > 1 or bool(marks and CONTENT.search(text, 0, marks[0]))


def _known(node: Node) -> Node:
    """The node of a document; raises Malformed where it is known by its place alone, which others might take."""
    if PLACE.fullmatch(node.key):
        raise Malformed('a document without kind and name came or went')
    return node


def _stop(document: Document, node: Node) -> int:
    """Where the next document begins."""
    nodes = document.root.children
    at = nodes.index(node)
    return nodes[at + 1].start if at + 1 < len(nodes) else len(document.text)


def _without_document(document: Document, node: Node) -> str:
    """The text without a document and the separator above it."""
    text, stop = document.text, _stop(document, _known(node))
    if len(document.root.children) == 1:
        raise Malformed('the last document went')
    bare = not text.startswith('---', node.start)  # the first one, without a separator
    skip = stop + 4 if bare and text.startswith('---\n', stop) else stop
    before, after = text[: node.start], text[skip:]
    if not after and not text.endswith('\n'):
        before = before.rstrip('\n')
    return before + after


def _with_document(document: Document, other: Document, key: str) -> str:
    """The text with a document of another one, below the neighbour that stands above it there."""
    node, text = _known(need(other, (key,))), document.text
    chunk = whole_lines(other.text[node.start : _stop(other, node)])
    marked = chunk if SEPARATOR.match(chunk) else f'---\n{chunk}'
    order = other.root.keys
    above = next(filter(None, map(document.root.child, reversed(order[: order.index(key)]))), None)
    if above is not None:
        return splice(text, _stop(document, above), marked)
    first = document.root.children[0] if document.root.children else None
    if first is None or text.startswith('---', first.start):
        return splice(text, first.start if first else len(text), marked)
    return splice(text, 0, f'{chunk}---\n')


def _chunk(mine: tuple[Document, Node] | None, yours: tuple[Document, Node, Node]) -> tuple[str, str]:
    """Comments and lines of a new entry, in the indentation and dash style of its new neighbours."""
    other, source, node = yours
    column = mine[1].column if mine else 0
    item = source.kind is Kind.LIST
    if source.flow:
        text = other.source(node) if item else other.text[node.body : node.value[1]]
        return '', ' ' * column + ('- ' if item else '') + text + '\n'
    lead = ''.join(
        ' ' * column + line.strip() + '\n' if line.strip() else '\n'
        for line in other.text[node.start : node.body].split('\n')[:-1]
    )
    body = _shifted(other.text, (node.body, node.end), node.column, column)
    if item and mine:
        body = _dashed(body, column, _gap(other.text, node), _gap(mine[0].text, mine[1]))
    return lead, ' ' * column + whole_lines(body)


def _shifted(text: str, span: tuple[int, int], column: int, target: int) -> str:
    """A run that starts at a column, with its further lines moved to another."""
    first, *rest = text[span[0] : span[1]].split('\n')
    moved = [
        ' ' * max(0, len(line) - len(line.lstrip(' ')) + target - column) + line.lstrip(' ') if line.strip() else ''
        for line in rest
    ]
    return '\n'.join([first, *moved])


def _dashed(body: str, column: int, old: int, new: int) -> str:
    """An item with another number of characters between its dash and its text."""
    if old == new or not old or not new:
        return body
    first, *rest = body.split('\n')
    inner = ' ' * (column + old)
    moved = [' ' * (column + new) + line[len(inner) :] if line.startswith(inner) else line for line in rest]
    return '\n'.join(['-' + ' ' * (new - 1) + first[1:].lstrip(' '), *moved])


def _gap(text: str, node: Node) -> int:
    rest = text[node.after : line_end(text, node.after)]
    return 1 + len(rest) - len(rest.lstrip(' ')) if rest.strip() else 0


def _one_line(document: Document, node: Node) -> bool:
    """Whether a value is written on one line: a scalar or brackets."""
    block = node.kind is not Kind.LEAF and not node.flow
    return not block and '\n' not in document.source(node) and not document.source(node).startswith('- ')


def _shares_line(text: str, node: Node) -> bool:
    """Whether an entry starts behind a dash on the same line."""
    return bool(text[line_start(text, node.body) : node.body].strip())

"""JSON: objects and arrays in brackets, spliced like TOML's."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Hashable

from trueup.model import KeyPath
from trueup.text.flow import insert_item, item_span, remove_item, slot
from trueup.text.identity import node_keys
from trueup.text.tree import Document, Grammar, Kind, Malformed, Node, line_start, map_data, need

SPACE = re.compile(r'\s*')
SCALAR = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,\]}]+')


def _skip(text: str, position: int) -> int:
    return SPACE.match(text, position).end()  # type: ignore[union-attr]


def _value(text: str, start: int, path: KeyPath) -> Node:
    """The value at a position; its node is not yet keyed."""
    if text[start] not in '[{':
        end = SCALAR.match(text, start).end()  # type: ignore[union-attr]
        value = json.loads(text[start:end])
        data: Hashable = value if isinstance(value, str) else (type(value).__name__, str(value).lower())
        return Node('', Kind.LEAF, start, start, end, (start, end), data, after=start)
    mapping = text[start] == '{'
    found: list[tuple[str, int, Node]] = []
    position = _skip(text, start + 1)
    while text[position] not in ']}':
        body, key = position, ''
        if mapping:
            stop = SCALAR.match(text, position).end()  # type: ignore[union-attr]
            key = json.loads(text[position:stop])
            position = _skip(text, _skip(text, stop) + 1)
        found.append((key, body, _value(text, position, (*path, key))))
        position = _skip(text, found[-1][2].value[1])
        if text[position] == ',':
            position = _skip(text, position + 1)
    return _container(text, (start, position + 1), found, path)


def _container(text: str, span: tuple[int, int], found: list[tuple[str, int, Node]], path: KeyPath) -> Node:
    values = [value for _, _, value in found]
    mapping = text[span[0]] == '{'
    keys = tuple(key for key, _, _ in found) if mapping else node_keys(values, path)
    if keys is None:
        data = ('seq', tuple(value.data for value in values))
        return Node('', Kind.LEAF, span[0], span[0], span[1], span, data, after=span[0])
    children: list[Node] = []
    floor = span[0] + 1
    for key, (_, body, value) in zip(keys, found, strict=True):
        start, end = item_span(text, (body, value.value[1]), (floor, span[1] - 1), '')
        floor = end
        children.append(
            Node(
                key,
                value.kind,
                start,
                body,
                end,
                value.value,
                value.data,
                value.children,
                value.value[0],
                value.flow,
                body - line_start(text, body),
            )
        )
    kind = Kind.MAP if mapping else Kind.LIST
    return Node('', kind, span[0], span[0], span[1], span, map_data(children), tuple(children), span[0], flow=True)


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
        raise Malformed(f'not valid JSON: the key {twice!r} stands twice')
    return found


@functools.lru_cache(maxsize=64)
def read_json(text: str) -> None:
    """Let Python's own reader have a look; raises Malformed."""
    try:
        json.loads(text, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError) as error:
        raise Malformed(f'not valid JSON: {error}') from error


@functools.lru_cache(maxsize=64)
def parse_json(text: str) -> Document:
    """The document of a JSON text; raises Malformed."""
    read_json(text)
    return Document(text, _value(text, _skip(text, 0), ()))


class Json(Grammar):
    """JSON documents."""

    name = 'JSON'
    comment = ''

    def parse(self, text: str) -> Document:
        return parse_json(text)

    def check(self, text: str) -> None:
        read_json(text)

    def remove(self, document: Document, path: KeyPath) -> str:
        return remove_item(document.text, need(document, path[:-1]), need(document, path), '')

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        mine, yours = need(document, path), need(other, path)
        return self.set_text(document, path, _moved(other.source(yours), yours.column, mine.column))

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        container, source, node = need(document, path[:-1]), need(other, path[:-1]), need(other, path)
        column = container.children[0].column if container.children else node.column
        chunk = _moved(other.text[node.body : node.value[1]], node.column, column)
        return insert_item(document.text, container, slot(container, source, path[-1]), chunk, '')

    def spell(self, path: KeyPath, value: str) -> str:
        for key in reversed(path):
            value = f'{{{json.dumps(key)}: {value}}}'
        return value


def _moved(text: str, column: int, target: int) -> str:
    first, *rest = text.split('\n')
    return '\n'.join(
        [
            first,
            *(' ' * max(0, len(line) - len(line.lstrip(' ')) + target - column) + line.lstrip(' ') for line in rest),
        ]
    )

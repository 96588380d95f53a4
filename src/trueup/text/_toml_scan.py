"""The segments of a TOML text: where every table header, pair, array item and comment stands."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from trueup.model import KeyPath
from trueup.text.flow import item_span
from trueup.text.identity import FIELDS, node_keys
from trueup.text.keys import BARE, list_segment
from trueup.text.tree import Kind, Malformed, Node, bounded, lead_of, line_end, map_data, numbered

DEEP = 100
"""Parts of a dotted key."""
SPACE = re.compile(r'[ \t]*')
BLANK = re.compile(r'(?:[ \t]*(?:#[^\n]*)?\n)*')
NOISE = re.compile(r'(?:[ \t\n]|#[^\n]*)*')
BARE_VALUE = re.compile(r'[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?')
PLAIN = re.compile(r'"[^"\\\n]*"|\'[^\'\n]*\'')
"""A string on one line, without escapes."""
STRINGS = ('"""', "'''", '"', "'")


class Statement(NamedTuple):
    """One table header or one pair; `path` is the full logical path, `table` that of the table it stands in."""

    kind: str
    path: KeyPath
    table: KeyPath
    start: int
    body: int
    end: int
    node: Node | None = None


def key_text(key: str) -> str:
    """A key as TOML spells it."""
    return key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def dotted(path: KeyPath) -> str:
    """A dotted key as TOML spells it."""
    return '.'.join(key_text(key) for key in path)


@functools.lru_cache(maxsize=64)
@bounded
def statements(text: str) -> tuple[Statement, ...]:
    """All headers and pairs of a valid TOML text, in order."""
    found: list[Statement] = []
    arrays = _Arrays()
    table: KeyPath = ()
    position = 0
    while True:
        body = SPACE.match(text, BLANK.match(text, position).end()).end()  # type: ignore[union-attr]
        if body >= len(text) or text[body] == '#':
            return _identified(text, found, arrays)
        first = text.rfind('\n', 0, body) + 1
        start = lead_of(text, position, max(first, position))
        if text[body] == '[':
            kind = 'array' if text.startswith('[[', body) else 'table'
            table, stop = read_key(text, body + (2 if kind == 'array' else 1))
            table = arrays.inside(table) if kind == 'table' else arrays.next(table)
            position = line_end(text, stop)
            found.append(Statement(kind, table, table, start, body, position))
        else:
            key, stop = read_key(text, body)
            stop = SPACE.match(text, stop + 1).end()  # type: ignore[union-attr]
            path = (*table, *key)
            node = _value(text, stop, path)
            position = line_end(text, node.value[1])
            found.append(Statement('pair', path, table, start, body, position, node))


class _Arrays:
    """The arrays of tables seen so far: the paths of their items, by the path of the array."""

    def __init__(self) -> None:
        self.items: dict[KeyPath, list[KeyPath]] = {}

    def inside(self, path: KeyPath) -> KeyPath:
        """A header's path with the current items of arrays of tables filled in."""
        result: KeyPath = ()
        for key in path:
            result = (*result, key)
            if result in self.items:
                result = self.items[result][-1]
        return result

    def next(self, path: KeyPath) -> KeyPath:
        """The path of a new item of an array of tables."""
        array = (*self.inside(path[:-1]), path[-1])
        items = self.items.setdefault(array, [])
        items.append((*array, f'#{len(items)}'))
        return items[-1]


def _identified(text: str, found: list[Statement], arrays: _Arrays) -> tuple[Statement, ...]:
    """Statements whose items of arrays of tables are known by a field instead of a number."""
    if not arrays.items:
        return tuple(found)
    pairs: dict[KeyPath, dict[str, Node]] = {}
    for one in found:
        if one.node is not None:
            pairs.setdefault(one.path[:-1], {})[one.path[-1]] = one.node
    names: dict[KeyPath, str] = {}
    for items in arrays.items.values():
        keys = numbered([_item_name(text, pairs.get(path, {}), path) for path in items])
        names |= dict(zip(items, keys, strict=True))

    def named(path: KeyPath) -> KeyPath:
        return tuple(names.get(path[: size + 1], key) for size, key in enumerate(path))

    return tuple(s._replace(path=named(s.path), table=named(s.table), node=s.node) for s in found)


def _item_name(text: str, pairs: Mapping[str, Node], path: KeyPath) -> str:
    for field_ in FIELDS:
        node = pairs.get(field_)
        if node is not None and isinstance(node.data, str):
            return list_segment(field_, node.data)
        if node is not None and node.kind is Kind.LIST:
            return list_segment(field_, text[node.value[0] + 1 : node.value[1] - 1].strip())
    return list_segment('item', path[-1][1:])


def read_key(text: str, position: int) -> tuple[KeyPath, int]:
    """A dotted key and the position of what ends it (`=` or `]`)."""
    keys: list[str] = []
    while True:
        position = SPACE.match(text, position).end()  # type: ignore[union-attr]
        if text[position] in '"\'':
            end = _string_end(text, position)
            keys.append(_data(text[position:end]))
        else:
            found = BARE.match(text, position)
            if found is None:
                raise Malformed(f'no key at character {position}')
            keys.append(found[0])
            end = found.end()
        position = SPACE.match(text, end).end()  # type: ignore[union-attr]
        if text[position] != '.':
            return tuple(keys), position
        if len(keys) > DEEP:
            raise Malformed('nested too deep')
        position += 1


def _data(source: str) -> Any:
    if PLAIN.fullmatch(source):
        return source[1:-1]
    try:
        return tomllib.loads(f'x = {source}\n')['x']
    except ValueError as error:
        raise Malformed(f'not a value: {source[:40]}') from error


def _string_end(text: str, position: int) -> int:
    short = PLAIN.match(text, position)
    if short is not None and not text.startswith(text[position] * 3, position):
        return short.end()
    mark = next(mark for mark in STRINGS if text.startswith(mark, position))
    position += len(mark)
    while not text.startswith(mark, position):
        position += 2 if text[position] == '\\' and mark[0] == '"' else 1
    position += len(mark)
    while len(mark) == 3 and text.startswith(mark[0], position):
        position += 1
    return position


def _value(text: str, start: int, path: KeyPath) -> Node:
    if text[start] == '[':
        return _array(text, start, path)
    if text[start] == '{':
        return _inline(text, start, path)
    if text[start] in '"\'':
        end = _string_end(text, start)
    else:
        found = BARE_VALUE.match(text, start)
        if found is None:
            raise Malformed(f'no value at character {start}')
        end = found.end()
    value = _data(text[start:end])
    data: Hashable = value if isinstance(value, str) else (type(value).__name__, str(value))
    return Node(path[-1], Kind.LEAF, start, start, end, (start, end), data, after=start)


def _array(text: str, start: int, path: KeyPath) -> Node:
    values: list[Node] = []
    position = NOISE.match(text, start + 1).end()  # type: ignore[union-attr]
    while text[position] != ']':
        values.append(_value(text, position, (*path, '')))
        position = NOISE.match(text, values[-1].value[1]).end()  # type: ignore[union-attr]
        if text[position] == ',':
            position = NOISE.match(text, position + 1).end()  # type: ignore[union-attr]
    end = position + 1
    keys = node_keys(values, path)
    if keys is None:
        data = ('seq', tuple(node.data for node in values))
        return Node(path[-1], Kind.LEAF, start, start, end, (start, end), data, after=start)
    children = _placed(text, (start, end), zip(keys, values, strict=True))
    return Node(path[-1], Kind.LIST, start, start, end, (start, end), map_data(children), children, start, flow=True)


def _placed(text: str, span: tuple[int, int], items: Any) -> tuple[Node, ...]:
    """The nodes of a bracketed value, each with the comments and the comma of its line."""
    placed: list[Node] = []
    floor = span[0] + 1
    for key, node in items:
        start, end = item_span(text, (node.body, node.value[1]), (floor, span[1] - 1))
        floor = end
        placed.append(_keyed(node, key, start, end))
    return tuple(placed)


def _keyed(node: Node, key: str, start: int, end: int) -> Node:
    return Node(
        key,
        node.kind,
        start,
        node.body,
        end,
        node.value,
        node.data,
        node.children,
        node.after,
        node.flow,
        node.column,
        node.ordered,
    )


def _inline(text: str, start: int, path: KeyPath) -> Node:
    found: list[tuple[str, Node]] = []
    position = NOISE.match(text, start + 1).end()  # type: ignore[union-attr]
    while text[position] != '}':
        keys, stop = read_key(text, position)
        if len(keys) > 1:
            raise Malformed('dotted keys inside an inline table')
        node = _value(text, SPACE.match(text, stop + 1).end(), (*path, *keys))  # type: ignore[union-attr]
        found.append(
            (
                keys[0],
                Node(
                    keys[0],
                    node.kind,
                    position,
                    position,
                    node.end,
                    node.value,
                    node.data,
                    node.children,
                    node.after,
                    node.flow,
                ),
            )
        )
        position = NOISE.match(text, node.value[1]).end()  # type: ignore[union-attr]
        if text[position] == ',':
            position = NOISE.match(text, position + 1).end()  # type: ignore[union-attr]
    end = position + 1
    children = _placed(text, (start, end), found)
    return Node(path[-1], Kind.MAP, start, start, end, (start, end), map_data(children), children, start, flow=True)

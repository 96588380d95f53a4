"""TOML: a segmenter that knows where every table, pair, array item and comment stands."""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from trueup.model import KeyPath
from trueup.text.flow import insert_item, item_span, remove_item
from trueup.text.identity import FIELDS, map_keys, string_keys
from trueup.text.keys import BARE, list_segment
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Malformed,
    Node,
    cut,
    lead_of,
    line_end,
    map_data,
    need,
    numbered,
    put,
    splice,
    whole_lines,
)

SPACE = re.compile(r'[ \t]*')
BLANK = re.compile(r'(?:[ \t]*(?:#[^\n]*)?\n)*')
NOISE = re.compile(r'(?:[ \t\n]|#[^\n]*)*')
BARE_VALUE = re.compile(r'[^\s,\]}#]+(?: [0-9][^\s,\]}#]*)?')
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
def statements(text: str) -> tuple[Statement, ...]:
    """All headers and pairs of a valid TOML text, in order."""
    found: list[Statement] = []
    table: KeyPath = ()
    position = 0
    while True:
        body = SPACE.match(text, BLANK.match(text, position).end()).end()  # type: ignore[union-attr]
        if body >= len(text) or text[body] == '#':
            return _identified(text, found)
        first = text.rfind('\n', 0, body) + 1
        start = lead_of(text, position, max(first, position))
        if text[body] == '[':
            kind = 'array' if text.startswith('[[', body) else 'table'
            table, stop = _key(text, body + (2 if kind == 'array' else 1))
            table = _inside(found, table) if kind == 'table' else _next_item(found, table)
            position = line_end(text, stop)
            found.append(Statement(kind, table, table, start, body, position))
        else:
            key, stop = _key(text, body)
            stop = SPACE.match(text, stop + 1).end()  # type: ignore[union-attr]
            path = (*table, *key)
            node = _value(text, stop, path)
            position = line_end(text, node.value[1])
            found.append(Statement('pair', path, table, start, body, position, node))


def _inside(found: list[Statement], path: KeyPath) -> KeyPath:
    """A header's path with the current items of arrays of tables filled in."""
    result: KeyPath = ()
    for key in path:
        result = (*result, key)
        arrays = [s.path for s in found if s.kind == 'array' and s.path[:-1] == result]
        if arrays:
            result = arrays[-1]
    return result


def _next_item(found: list[Statement], path: KeyPath) -> KeyPath:
    """The path of a new item of an array of tables."""
    array = (*_inside(found, path[:-1]), path[-1])
    return (*array, f'#{sum(s.kind == "array" and s.path[:-1] == array for s in found)}')


def _identified(text: str, found: list[Statement]) -> tuple[Statement, ...]:
    """Statements whose items of arrays of tables are known by a field instead of a number."""
    names: dict[KeyPath, str] = {}
    arrays = [statement.path for statement in found if statement.kind == 'array']
    for parent in dict.fromkeys(path[:-1] for path in arrays):
        items = [path for path in arrays if path[:-1] == parent]
        keys = numbered([_item_name(text, found, path) for path in items])
        names |= dict(zip(items, keys, strict=True))

    def named(path: KeyPath) -> KeyPath:
        return tuple(names.get(path[: size + 1], key) for size, key in enumerate(path))

    return tuple(s._replace(path=named(s.path), table=named(s.table), node=s.node) for s in found)


def _item_name(text: str, found: list[Statement], path: KeyPath) -> str:
    pairs = {s.path[-1]: s.node for s in found if s.kind == 'pair' and s.path[:-1] == path and s.node is not None}
    for field_ in FIELDS:
        node = pairs.get(field_)
        if node is not None and isinstance(node.data, str):
            return list_segment(field_, node.data)
        if node is not None and node.kind is Kind.LIST:
            return list_segment(field_, text[node.value[0] + 1 : node.value[1] - 1].strip())
    return list_segment('item', path[-1][1:])


def _key(text: str, position: int) -> tuple[KeyPath, int]:
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
        position += 1


def _data(source: str) -> Any:
    return tomllib.loads(f'x = {source}\n')['x']


def _string_end(text: str, position: int) -> int:
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
    keys = array_keys([node for node in values], path)
    if keys is None:
        data = ('seq', tuple(node.data for node in values))
        return Node(path[-1], Kind.LEAF, start, start, end, (start, end), data, after=start)
    children = _placed(text, (start, end), zip(keys, values, strict=True))
    return Node(path[-1], Kind.LIST, start, start, end, (start, end), map_data(children), children, start, flow=True)


def array_keys(values: list[Node], path: KeyPath) -> tuple[str, ...] | None:
    """Segments for the items of an array, None if they have no identity."""
    if all(node.kind is Kind.LEAF and (isinstance(node.data, str) or node.data[0] != 'seq') for node in values):  # type: ignore[index]
        return string_keys([node.data if isinstance(node.data, str) else node.data[1] for node in values], path)  # type: ignore[index]
    if all(node.kind is Kind.MAP for node in values):
        return map_keys(
            [{child.key: child.data for child in node.children if isinstance(child.data, str)} for node in values]
        )
    return None


def _placed(text: str, span: tuple[int, int], items: Any) -> tuple[Node, ...]:
    """The nodes of a bracketed value, each with the comments and the comma of its line."""
    placed: list[Node] = []
    floor = span[0] + 1
    for key, node in items:
        start, end = item_span(text, floor, node.body, node.value[1], span[1] - 1)
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
        keys, stop = _key(text, position)
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


@dataclass
class _Table:
    """A logical table while it is put together; several headers and dotted pairs may speak of one."""

    key: str
    children: dict[str, _Table | Node] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)

    def below(self, key: str) -> _Table:
        """The table with a key, made if need be."""
        found = self.children.setdefault(key, _Table(key))
        if isinstance(found, Node):
            raise Malformed(f'{key!r} is a value and a table')
        return found

    def node(self) -> Node:
        """The finished node; its span is that of its first part."""
        children = tuple(child if isinstance(child, Node) else child.node() for child in self.children.values())
        start, end = self.spans[0] if self.spans else (0, 0)
        items = bool(children) and all(key.startswith('[') for key in self.children)
        kind = Kind.LIST if items else Kind.MAP
        return Node(self.key, kind, start, start, end, (start, end), map_data(children), children, start)


@functools.lru_cache(maxsize=64)
def parse_toml(text: str) -> Document:
    """The document of a TOML text; raises Malformed."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Malformed(f'not valid TOML: {error}') from error
    root = _Table('')
    for statement in statements(text):
        table = root
        for key in statement.path if statement.node is None else statement.path[:-1]:
            table = table.below(key)
            table.spans.append((statement.start, statement.end))
        if statement.node is not None:
            node = statement.node
            key = statement.path[-1]
            table.children[key] = Node(
                key,
                node.kind,
                statement.start,
                statement.body,
                statement.end,
                node.value,
                node.data,
                node.children,
                node.after,
                node.flow,
            )
    return Document(text, root.node())


class Toml(Grammar):
    """TOML documents; one logical table may stand at several places."""

    name = 'TOML'

    def parse(self, text: str) -> Document:
        return parse_toml(text)

    def shown(self, document: Document, path: KeyPath) -> str:
        parts = _parts(document.text, path)
        if parts and (len(parts) > 1 or parts[0].node is None):
            return ''.join(document.text[part.body : part.end] for part in parts).strip('\n')
        return super().shown(document, path)

    def remove(self, document: Document, path: KeyPath) -> str:
        parts = _parts(document.text, path)
        text = document.text
        if not parts:
            return remove_item(text, need(document, path[:-1]), need(document, path))
        for part in reversed(parts):
            text = cut(text, part.start, part.end)
        return text

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        mine, yours = need(document, path), need(other, path)
        if _written(mine) and _written(yours):
            return self.set_text(document, path, other.source(yours))
        without = parse_toml(self.remove(document, path))
        return self.insert(without, path, other)

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        parts = _parts(other.text, path)
        parent = document.find(path[:-1])
        if parent is not None and parent.flow:
            return self._into_flow(document, path, other)
        if not parts:
            line = f'{key_text(path[-1])} = {other.source(need(other, path))}\n'
            return _pair_in(document, path, other, (path[:-1], [('', line)]))
        if parts[0].kind == 'pair':
            chunk = [(other.text[part.start : part.body], other.text[part.body : part.end]) for part in parts]
            return _pair_in(document, path, other, (parts[0].table, chunk))
        return _table_in(document, parts, other)

    def spell(self, path: KeyPath, value: str) -> str:
        header = f'[{dotted(path[:-1])}]\n' if len(path) > 1 else ''
        return f'{header}{key_text(path[-1])} = {value}\n'

    def rename(self, document: Document, old: KeyPath, new: KeyPath) -> str:
        headers = [part for part in _parts(document.text, old) if part.kind != 'pair']
        if not headers:
            return super().rename(document, old, new)
        text = document.text
        for part in reversed(headers):
            stop = text.index(']', _key(text, part.body + (2 if part.kind == 'array' else 1))[1])
            mark = '[[' if part.kind == 'array' else '['
            names = tuple(key for key in (*new, *part.path[len(old) :]) if not key.startswith('['))
            text = text[: part.body] + mark + dotted(names) + text[stop:]
        return text

    def _into_flow(self, document: Document, path: KeyPath, other: Document) -> str:
        container, source, node = need(document, path[:-1]), need(other, path[:-1]), need(other, path)
        chunk = other.source(node)
        if container.kind is Kind.MAP:
            chunk = f'{key_text(path[-1])} = {chunk}'
        return insert_item(document.text, container, slot(container, source, path[-1]), chunk)


def slot(container: Node, source: Node, key: str) -> int:
    """Number of the item before which a new one goes: behind its neighbour above, else before the one below."""
    at = source.keys.index(key)
    for name in reversed(source.keys[:at]):
        if name in container.keys:
            return container.keys.index(name) + 1
    for name in source.keys[at + 1 :]:
        if name in container.keys:
            return container.keys.index(name)
    return len(container.children)


def _written(node: Node) -> bool:
    """Whether the node is a value behind `=` or in brackets, not a table with a header."""
    return node.kind is Kind.LEAF or node.flow


def _parts(text: str, path: KeyPath) -> list[Statement]:
    return [statement for statement in statements(text) if statement.path[: len(path)] == path]


def _pair_in(document: Document, path: KeyPath, other: Document, what: tuple[KeyPath, list[tuple[str, str]]]) -> str:
    """Put pairs (comments, line) of one table into the same table, made where it is missing."""
    table, pairs = what
    text = document.text
    here = [s for s in statements(text) if s.table == table]
    if here or not table:
        order = [s.path for s in statements(other.text) if s.table == table and s.kind == 'pair']
        position = _pair_place(text, (here, [s for s in here if s.kind == 'pair'], order), path)
        for lead, line in reversed(pairs):
            text = put(text, position, lead, line)
        return text
    inside = [
        s for s in statements(text) if s.kind == 'pair' and len(s.table) < len(table) and s.path[: len(table)] == table
    ]
    if inside:
        prefix = dotted(table[len(inside[-1].table) :])
        return splice(text, inside[-1].end, ''.join(f'{lead}{prefix}.{whole_lines(line)}' for lead, line in pairs))
    header = next((s for s in statements(other.text) if s.path == table and s.kind != 'pair'), None)
    title = other.text[header.body : header.end] if header else f'[{dotted(table)}]\n'
    chunk = ''.join(lead + whole_lines(line) for lead, line in pairs)
    return _separate(text, _table_place(text, other.text, table), whole_lines(title) + chunk.lstrip('\n'))


def _pair_place(text: str, known: tuple[list[Statement], list[Statement], list[KeyPath]], path: KeyPath) -> int:
    here, pairs, order = known
    at = next((number for number, one in enumerate(order) if one[: len(path)] == path), len(order))
    ends = {s.path: s.end for s in pairs}
    above = next((ends[one] for one in reversed(order[:at]) if one in ends), None)
    if above is not None:
        return above
    starts = {s.path: s.start for s in pairs}
    below = next((starts[one] for one in order[at + 1 :] if one in starts), None)
    if below is not None:
        return below
    if here:
        return here[-1].end
    first = next(iter(statements(text)), None)
    return first.start if first else len(text)


def _table_in(document: Document, parts: list[Statement], other: Document) -> str:
    chunk = ''.join(whole_lines(other.text[part.start : part.end]) for part in parts)
    return _separate(document.text, _table_place(document.text, other.text, parts[0].path), chunk)


def _table_place(text: str, other: str, table: KeyPath) -> int:
    """Behind the table that stands above it in `other`, else before the one below, else at the end."""
    order = list(dict.fromkeys(s.table for s in statements(other)))
    here = statements(text)
    if table in order:
        at = order.index(table)
        for near in reversed(order[:at]):
            ends = [s.end for s in here if s.table == near]
            if ends and near:
                return ends[-1]
        for near in order[at + 1 :]:
            starts = [s.start for s in here if s.table == near and s.kind != 'pair']
            if starts:
                return starts[0]
    return here[-1].end if here else len(text)


def _separate(text: str, position: int, chunk: str) -> str:
    """Put a table in with a blank line on either side."""
    before, after = text[:position], text[position:]
    chunk = chunk.strip('\n') + '\n'
    if before.strip():
        chunk = '\n' + chunk
    if after.strip() and not after.startswith('\n'):
        chunk += '\n'
    if not after.strip() and not text.endswith('\n') and text:
        chunk = chunk.rstrip('\n')
    return (before if before.endswith('\n') or not before else before + '\n') + chunk + after

"""TOML documents: one logical table may stand at several places, as headers, dotted keys or in braces."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass, field

from trueup.model import KeyPath
from trueup.text._toml_scan import Statement, dotted, key_text, read_key, statements
from trueup.text.flow import dressed_item, insert_item, remove_item, slot
from trueup.text.keys import is_item
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Malformed,
    Node,
    bounded,
    cut,
    map_data,
    need,
    put,
    splice,
    whole_lines,
)

DOTTED = re.compile(r'(?<![\w.-])(?:[\w-]+\.){100}')


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
@bounded
def read_toml(text: str) -> None:
    """Let Python's own reader have a look; raises Malformed."""
    if DOTTED.search(text):  # the time of Python's reader grows with the square of the depth
        raise Malformed('nested too deep')
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # not only its own error: a number may have too many digits
        raise Malformed(f'not valid TOML: {error}'.split('\n', maxsplit=1)[0]) from error


@functools.lru_cache(maxsize=64)
@bounded
def parse_toml(text: str) -> Document:
    """The document of a TOML text; raises Malformed."""
    read_toml(text)
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

    def check(self, text: str) -> None:
        read_toml(text)

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
            stop = text.index(']', read_key(text, part.body + (2 if part.kind == 'array' else 1))[1])
            mark = '[[' if part.kind == 'array' else '['
            names = tuple(key for key in (*new, *part.path[len(old) :]) if not key.startswith('['))
            text = text[: part.body] + mark + dotted(names) + text[stop:]
        return text

    def _into_flow(self, document: Document, path: KeyPath, other: Document) -> str:
        container, source, node = need(document, path[:-1]), need(other, path[:-1]), need(other, path)
        item = dressed_item(other.text, node)
        if container.kind is Kind.MAP:
            item = item._replace(text=f'{key_text(path[-1])} = {item.text}')
        return insert_item(document.text, container, slot(container, source, path[-1]), item)


def _written(node: Node) -> bool:
    """Whether the node is a value behind `=` or in brackets, not a table with a header."""
    return node.kind is Kind.LEAF or node.flow


def _parts(text: str, path: KeyPath) -> list[Statement]:
    return _below(text).get(path, [])


@functools.lru_cache(maxsize=8)
def _below(text: str) -> dict[KeyPath, list[Statement]]:
    """The statements at or below each path."""
    found: dict[KeyPath, list[Statement]] = {}
    for statement in statements(text):
        for size in range(len(statement.path) + 1):
            found.setdefault(statement.path[:size], []).append(statement)
    return found


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
    if any(is_item(key) for key in table):
        raise Malformed('the list item is not there')
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

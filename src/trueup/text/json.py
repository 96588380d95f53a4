"""JSON: objects and arrays in brackets, spliced like TOML's; with comments where editors allow them."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Hashable

from trueup.model import KeyPath
from trueup.text.flow import Item, insert_item, item_span, remove_item, slot
from trueup.text.identity import node_keys
from trueup.text.tree import Document, Grammar, Kind, Malformed, Node, bounded, line_start, map_data, need

REMARK = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
"""A string, or a comment as tsconfig.json and devcontainer.json have them."""
LOOSE = re.compile(r'"(?:\\.|[^"\\\n])*"|,(?=\s*[\]}])')
STEP = re.compile(r'^[ \t]+(?=\S)', re.MULTILINE)
SPACE = re.compile(r'\s*')
SCALAR = re.compile(r'"(?:\\.|[^"\\])*"|[^\s,\]}]+')


def _skip(text: str, position: int) -> int:
    return SPACE.match(text, position).end()  # type: ignore[union-attr]


def _value(whole: str, text: str, start: int, path: KeyPath) -> Node:
    """The value at a position; its node is not yet keyed. `text` is the whole without its comments."""
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
        found.append((key, body, _value(whole, text, position, (*path, key))))
        position = _skip(text, found[-1][2].value[1])
        if text[position] == ',':
            position = _skip(text, position + 1)
    return _container((whole, text), (start, position + 1), found, path)


def _container(
    texts: tuple[str, str], span: tuple[int, int], found: list[tuple[str, int, Node]], path: KeyPath
) -> Node:
    whole, text = texts
    values = [value for _, _, value in found]
    mapping = text[span[0]] == '{'
    keys = tuple(key for key, _, _ in found) if mapping else node_keys(values, path)
    if keys is None:
        data = ('seq', tuple(value.data for value in values))
        return Node('', Kind.LEAF, span[0], span[0], span[1], span, data, after=span[0])
    children: list[Node] = []
    floor = span[0] + 1
    for key, (_, body, value) in zip(keys, found, strict=True):
        start, end = item_span(whole, (body, value.value[1]), (floor, span[1] - 1), '//')
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
@bounded
def read_json(text: str) -> None:
    """Let Python's own reader have a look; raises Malformed."""
    try:
        json.loads(_bare(text), object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError) as error:
        raise Malformed(f'not valid JSON: {error}') from error


@functools.lru_cache(maxsize=64)
@bounded
def parse_json(text: str) -> Document:
    """The document of a JSON text; raises Malformed."""
    read_json(text)
    plain = _bare(text)
    return Document(text, _value(text, plain, _skip(plain, 0), ()))


@functools.lru_cache(maxsize=64)
def _bare(text: str) -> str:
    """The text, comments and the loose commas of those who write some blanked out, each character at its place."""
    if '//' not in text and '/*' not in text:
        return text
    plain = REMARK.sub(lambda found: found[0] if found[0][0] == '"' else re.sub(r'[^\n]', ' ', found[0]), text)
    if plain == text:
        return text
    return LOOSE.sub(lambda found: found[0] if found[0][0] == '"' else ' ', plain)


class Json(Grammar):
    """JSON documents."""

    name = 'JSON'
    comment = '//'

    def parse(self, text: str) -> Document:
        return parse_json(text)

    def check(self, text: str) -> None:
        read_json(text)

    def remove(self, document: Document, path: KeyPath) -> str:
        return remove_item(document.text, need(document, path[:-1]), need(document, path), self.comment)

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        mine, yours = need(document, path), need(other, path)
        return self.set_text(document, path, _moved(other, yours.value, yours.column, _dress(document, mine.body)))

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        container, source, node = need(document, path[:-1]), need(other, path[:-1]), need(other, path)
        beside = container.children[0].body if container.children else container.value[0]
        span = node.body, node.value[1]
        if container.children and _bare(document.text) != document.text and _own_line(other.text, node):
            span = node.start + len(_lead(other.text, node.body)), node.value[1]
        chunk = _moved(other, span, node.column, _dress(document, beside))
        return insert_item(document.text, container, slot(container, source, path[-1]), Item(chunk), self.comment)

    def spell(self, path: KeyPath, value: str) -> str:
        for key in reversed(path):
            value = f'{{{json.dumps(key)}: {value}}}'
        return value


def _moved(other: Document, span: tuple[int, int], column: int, mine: tuple[str, str]) -> str:
    """A run of another document, its further lines in the indentation of ours: that of its line, and one step."""
    first, *rest = other.text[slice(*span)].split('\n')
    lead, step = mine
    found = STEP.search(other.text)
    wide = len(found[0]) if found else len(step)
    moved = [first]
    for line in rest:
        depth, odd = divmod(max(0, len(line) - len(line.lstrip(' \t')) - column), wide)
        moved.append(lead + step * depth + ' ' * odd + line.lstrip(' \t'))
    return '\n'.join(moved)


def _dress(document: Document, position: int) -> tuple[str, str]:
    """What the line of a position begins with, and one step of indentation."""
    step = STEP.search(document.text)
    return _lead(document.text, position), step[0] if step else '  '


def _lead(text: str, position: int) -> str:
    found = re.match(r'[ \t]*', text[line_start(text, position) : position])
    return found[0] if found else ''


def _own_line(text: str, node: Node) -> bool:
    return node.start == line_start(text, node.start) and not text[line_start(text, node.body) : node.body].strip()

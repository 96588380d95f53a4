"""The keyed tree of a YAML text, built from PyYAML's events and their positions."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

import yaml

from trueup.model import KeyPath
from trueup.text.flow import item_span
from trueup.text.identity import ORDERED, node_keys
from trueup.text.keys import list_segment
from trueup.text.tree import Document, Kind, Malformed, Node, bounded, lead_of, line_end, line_start, map_data, numbered

PROPERTIES = re.compile(r'(?:[&!]\S*[ \t]*)+')
LOADER: Any = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
SKIP = re.compile(r'(?:\s|#[^\n]*\n?|[&!][^\s,\[\]{}]*)*')
RESOLVER: Any = yaml.resolver.Resolver()


class _Value(NamedTuple):
    """A parsed value before its entry is known; `end` is where its last character stands."""

    kind: Kind
    start: int
    end: int
    data: Hashable
    children: tuple[Node, ...] = ()
    flow: bool = False
    ordered: bool = False

    @property
    def fields(self) -> Mapping[str, str]:
        """The plain strings among the children, by key."""
        return {node.key: node.data for node in self.children if isinstance(node.data, str)}


def events(text: str) -> list[Any]:
    """The events of a text; raises Malformed where it is not YAML."""
    try:
        return list(yaml.parse(text, Loader=LOADER))
    except yaml.YAMLError as error:
        raise Malformed(_problem(error)) from error
    except ValueError as error:
        raise Malformed(f'not valid YAML: {error}'.split('\n', maxsplit=1)[0]) from error


class _Builder:
    """One walk over the events of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.events = events(text)
        self.at = 0

    def next(self) -> Any:
        """The next event."""
        self.at += 1
        return self.events[self.at - 1]

    def peek(self) -> Any:
        """The event to come."""
        return self.events[self.at]

    def documents(self) -> list[tuple[int, _Value]]:
        """Where each document begins (at its `---`), and its value."""
        found = []
        self.next()
        while not isinstance(self.peek(), yaml.StreamEndEvent):
            start = self.next()
            head = start.start_mark.index if start.explicit else 0
            found.append((head, self.value(start.end_mark.index, ())))
            self.next()
        return found

    def value(self, floor: int, path: KeyPath) -> _Value:
        """The value at the next event; `floor` is behind what introduces it."""
        event = self.next()
        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.AliasEvent):
            return _Value(Kind.LEAF, start, end, ('alias', event.anchor))
        if isinstance(event, yaml.ScalarEvent):
            if event.style in ('|', '>'):
                end = start + len(self.text[start:end].rstrip())
            empty = start == end
            return _Value(Kind.LEAF, floor if empty else start, floor if empty else end, _scalar(event))
        if event.flow_style:
            return self.flow(event, path)
        properties = PROPERTIES.match(self.text, start) if event.anchor or event.tag else None
        floor = max(floor, properties.end()) if properties else floor
        return (
            self.mapping(floor, start, path)
            if isinstance(event, yaml.MappingStartEvent)
            else self.sequence(floor, start, path)
        )

    def key(self) -> Any:
        """The key of an entry; only plain and quoted ones are known."""
        event = self.next()
        if not isinstance(event, yaml.ScalarEvent):
            raise Malformed(f'line {event.start_mark.line + 1}: a key that is not a plain value')
        return event

    def mapping(self, floor: int, start: int, path: KeyPath) -> _Value:
        """A block mapping."""
        children: list[Node] = []
        end = floor
        while not isinstance(self.peek(), yaml.MappingEndEvent):
            key = self.key()
            body = key.start_mark.index
            after = self.text.index(':', key.end_mark.index) + 1
            value = self.value(after, (*path, key.value))
            node = self.entry(key.value, value, (floor, body, after))
            children.append(node)
            floor, end = node.end, value.end
        self.next()
        _unique([node.key for node in children])
        return _Value(Kind.MAP, start, end, map_data(children), tuple(children))

    def sequence(self, floor: int, start: int, path: KeyPath) -> _Value:
        """A block sequence."""
        found: list[tuple[_Value, tuple[int, int, int]]] = []
        end = floor
        while not isinstance(self.peek(), yaml.SequenceEndEvent):
            body = SKIP.match(self.text, floor).end()  # type: ignore[union-attr]
            if not self.text.startswith('-', body):
                raise Malformed(f'no list item at character {body}')
            value = self.value(body + 1, (*path, ''))
            found.append((value, (floor, body, body + 1)))
            end = value.end
            floor = max(line_end(self.text, end), body + 1)
        self.next()
        keys = node_keys([value for value, _ in found], path)
        names = keys or tuple(list_segment('item', str(number)) for number in range(len(found)))
        children = tuple(self.entry(name, value, at) for name, (value, at) in zip(names, found, strict=True))
        if keys is None:
            first = children[0].body if children else start
            return _Value(Kind.LEAF, first, end, ('seq', tuple(node.data for node in children)))
        ordered = _ordered(path, children)
        return _Value(Kind.LIST, start, end, _list_data(children, ordered), children, ordered=ordered)

    def flow(self, event: Any, path: KeyPath) -> _Value:
        """A mapping or a sequence in brackets."""
        mapping = isinstance(event, yaml.MappingStartEvent)
        close = yaml.MappingEndEvent if mapping else yaml.SequenceEndEvent
        start = event.start_mark.index
        bracket = self.text.index('{' if mapping else '[', start)
        found: list[tuple[str, int, _Value]] = []
        while not isinstance(self.peek(), close):
            key = self.key() if mapping else None
            after = self.behind_colon(key) if key else 0
            value = self.value(after, (*path, key.value if key else ''))
            found.append((key.value if key else '', key.start_mark.index if key else value.start, value))
        end = self.next().end_mark.index
        values = [value for _, _, value in found]
        keys = tuple(key for key, _, _ in found) if mapping else node_keys(values, path)
        if mapping:
            _unique(list(keys or ()))
        if keys is None:
            return _Value(Kind.LEAF, start, end, ('seq', tuple(value.data for value in values)))
        children = []
        floor = bracket + 1
        for key, (_, body, value) in zip(keys, found, strict=True):
            low, high = item_span(self.text, (body, value.end), (floor, end - 1))
            children.append(_node(key, value, (low, body, value.start, high), self.text))
            floor = high
        kind = Kind.MAP if mapping else Kind.LIST
        ordered = not mapping and _ordered(path, children)
        # The value of a node in brackets starts at its bracket, or else items could not be put in.
        return _Value(kind, bracket, end, _list_data(children, ordered), tuple(children), True, ordered)

    def behind_colon(self, key: Any) -> int:
        """Position behind the colon of a key in brackets (a key alone has none)."""
        end = int(key.end_mark.index)
        rest = self.text[end : end + 80].lstrip()
        return self.text.index(':', end) + 1 if rest.startswith(':') else end

    def entry(self, key: str, value: _Value, at: tuple[int, int, int]) -> Node:
        """An entry of a block collection with the comments above it."""
        floor, body, after = at
        line = line_start(self.text, body)
        start = body
        if line >= floor and not self.text[line:body].strip():
            start = lead_of(self.text, floor, line, column=body - line)
            if not floor:
                start = self.text.rfind('\n\n', 0, line) + 2 if '\n\n' in self.text[:line] else line
        end = line_end(self.text, max(value.end, after))
        return _node(key, value, (start, body, after, end), self.text)


def _node(key: str, value: _Value, at: tuple[int, int, int, int], text: str) -> Node:
    start, body, after, end = at
    span = (value.start, value.end)
    column = body - line_start(text, body)
    return Node(
        key, value.kind, start, body, end, span, value.data, value.children, after, value.flow, column, value.ordered
    )


def _scalar(event: Any) -> Hashable:
    if event.tag:
        return (event.tag, event.value)
    tag = str(RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)).rpartition(':')[2]
    if tag == 'str':
        return str(event.value)
    if tag == 'bool':
        return (tag, 'true' if event.value.lower() in ('yes', 'on', 'true') else 'false')
    return (tag, event.value.lower() if tag == 'null' else event.value)


def _unique(keys: list[str]) -> None:
    if len(set(keys)) == len(keys):
        return
    twice = next((key for key, number in Counter(keys).items() if number > 1 and key != '<<'), None)
    if twice is not None:
        raise Malformed(f'the key {twice!r} stands twice')


def _list_data(children: Any, ordered: bool) -> Hashable:
    return ('seq', tuple(node.data for node in children)) if ordered else map_data(children)


def _ordered(path: KeyPath, children: Any) -> bool:
    """Whether a list is a command line: positional words make its order count."""
    if path and path[-1] in ORDERED:
        return True
    return (
        bool(path)
        and path[-1] == 'args'
        and any(not str(node.data).startswith('-') for node in children if node.kind is Kind.LEAF)
    )


@functools.lru_cache(maxsize=64)
@bounded
def parse_yaml(text: str, *, many: bool = False) -> Document:
    """The document of a YAML text; `many`: as one of several even if it is alone; raises Malformed."""
    try:
        builder = _Builder(text)
        found = builder.documents()
    except (ValueError, IndexError, RecursionError) as error:
        raise Malformed(f'not valid YAML: not understood: {error}'.split('\n', maxsplit=1)[0]) from error
    if len(found) == 1 and not many:
        value = found[0][1]
        root = Node('', value.kind, 0, 0, len(text), (0, len(text)), value.data, value.children, 0, value.flow)
        if value.flow:
            root = _node('', value, (0, 0, 0, len(text)), text)
        return Document(text, root)
    found = [(head, value) for head, value in found if value.data != ('null', '')]
    if any(value.kind is not Kind.MAP or value.flow for _, value in found):
        raise Malformed('several documents, not all of them mappings')
    names = numbered([list_segment('document', known_as(value) or str(at)) for at, (_, value) in enumerate(found)])
    nodes = tuple(
        _node(name, value, (head, value.start, value.start, _last(value)), text)
        for name, (head, value) in zip(names, found, strict=True)
    )
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(nodes), nodes))


def known_as(value: _Value) -> str:
    """Kind and name of an object of Kubernetes; '' where a document has none."""
    metadata = next((node for node in value.children if node.key == 'metadata'), None)
    names = metadata.fields if metadata is not None else {}
    parts = [value.fields.get('kind'), names.get('namespace'), names.get('name')]
    return '/'.join(part for part in parts if part) if parts[0] and parts[2] else ''


def _last(value: _Value) -> int:
    return max(value.end, value.children[-1].end) if value.children else value.end


def _problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, 'problem_mark', None)
    where = f'line {mark.line + 1}: ' if mark is not None else ''
    return f'not valid YAML: {where}{getattr(error, "problem", None) or error}'.split('\n')[0]

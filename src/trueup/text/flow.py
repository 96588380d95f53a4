"""Lists and tables in brackets: an item put in or taken out with its comma, its comment and its line."""

from __future__ import annotations

from typing import NamedTuple

from trueup.text.tree import Node, line_end, line_start


class Item(NamedTuple):
    """A new item: its own text, the comment lines above it, and the comment behind its comma."""

    text: str
    above: tuple[str, ...] = ()
    behind: str = ''

    def on_lines(self, indent: str, comma: str) -> str:
        """The item on a line of its own, with its comments."""
        behind = f'  {self.behind}' if self.behind else ''
        return ''.join(f'{indent}{line}\n' for line in self.above) + f'{indent}{self.text}{comma}{behind}\n'


def dressed_item(text: str, item: Node, comment: str = '#') -> Item:
    """An item with the comments that stand on its lines."""
    own = text[item.value[0] : item.value[1]]
    if not item.start < item.body or item.end < item.value[1]:
        return Item(own)
    above = tuple(line.strip() for line in text[item.start : item.body].split('\n') if line.strip())
    behind = text[item.value[1] : item.end].strip().removeprefix(',').strip()
    return Item(own, above, behind if behind.startswith(comment) and '\n' not in behind else '')


def remove_item(text: str, container: Node, item: Node, comment: str = '#') -> str:
    """The text without an item of a bracketed container."""
    items = container.children
    at = items.index(item)
    if _own_line(text, container, item):
        start, end = item.start, item.end
        if at == len(items) - 1 and at and not _comma_behind(text, item, container, comment):
            comma = _comma_at(text, items[at - 1].value[1], start, comment)
            if comma >= 0:
                return text[:comma] + text[comma + 1 : start] + text[end:]
        return text[:start] + text[end:]
    if at + 1 < len(items):
        return text[: item.body] + text[items[at + 1].body :]
    if at:
        return text[: items[at - 1].value[1]] + text[item.value[1] :]
    return text[: container.value[0] + 1] + text[container.value[1] - 1 :]


def insert_item(text: str, container: Node, at: int, item: Item, comment: str = '#') -> str:
    """The text with an item put in before the item number `at` (the length: at the end).

    Its comments come along where each item has a line of its own; a heading that stands there already is not repeated.
    """
    items, chunk = container.children, item.text
    if not items:
        inner = text[container.value[0] + 1 : container.value[1] - 1]
        pad = ' ' if text[container.value[0]] == '{' else ''
        keep = inner if inner.strip() else ''
        return text[: container.value[0] + 1] + keep + pad + chunk + pad + text[container.value[1] - 1 :]
    if '\n' in text[container.value[0] : items[0].body]:
        known = {line.strip() for line in text[container.value[0] : container.value[1]].split('\n')}
        item = item._replace(above=tuple(line for line in item.above if line not in known))
        return _insert_line(text, container, at, item, comment)
    if at < len(items):
        position = items[at].body
        return text[:position] + chunk + ', ' + text[position:]
    position = items[-1].value[1]
    return text[:position] + ', ' + chunk + text[position:]


def _insert_line(text: str, container: Node, at: int, item: Item, comment: str) -> str:
    items, chunk = container.children, item.text
    indent = text[line_start(text, items[0].body) : items[0].body]
    if at < len(items):
        position = items[at].start if _own_line(text, container, items[at]) else items[at].body
        if position == items[at].start:
            return text[:position] + item.on_lines(indent, ',') + text[position:]
        return text[:position] + chunk + ', ' + text[position:]
    last = items[-1]
    comma = _comma_at(text, last.value[1], container.value[1], comment)
    tail, close = ',', container.value[1] - 1
    if comma < 0:
        text = text[: last.value[1]] + ',' + text[last.value[1] :]
        tail, close = '', container.value[1]
    position = min(line_end(text, last.value[1]), close)
    if '\n' not in text[last.value[1] : position]:
        return text[: last.value[1] + 1] + ' ' + chunk + tail + text[last.value[1] + 1 :]
    return text[:position] + item.on_lines(indent, tail) + text[position:]


def item_span(text: str, item: tuple[int, int], room: tuple[int, int], comment: str = '#') -> tuple[int, int]:
    """From where to where an item on lines of its own reaches: comments above, comma and comment behind.

    `item` is the item's own text, `room` what is free for it: from behind the item above to the closing bracket.
    """
    (body, end), (floor, close) = item, room
    first = line_start(text, body)
    if first < floor or text[first:body].strip():
        return body, end
    start = first
    while start > floor:
        above = line_start(text, start - 1)
        content = text[above:start].strip()
        if above < floor or not content.startswith(comment):
            break
        start = above
    comma = _comma_at(text, end, close, comment)
    stop = min(line_end(text, comma + 1 if comma >= 0 else end), close)
    rest = text[comma + 1 if comma >= 0 else end : stop].strip()
    if (rest and not rest.startswith(comment)) or not text[:stop].endswith('\n'):
        return body, end
    return start, stop


def _own_line(text: str, container: Node, item: Node) -> bool:
    return container.value[0] < item.start < item.body and text[item.start - 1] == '\n'


def _comma_behind(text: str, item: Node, container: Node, comment: str) -> bool:
    return _comma_at(text, item.value[1], container.value[1], comment) >= 0


def _comma_at(text: str, start: int, stop: int, comment: str) -> int:
    position = start
    while position < stop:
        if text[position] == ',':
            return position
        if comment and text.startswith(comment, position):
            position = line_end(text, position)
        elif text[position].isspace():
            position += 1
        else:
            return -1
    return -1


def slot(container: Node, source: Node, key: str) -> int:
    """Number of the item before which a new one goes: behind its neighbour above, else before the one below."""
    order = source.keys
    at = order.index(key)
    for name in reversed(order[:at]):
        if container.child(name) is not None:
            return container.keys.index(name) + 1
    for name in order[at + 1 :]:
        if container.child(name) is not None:
            return container.keys.index(name)
    return len(container.children)

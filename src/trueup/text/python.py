"""Python modules by top-level name, positions from `ast`; imports are sets of names."""

from __future__ import annotations

import ast
import functools
import itertools
import re
import warnings
from collections import Counter
from collections.abc import Hashable

from trueup.model import KeyPath
from trueup.text.flow import dressed_item, insert_item, item_span, remove_item, slot
from trueup.text.keys import list_segment
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Malformed,
    Node,
    bounded,
    lead_of,
    line_end,
    map_data,
    need,
    numbered,
    place,
    put,
)

SCRIPT_KEY = '# /// script'
HEADS = (SCRIPT_KEY, '__doc__')
HEAD = re.compile(r'(?:#!.*\n)?(?:#.*coding[:=].*\n)?')
SCRIPT = re.compile(r'^# /// script[ \t]*\n(?:#(?: [^\n]*)?\n)*?# ///[ \t]*\n', re.MULTILINE)


def _offsets(text: str) -> list[int]:
    """Position of the start of each line, as `ast` counts lines (form feeds end none)."""
    starts = [0]
    while (end := line_end(text, starts[-1])) < len(text):
        starts.append(end)
    return starts


class _Positions:
    """Turns the lines and UTF-8 columns of `ast` into positions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = _offsets(text)

    def at(self, line: int, column: int) -> int:
        """The position of a line (from 1) and a column in bytes."""
        start = self.starts[line - 1]
        row = self.text[start : line_end(self.text, start)]
        return start + (column if row.isascii() else len(row.encode()[:column].decode()))

    def span(self, node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int]:
        """From where to where a node reaches."""
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno or 0, node.end_col_offset or 0)

    def rows(self, node: ast.stmt) -> tuple[int, int]:
        """The whole lines of a statement, decorators included."""
        decorators = getattr(node, 'decorator_list', [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        return self.starts[first - 1], line_end(self.text, self.starts[(node.end_lineno or first) - 1])


def _name(node: ast.stmt, text: str, number: int) -> str:
    """By what a statement is known."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return node.name
    if isinstance(node, ast.Import):
        return 'import ' + ', '.join(_alias(alias) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return f'from {"." * node.level}{node.module or ""}'
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return ast.unparse(node.targets[0])
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    if number == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return '__doc__'
    return text.strip().split('\n')[0]


def _callee(node: ast.stmt) -> str:
    """What a statement that is only a call calls; '' for any other statement."""
    called = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    return ast.unparse(called) if isinstance(called, (ast.Name, ast.Attribute)) else ''


def _script(text: str, stop: int) -> list[Node]:
    """The block of PEP 723 above the first statement: what runs the module as a script reads it."""
    found = SCRIPT.search(text, 0, stop)
    if found is None:
        return []
    start, end = found.span()
    return [Node(SCRIPT_KEY, Kind.LEAF, start, start, end, (start, end - 1), found[0].rstrip(), after=start)]


def _alias(alias: ast.alias) -> str:
    return f'{alias.name} as {alias.asname}' if alias.asname else alias.name


def _names(positions: _Positions, node: ast.ImportFrom, at: tuple[str, int, int, int]) -> Node:
    """A `from` import: the set of its names."""
    key, lead, body, end = at
    text = positions.text
    spans = [positions.span(alias) for alias in node.names]
    stop = positions.span(node)[1]
    bracket = text.rfind('(', body, spans[0][0])
    value = (bracket, stop) if bracket >= 0 else (spans[0][0], spans[-1][1])
    children = []
    floor = value[0] + 1
    for alias, span in zip(node.names, spans, strict=True):
        low, high = item_span(text, span, (floor, stop - 1)) if bracket >= 0 else span
        floor = high
        data = _alias(alias)
        children.append(Node(list_segment('', data), Kind.LEAF, low, span[0], high, span, data, after=span[0]))
    return Node(key, Kind.LIST, lead, body, end, value, map_data(children), tuple(children), body, flow=True)


@functools.lru_cache(maxsize=64)
@bounded
def parse_python(text: str) -> Document:
    """The document of a module; raises Malformed."""
    if '\r' in text:
        raise Malformed('a carriage return alone ends a line here')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Malformed(f'not valid Python: {error}'.split('\n', maxsplit=1)[0]) from error
    positions = _Positions(text)
    rows = [positions.rows(node) for node in tree.body]
    calls = Counter(filter(None, map(_callee, tree.body)))
    keys = numbered(
        [
            f'{_callee(node)}()' if calls[_callee(node)] == 1 else _name(node, text[start:end], number)
            for number, (node, (start, end)) in enumerate(zip(tree.body, rows))
        ]
    )
    nodes: list[Node] = _script(text, rows[0][0] if rows else len(text))
    floor = nodes[-1].end if nodes else 0
    for key, node, (body, end) in zip(keys, tree.body, rows, strict=True):
        if body < floor:
            raise Malformed(f'line {node.lineno}: two statements on one line')
        lead = lead_of(text, floor, body) if nodes else body
        floor = end
        if isinstance(node, ast.ImportFrom):
            nodes.append(_names(positions, node, (key, lead, body, end)))
            continue
        data: Hashable = text[body:end].rstrip()
        nodes.append(Node(key, Kind.LEAF, lead, body, end, (body, body + len(str(data))), data, after=body))
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(nodes), tuple(nodes)))


class Python(Grammar):
    """Python modules."""

    name = 'Python'
    spoken = True

    def parse(self, text: str) -> Document:
        return parse_python(text)

    def shown(self, document: Document, path: KeyPath) -> str:
        node = need(document, path)
        return document.text[node.body : node.end].rstrip('\n') if len(path) == 1 else document.source(node)

    def remove(self, document: Document, path: KeyPath) -> str:
        if len(path) == 1:
            return super().remove(document, path)
        parent = need(document, path[:-1])
        if len(parent.children) == 1:
            return super().remove(document, path[:-1])
        return remove_item(document.text, parent, need(document, path))

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        if len(path) > 1:
            return self.set_text(document, path, other.source(need(other, path)))
        return super().replace(document, path, other)

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        node = need(other, path)
        if len(path) > 1:
            parent = need(document, path[:-1])
            at = _name_slot(parent, need(other, path[:-1]), path[-1])
            return insert_item(document.text, parent, at, dressed_item(other.text, node))
        position = place(document.root, other.root, path[0])
        lead = other.text[node.start : node.body]
        if path[0] in (SCRIPT_KEY, '__doc__'):
            position = _head(document, path[0])
        elif not _shares(document, other, path[0]):
            position = _strange_place(document, path[0])
            before = document.text[:position].rstrip('\n').rpartition('\n')[2]
            lead = f'\n\n{lead.lstrip()}' if before[:1].isspace() else lead
        if _is_import(path[0]):
            position = _import_place(document, path[0], position)
        return put(document.text, position, lead, other.text[node.body : node.end])


def _head(document: Document, key: str) -> int:
    """Where a script block (below `#!` and encoding lines) or a docstring (above the first statement) has to stand."""
    if key == SCRIPT_KEY:
        found = HEAD.match(document.text)
        return found.end() if found else 0
    others = [node for node in document.root.children if node.key != SCRIPT_KEY]
    return others[0].start if others else document.root.end


def _is_import(key: str) -> bool:
    return key.startswith(('import ', 'from '))


def _shares(document: Document, other: Document, key: str) -> bool:
    """Whether the other module has a neighbour of the same sort that is here too, beside which a statement may go."""
    alike = [name for name in other.root.keys if _is_import(name) == _is_import(key) and name not in HEADS]
    return any(name in document.root.keys for name in alike)


def _strange_place(document: Document, key: str) -> int:
    """Where a statement goes in a module that has nothing in common: behind the imports, or at the end."""
    nodes = document.root.children
    if not nodes:
        return document.root.end
    if not _is_import(key):
        return nodes[-1].end
    block = list(itertools.takewhile(lambda node: _is_import(node.key) or node.key in HEADS, nodes))
    return block[-1].end if block else nodes[0].start


def _name_slot(parent: Node, source: Node, key: str) -> int:
    """Where a name goes: in order where the names are in order, else beside its neighbours."""
    keys = [name.casefold() for name in parent.keys]
    if keys == sorted(keys):
        return sum(name < key.casefold() for name in keys)
    return slot(parent, source, key)


def _import_place(document: Document, key: str, position: int) -> int:
    """Further down in its block of imports, where those stand in order."""
    for node in document.root.children:
        apart = document.text[node.start : node.body].startswith('\n')
        if node.start == position and not apart and node.key.split(' ')[0] == key.split(' ')[0]:
            if node.key.casefold() < key.casefold():
                position = node.end
    return position

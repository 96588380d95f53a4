"""Pure reading of Python sources by `ast`: imports, calls, constants. Nothing is ever executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

UNKNOWN = object()
IMPORT_LINE = re.compile(r'^\s*(?:from\s+(?P<source>[\w.]+)\s+import\s+(?P<names>.+)|import\s+(?P<plain>[\w., ]+))')


class Import(NamedTuple):
    """One imported name: `from source import name` (name '' for a plain import); guarded = may fail without harm."""

    source: str
    name: str
    line: int
    guarded: bool = False

    @property
    def top(self) -> str:
        """First segment of what is imported; empty for a relative import."""
        return self.source.partition('.')[0]


@dataclass(frozen=True)
class Module:
    """One Python file; `tree` is None when it doesn't parse."""

    path: str
    text: str
    tree: ast.Module | None
    error: str = ''
    error_line: int = 0

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the tree: the walk costs more than the parsing, so it is done once."""
        return tuple(ast.walk(self.tree)) if self.tree else ()

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """All imports of the file; read line by line when it doesn't parse."""
        if self.tree is None:
            return tuple(_imports_of_lines(self.text))
        return tuple(_imports_of_nodes(self.nodes))

    @cached_property
    def calls(self) -> tuple[tuple[str, ast.Call], ...]:
        """All calls with the dotted name of what is called (`uvicorn.run`)."""
        found = ((dotted(node.func), node) for node in self.nodes if isinstance(node, ast.Call))
        return tuple((name, node) for name, node in found if name)

    @cached_property
    def constants(self) -> Mapping[str, tuple[Any, int]]:
        """Module-level names whose value can be read without running anything, with their lines."""
        found: dict[str, tuple[Any, int]] = {}
        for target, value, line in _assignments(self.tree):
            known = evaluate(value, {name: item[0] for name, item in found.items()})
            if known is not UNKNOWN:
                found[target] = (known, line)
        return found

    @cached_property
    def main_line(self) -> int:
        """Line of `if __name__ == '__main__'`, 0 if there is none."""
        body = self.tree.body if self.tree else []
        tests = ((node.lineno, node.test) for node in body if isinstance(node, ast.If))
        return next((line for line, test in tests if '__name__' in ast.dump(test)), 0)


def parse_module(path: str, text: str) -> Module:
    """A Python text as a module."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return Module(path, text, ast.parse(text))
    except SyntaxError as error:
        return Module(path, text, None, error.msg or 'syntax error', error.lineno or 0)
    except (ValueError, RecursionError, MemoryError) as error:
        return Module(path, text, None, str(error) or 'too deeply nested')


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or attribute chain, empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return '.'.join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ''


def evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a literal expression, with known names and `+` of strings or lists; UNKNOWN if it must be run."""
    try:
        return _evaluate(node, names)
    except RecursionError:
        return UNKNOWN


def _evaluate(node: ast.expr, names: Mapping[str, Any]) -> Any:  # pylint: disable=too-many-return-statements
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names.get(node.id, UNKNOWN)
        case ast.List() | ast.Tuple() | ast.Set():
            items = [_evaluate(item, names) for item in node.elts]
            return UNKNOWN if any(item is UNKNOWN for item in items) else items
        case ast.Dict():
            return _evaluate_dict(node, names)
        case ast.BinOp(op=ast.Add()):
            left, right = _evaluate(node.left, names), _evaluate(node.right, names)
            same = type(left) is type(right) and isinstance(left, str | list)
            return left + right if same else UNKNOWN
        case ast.Call() if isinstance(node.func, ast.Attribute) and node.func.attr == 'strip' and not node.args:
            inner = _evaluate(node.func.value, names)
            return inner.strip() if isinstance(inner, str) else UNKNOWN
        case _:
            return UNKNOWN


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The node given for a keyword argument."""
    return next((item.value for item in call.keywords if item.arg == name), None)


def arguments(module: Module, called: str, name: str) -> Iterator[tuple[str, int]]:
    """Strings given for a keyword in calls of `called` (`FastAPI` is `fastapi.FastAPI` too), with their lines."""
    names = {key: value for key, (value, _) in module.constants.items()}
    for function, call in module.calls:
        given = keyword(call, name) if function.split('.')[-1] == called else None
        value = evaluate(given, names) if given else None
        if isinstance(value, str) and value.strip():
            yield value.strip(), call.lineno


def _evaluate_dict(node: ast.Dict, names: Mapping[str, Any]) -> Any:
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        known = _evaluate(key, names) if key else UNKNOWN
        if not isinstance(known, str):
            return UNKNOWN
        found[known] = _evaluate(value, names)
    return UNKNOWN if any(value is UNKNOWN for value in found.values()) else found


def _assignments(tree: ast.Module | None) -> Iterator[tuple[str, ast.expr, int]]:
    for node in _unguarded(tree.body) if tree else ():
        if isinstance(node, ast.Assign):
            names = (target.id for target in node.targets if isinstance(target, ast.Name))
            yield from ((name, node.value, node.lineno) for name in names)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value, node.lineno


def _unguarded(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements with those that a `try` runs first in its place."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from node.body
        else:
            yield node


def _imports_of_nodes(nodes: Sequence[ast.AST]) -> Iterator[Import]:
    guarded = {id(inner) for node in nodes for inner in _guarded(node)}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, '', node.lineno, id(node) in guarded)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import('' if node.level else node.module or '', alias.name, node.lineno, id(node) in guarded)


def _guarded(node: ast.AST) -> list[ast.stmt]:
    """Statements of a `try: import` and of an `if` that asks for a version or is for type checkers only."""
    if isinstance(node, ast.Try):
        return [*node.body, *(statement for handler in node.handlers for statement in handler.body)]
    if isinstance(node, ast.If) and any(word in ast.dump(node.test) for word in ('version_info', 'TYPE_CHECKING')):
        return [*node.body, *node.orelse]
    return []


def _imports_of_lines(text: str) -> Iterator[Import]:
    for number, line in enumerate(text.splitlines(), 1):
        if found := IMPORT_LINE.match(line):
            yield from (Import(name, '', number) for name in _words(found['plain']))
            yield from (Import(found['source'], name, number) for name in _words(found['names']))


def _words(listed: str | None) -> list[str]:
    """First word of each item of `a as b, c`."""
    return [item.split()[0] for item in (listed or '').strip('() ').split(',') if item.strip()]

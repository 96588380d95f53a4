"""Places in one Python file that add a startup or shutdown handler to something."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from trueup.migrations._sources import Function, Source
from trueup.model import Evidence

KINDS = {'startup': 'startup', 'shutdown': 'shutdown', 'on_startup': 'startup', 'on_shutdown': 'shutdown'}
Parents = Mapping[ast.AST, ast.AST]


class Site(NamedTuple):
    """One place: `statement` is what stands there, `handler` what is added (None: the decorated def itself).

    `receiver` is the app (None where it has no name), `kind` startup, shutdown or '' for any other word.
    """

    source: Source
    line: int
    kind: str
    statement: ast.stmt
    handler: ast.expr | None
    receiver: ast.expr | None

    @property
    def evidence(self) -> Evidence:
        """Where it is."""
        return Evidence(self.source.path, self.line)


def sites(source: Source, parents: Parents) -> Iterator[tuple[Site, ast.AST | None]]:
    """All places in the order of the code, with the attribute that was read for it."""
    for node in source.nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _decorators(source, node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from _calls(source, node, node.value)
        elif isinstance(node, ast.Call):
            yield from ((site, None) for site in _listed(source, node, parents))


def parents_of(source: Source) -> dict[ast.AST, ast.AST]:
    """The node around each node."""
    return {child: node for node in source.nodes for child in ast.iter_child_nodes(node)}


def enclosing(node: ast.AST, parents: Parents) -> list[Function]:
    """Functions around a node, the nearest first; a def is not inside of itself."""
    found: list[Function] = []
    above = parents.get(node)
    while above is not None:
        if isinstance(above, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(above)
        above = parents.get(above)
    return found


def _decorators(source: Source, function: Function) -> Iterator[tuple[Site, ast.AST]]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
            if decorator.func.attr == 'on_event':
                receiver = decorator.func.value
                kind = _word(decorator)
                yield Site(source, decorator.lineno, kind, function, None, receiver), decorator.func


def _calls(source: Source, statement: ast.Expr, call: ast.Call) -> Iterator[tuple[Site, ast.AST]]:
    if isinstance(call.func, ast.Attribute) and call.func.attr == 'add_event_handler':
        named = {keyword.arg: keyword.value for keyword in call.keywords}
        handler = call.args[1] if len(call.args) > 1 else named.get('func')
        kind = _word(call) if handler is not None else ''
        yield Site(source, call.lineno, kind, statement, handler, call.func.value), call.func


def _listed(source: Source, call: ast.Call, parents: Parents) -> Iterator[Site]:
    given = [keyword for keyword in call.keywords if keyword.arg in ('on_startup', 'on_shutdown')]
    if not given:
        return
    statement: ast.AST = call
    while not isinstance(statement, ast.stmt):
        statement = parents[statement]
    receiver = None
    if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is call:
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        receiver = targets[0] if len(targets) == 1 else None
    for keyword in given:
        kind = KINDS[str(keyword.arg)]
        listed = isinstance(keyword.value, (ast.List, ast.Tuple))
        handlers = keyword.value.elts if isinstance(keyword.value, (ast.List, ast.Tuple)) else []
        for handler in handlers or [keyword.value]:
            known = kind if listed and handlers else ''
            yield Site(source, handler.lineno, known, statement, handler, receiver)


def _word(call: ast.Call) -> str:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    word = call.args[0] if call.args else named.get('event_type')
    return KINDS.get(str(word.value), '') if isinstance(word, ast.Constant) else ''

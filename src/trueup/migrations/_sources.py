"""What a name in a service's Python code stands for, read by `ast` across its modules; nothing is ever executed."""

from __future__ import annotations

import ast
import functools
import posixpath
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from trueup.repo import Repo

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = ('body', 'orelse', 'finalbody', 'handlers', 'cases')
DEEPEST = 6
"""Re-exports that are followed."""


class Definition(NamedTuple):
    """What a name was bound to, and the file where: a def, a class, an assigned value, or a whole module."""

    source: Source
    node: ast.AST


@dataclass(frozen=True)
class Source:
    """One Python file that can be read."""

    path: str
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes, walked once."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def imports(self) -> dict[str, str]:
        """Names that imports bind, wherever they stand, with the dotted origin; a relative one starts at the root."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for name in node.names:
                    found[name.asname or name.name.partition('.')[0]] = (
                        name.name if name.asname else name.name.partition('.')[0]
                    )
            elif isinstance(node, ast.ImportFrom):
                module = self._absolute(node)
                found |= {name.asname or name.name: f'{module}.{name.name}' for name in node.names}
        return found

    @cached_property
    def bound(self) -> dict[str, list[ast.AST]]:
        """What is bound at the top of the module."""
        return bindings(self.tree.body)

    def origin(self, expression: ast.AST) -> str:
        """The dotted origin of a name or attribute that comes from an import, '' for any other."""
        parts: list[str] = []
        while isinstance(expression, ast.Attribute):
            parts.insert(0, expression.attr)
            expression = expression.value
        if not isinstance(expression, ast.Name) or expression.id not in self.imports:
            return ''
        return '.'.join([self.imports[expression.id], *parts])

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ''
        folder = self.path
        for _ in range(node.level):
            folder = posixpath.dirname(folder)
        return '.'.join([*filter(None, folder.split('/')), *([node.module] if node.module else [])])


@functools.lru_cache(maxsize=1)
def python_texts(repo: Repo) -> dict[str, str]:
    """Every Python file by path; kept for the next step that looks at the same service."""
    found = ((path, repo.text(path)) for path in repo.paths if path.endswith('.py'))
    return {path: text for path, text in found if text}


class Sources:
    """All Python files of a service, each parsed when it is asked for."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.paths = tuple(path for path in repo.paths if path.endswith('.py'))
        self._known: dict[str, Source | None] = {}

    def at(self, path: str) -> Source | None:
        """The file, None where it can't be read or parsed."""
        if path not in self._known:
            self._known[path] = self._parsed(path)
        return self._known[path]

    def module(self, dotted: str, importer: str) -> Source | None:
        """The file of a module, if it is in this service and only one is near."""
        return self._module(dotted.split('.'), importer)

    def define(self, source: Source, expression: ast.AST, scope: Function | None = None) -> Definition | None:
        """What a name or attribute stands for, None where that can't be told for sure."""
        if isinstance(expression, ast.Name):
            return self._name(source, expression.id, scope)
        if not isinstance(expression, ast.Attribute):
            return None
        base = self.define(source, expression.value, scope)
        return self._member(base, expression.attr) if base else self._imported(source.origin(expression), source)

    def _name(self, source: Source, name: str, scope: Function | None) -> Definition | None:
        if scope is not None:
            if name in {argument.arg for argument in all_arguments(scope)}:
                return None
            inner = bindings(scope.body).get(name, [])
            if inner:
                return self._only(source, inner, name)
        if found := source.bound.get(name, []):
            return self._only(source, found, name)
        return None

    def _only(self, source: Source, found: list[ast.AST], name: str, depth: int = 0) -> Definition | None:
        if len(found) != 1:
            return None
        if isinstance(found[0], (ast.Import, ast.ImportFrom)):
            return self._imported(source.imports.get(name, ''), source, depth)
        return Definition(source, found[0])

    def _imported(self, origin: str, importer: Source, depth: int = 0) -> Definition | None:
        """The definition behind a dotted origin, if it is in this service."""
        parts = origin.split('.')
        for cut in range(len(parts), 0, -1):
            module = self._module(parts[:cut], importer.path)
            if module is not None:
                found: Definition | None = Definition(module, module.tree)
                for part in parts[cut:]:
                    found = self._member(found, part, depth + 1) if found else None
                return found
        return None

    def _member(self, base: Definition, name: str, depth: int = 0) -> Definition | None:
        source, node = base
        if depth > DEEPEST:
            return None
        if isinstance(node, ast.Module):
            if found := source.bound.get(name, []):
                return self._only(source, found, name, depth)
            package = posixpath.dirname(source.path)
            dotted = [*filter(None, package.split('/')), name]
            module = self._module(dotted, source.path) if source.path.endswith('__init__.py') else None
            return Definition(module, module.tree) if module else None
        if isinstance(node, ast.Call):
            made = self.define(source, node.func)
            return self._member(made, name, depth + 1) if made and isinstance(made.node, ast.ClassDef) else None
        if not isinstance(node, ast.ClassDef):
            return None
        if found := bindings(node.body).get(name, []):
            return Definition(source, found[0]) if len(found) == 1 else None
        for parent in node.bases:
            above = self.define(source, parent)
            if above is None or not isinstance(above.node, ast.ClassDef):
                return None
            if inherited := self._member(above, name, depth + 1):
                return inherited
        return None

    def _module(self, parts: list[str], importer: str) -> Source | None:
        tails = ('/'.join(parts) + '.py', '/'.join(parts) + '/__init__.py')
        found = [path for path in self.paths if path in tails or path.endswith(tuple(f'/{tail}' for tail in tails))]
        if not found:
            return None
        best = max(_shared(path, importer) for path in found)
        near = [path for path in found if _shared(path, importer) == best]
        return self.at(near[0]) if len(near) == 1 else None

    def _parsed(self, path: str) -> Source | None:
        text = self.repo.text(path)
        if text is None:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')
                return Source(path, text, ast.parse(text))
        except (SyntaxError, ValueError, RecursionError):
            return None


def bindings(body: Iterable[ast.stmt]) -> dict[str, list[ast.AST]]:
    """Names bound by statements and the blocks in them (not in nested functions), with what each is bound to."""
    found: dict[str, list[ast.AST]] = {}
    for statement in body:
        for name, value in _bound(statement):
            found.setdefault(name, []).append(value)
    return found


def all_arguments(function: Function) -> list[ast.arg]:
    """Every parameter of a function."""
    given = function.args
    single = [argument for argument in (given.vararg, given.kwarg) if argument]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *single]


def inner(function: Function) -> Iterator[ast.AST]:
    """Nodes of a function's own body, without those of functions inside of it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def _bound(statement: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name, statement
        return
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for name in statement.names:
            yield name.asname or name.name.partition('.')[0], statement
        return
    value = getattr(statement, 'value', None)
    for target in _targets(statement):
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id, value if value is not None and target is node else statement
    for block in BLOCKS:
        for child in getattr(statement, block, []):
            yield from _bound(child)


def _targets(statement: ast.AST) -> list[ast.AST]:
    if isinstance(statement, ast.Assign):
        return list(statement.targets)
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        return [statement.target] if statement.value is not None else []
    if isinstance(statement, (ast.For, ast.AsyncFor)):
        return [statement.target]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return [item.optional_vars for item in statement.items if item.optional_vars]
    return []


def _shared(path: str, other: str) -> int:
    """How many folders two paths have in common from the root."""
    count = 0
    for mine, yours in zip(path.split('/')[:-1], other.split('/')[:-1], strict=False):
        if mine != yours:
            break
        count += 1
    return count

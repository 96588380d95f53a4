"""Which Python a source needs, by syntax and standard library (docs.python.org, "What's New" and "versionadded")."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from trueup.facts._code import Module, dotted

NODES: dict[str, tuple[str, str]] = {
    'NamedExpr': ('3.8', 'an assignment expression'),
    'Match': ('3.10', 'a match statement'),
    'TryStar': ('3.11', 'except*'),
    'TypeAlias': ('3.12', 'a type statement'),
    'TypeVar': ('3.12', 'type parameters'),
}
MODULES = {
    'tomllib': '3.11',
    'zoneinfo': '3.9',
    'graphlib': '3.9',
    'dataclasses': '3.7',
    'contextvars': '3.7',
    'importlib.metadata': '3.8',
    'importlib.resources': '3.7',
}
NAMES = {
    'typing': {
        **dict.fromkeys(
            ('Literal', 'Protocol', 'Final', 'TypedDict', 'SupportsIndex', 'get_args', 'get_origin'), '3.8'
        ),
        **dict.fromkeys(('Annotated',), '3.9'),
        **dict.fromkeys(('TypeAlias', 'ParamSpec', 'Concatenate', 'TypeGuard'), '3.10'),
        **dict.fromkeys(
            ('Self', 'Never', 'LiteralString', 'NotRequired', 'Required', 'Unpack', 'assert_never'), '3.11'
        ),
        **dict.fromkeys(('override',), '3.12'),
    },
    'enum': {'StrEnum': '3.11'},
    'datetime': {'UTC': '3.11'},
    'functools': {'cached_property': '3.8', 'cache': '3.9'},
    'itertools': {'pairwise': '3.10', 'batched': '3.12'},
    'asyncio': {'to_thread': '3.9', 'TaskGroup': '3.11', 'timeout': '3.11', 'run': '3.7'},
    'contextlib': {'asynccontextmanager': '3.7', 'nullcontext': '3.7', 'chdir': '3.11'},
}
BUILTIN_GENERICS = frozenset({'list', 'dict', 'tuple', 'set', 'frozenset', 'type'})
PYTHON_2_NAMES = frozenset({'unicode', 'xrange', 'basestring', 'raw_input'})
PYTHON_2 = re.compile(r'Missing parentheses in call to|multiple exception types|invalid decimal literal|leading zeros')


class Need(NamedTuple):
    """A Python version, the feature that needs it, and where."""

    version: str
    feature: str
    path: str
    line: int


def needs(module: Module) -> Iterator[Need]:
    """Each feature of a module that older Pythons lack; Python 2 code says so."""
    if module.tree is None:
        if PYTHON_2.search(module.error):
            yield Need('2.7', 'Python 2 syntax', module.path, module.error_line)
        return
    lazy = any(item.source == '__future__' and item.name == 'annotations' for item in module.imports)
    annotations = {id(inner) for node in _annotations(module) for inner in ast.walk(node)}
    for node in module.nodes:
        if lazy and id(node) in annotations:
            continue
        for version, feature in _of_node(node, id(node) in annotations):
            yield Need(version, feature, module.path, getattr(node, 'lineno', 0))
    yield from _of_imports(module)


def _of_node(node: ast.AST, annotation: bool) -> Iterator[tuple[str, str]]:
    if found := NODES.get(type(node).__name__):
        yield found
    elif isinstance(node, ast.Name) and node.id in PYTHON_2_NAMES and isinstance(node.ctx, ast.Load):
        yield '2.7', f'{node.id} of Python 2'
    elif isinstance(node, ast.JoinedStr):
        yield '3.6', 'an f-string'
    elif isinstance(node, ast.arguments) and node.posonlyargs:
        yield '3.8', 'positional-only parameters'
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in BUILTIN_GENERICS:
        if annotation:
            yield '3.9', f'{node.value.id}[...] as a type'
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and annotation:
        yield '3.10', 'X | Y as a type'
    elif isinstance(node, ast.Attribute):
        if node.attr in ('removeprefix', 'removesuffix'):
            yield '3.9', f'str.{node.attr}'
        elif isinstance(node.value, ast.Name) and node.attr in NAMES.get(node.value.id, {}):
            yield NAMES[node.value.id][node.attr], dotted(node)


def _of_imports(module: Module) -> Iterator[Need]:
    for item in module.imports:
        version = MODULES.get(item.source) or NAMES.get(item.source, {}).get(item.name)
        version = version or MODULES.get(f'{item.source}.{item.name}')
        if version and not item.guarded:
            yield Need(version, f'{item.source}.{item.name}'.rstrip('.'), module.path, item.line)


def _annotations(module: Module) -> Iterator[ast.expr]:
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns:
            yield node.returns
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation

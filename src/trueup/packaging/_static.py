"""Evaluates the constant parts of a setup.py from its syntax tree; nothing is ever run."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trueup.repo import Repo


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a tracked file, or the lines of it."""

    path: str
    lines: bool = False


class Dynamic(Exception):
    """The value depends on more than constants; the message is its source text."""


@dataclass(slots=True)
class Scope:
    """Names known while evaluating."""

    repo: Repo
    names: dict[str, ast.expr] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    bound: dict[str, object] = field(default_factory=dict)
    depth: int = 0


def scope_of(tree: ast.Module, repo: Repo) -> Scope:
    """Module-level names and functions; a name that is written twice is known by its last plain value."""
    scope = Scope(repo)
    changed: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            scope.functions[node.name] = node
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            changed.add(node.target.id)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            if node.func.attr in {'append', 'extend', 'update', 'insert', 'remove'}:
                changed.add(node.func.value.id)
    for statement in _statements(tree.body):
        _bind(scope, statement)
    for name in changed & scope.names.keys():
        del scope.names[name]
    return scope


def evaluate(node: ast.expr, scope: Scope) -> object:
    """The value of an expression: a constant, a container of values, or a FileText; raises Dynamic."""
    if scope.depth > 30:
        raise Dynamic(ast.unparse(node))
    handler = HANDLERS.get(type(node))
    if handler is None:
        raise Dynamic(ast.unparse(node))
    scope.depth += 1
    try:
        return handler(node, scope)
    finally:
        scope.depth -= 1


def module_constant(repo: Repo, path: str, name: str) -> str | None:
    """A string constant of a tracked module, None if it is not plainly there."""
    text = repo.text(path)
    try:
        tree = ast.parse(text or '')
    except (SyntaxError, ValueError):
        return None
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        value = getattr(node, 'value', None)
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
    return None


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements of a module, those under `with`, `try` and `if` too."""
    found: list[ast.stmt] = []
    for node in body:
        found.append(node)
        for part in ('body', 'orelse', 'finalbody'):
            if isinstance(node, (ast.With, ast.Try, ast.If)):
                found += _statements(getattr(node, part, []))
    return found


def _bind(scope: Scope, node: ast.stmt) -> None:
    if isinstance(node, ast.With):
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                scope.names[item.optional_vars.id] = item.context_expr
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        name = node.targets[0].id
        if not any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node.value)):
            scope.names[name] = node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        scope.names[node.target.id] = node.value


def _constant(node: ast.Constant, scope: Scope) -> object:
    del scope
    return node.value


def _name(node: ast.Name, scope: Scope) -> object:
    if node.id in scope.bound:
        return scope.bound[node.id]
    if node.id == '__file__':
        return 'setup.py'
    if node.id not in scope.names:
        raise Dynamic(node.id)
    return evaluate(scope.names[node.id], scope)


def _sequence(node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> object:
    found: list[object] = []
    for item in node.elts:
        if isinstance(item, ast.Starred):
            value = evaluate(item.value, scope)
            if not isinstance(value, list):
                raise Dynamic(ast.unparse(node))
            found += value
        else:
            found.append(evaluate(item, scope))
    return found


def _dict(node: ast.Dict, scope: Scope) -> object:
    found: dict[object, object] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            inner = evaluate(value, scope)
            if not isinstance(inner, Mapping):
                raise Dynamic(ast.unparse(node))
            found |= inner
        else:
            found[evaluate(key, scope)] = evaluate(value, scope)
    return found


def _joined(node: ast.JoinedStr, scope: Scope) -> object:
    parts: list[str] = []
    for item in node.values:
        value = evaluate(item.value if isinstance(item, ast.FormattedValue) else item, scope)
        if not isinstance(value, (str, int, float)):
            raise Dynamic(ast.unparse(node))
        parts.append(str(value))
    return ''.join(parts)


def _binary(node: ast.BinOp, scope: Scope) -> object:
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if isinstance(node.op, ast.Add):
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, list) and isinstance(right, list):
            return left + right
    if isinstance(node.op, ast.Div) and isinstance(left, str) and isinstance(right, str):
        return posixpath.join(left, right)
    if isinstance(node.op, ast.Mod) and isinstance(left, str):
        try:
            return left % (tuple(right) if isinstance(right, list) else right)
        except (TypeError, ValueError) as error:
            raise Dynamic(ast.unparse(node)) from error
    raise Dynamic(ast.unparse(node))


def _subscript(node: ast.Subscript, scope: Scope) -> object:
    value, key = evaluate(node.value, scope), evaluate(node.slice, scope)
    try:
        return value[key]  # type: ignore[index]
    except (TypeError, KeyError, IndexError) as error:
        raise Dynamic(ast.unparse(node)) from error


def _comprehension(node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> object:
    """`[line.strip() for line in lines if ...]`: the lines of a file stay its lines."""
    source = evaluate(node.generators[0].iter, scope)
    if isinstance(source, FileText) and len(node.generators) == 1:
        return FileText(source.path, lines=True)
    raise Dynamic(ast.unparse(node))


def _call(node: ast.Call, scope: Scope) -> object:
    name = _dotted(node.func)
    if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        return _method(node, node.func, scope)
    if isinstance(node.func, ast.Name) and node.func.id in scope.functions:
        return _local_call(node, scope.functions[node.func.id], scope)
    if name.endswith('parse_requirements') and node.args:
        return FileText(_tracked(evaluate(node.args[0], scope), node, scope), lines=True)
    if name.rsplit('.', maxsplit=1)[-1] == 'open' and (node.args or isinstance(node.func, ast.Attribute)):
        target = (
            node.args[0]
            if node.args and name in {'open', 'io.open', 'codecs.open'}
            else getattr(node.func, 'value', None)
        )
        return FileText(_tracked(evaluate(target, scope), node, scope)) if target else _dynamic(node)
    if name in PATHS and node.args:
        parts = [evaluate(argument, scope) for argument in node.args]
        return _path(name, [str(part) for part in parts])
    if name in {'list', 'set', 'tuple', 'sorted', 'filter', 'map', 'str'} and node.args:
        return evaluate(node.args[-1], scope)
    if name == 'dict' and not node.args:
        return {item.arg: evaluate(item.value, scope) for item in node.keywords if item.arg}
    return _dynamic(node)


def _dynamic(node: ast.expr) -> object:
    raise Dynamic(ast.unparse(node))


def _method(node: ast.Call, function: ast.Attribute, scope: Scope) -> object:
    """Reading and splitting a file, tidying a string."""
    value = evaluate(function.value, scope)
    if function.attr == 'joinpath' and isinstance(value, str):
        return posixpath.join(value, *(str(evaluate(argument, scope)) for argument in node.args))
    if function.attr == 'read_text' and isinstance(value, str):
        return FileText(_tracked(value, node, scope))
    if isinstance(value, FileText):
        return FileText(value.path, lines=value.lines or function.attr in {'readlines', 'splitlines', 'split'})
    if isinstance(value, str):
        arguments = [evaluate(argument, scope) for argument in node.args]
        if function.attr in {'strip', 'lower', 'replace', 'splitlines', 'split', 'format', 'rstrip', 'lstrip'}:
            try:
                return getattr(value, function.attr)(*arguments)
            except (TypeError, ValueError, IndexError, KeyError) as error:
                raise Dynamic(ast.unparse(node)) from error
    raise Dynamic(ast.unparse(node))


def _local_call(node: ast.Call, function: ast.FunctionDef, scope: Scope) -> object:
    """A helper that opens one file: its text, or its lines if the helper splits it."""
    bound = scope.bound | _arguments(node, function, scope)
    inner = Scope(scope.repo, dict(scope.names), scope.functions, bound, scope.depth + 1)
    for statement in _statements(function.body):
        _bind(inner, statement)
    paths = _opened(node, function, inner)
    if len(paths) != 1:
        raise Dynamic(ast.unparse(node))
    path = paths.pop()
    text = ast.unparse(function)
    version = module_constant(scope.repo, path, '__version__') if re.search(r'__version__|\bre\.', text) else None
    if version is not None:
        return version
    return FileText(path, lines=bool(re.search(r'readlines|splitlines|\.split\(|\bfor \w+ in\b', text)))


def _arguments(node: ast.Call, function: ast.FunctionDef, scope: Scope) -> dict[str, object]:
    """Parameters of a helper with the values of this call."""
    names = [argument.arg for argument in function.args.args]
    defaults = zip(reversed(names), reversed(function.args.defaults), strict=False)
    values = {name: evaluate(default, scope) for name, default in defaults}
    values |= {name: evaluate(argument, scope) for name, argument in zip(names, node.args, strict=False)}
    values |= {item.arg: evaluate(item.value, scope) for item in node.keywords if item.arg}
    if function.args.vararg is not None:
        values[function.args.vararg.arg] = [evaluate(argument, scope) for argument in node.args[len(names) :]]
    return values


def _opened(node: ast.Call, function: ast.FunctionDef, scope: Scope) -> set[str]:
    """Files that the body of a helper opens."""
    paths: set[str] = set()
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and call is not node:
            try:
                found = evaluate(call, scope)
            except Dynamic:
                continue
            if isinstance(found, FileText):
                paths.add(found.path)
    return paths


def _tracked(value: object, node: ast.expr, scope: Scope) -> str:
    path = posixpath.normpath(str(value))
    if not isinstance(value, str) or path not in scope.repo:
        raise Dynamic(ast.unparse(node))
    return path


def _path(name: str, parts: list[str]) -> str:
    last = name.rsplit('.', maxsplit=1)[-1]
    if last == 'dirname':
        return posixpath.dirname(parts[0])
    return posixpath.join(*parts) if last in {'join', 'Path', 'PurePath'} else parts[0]


def _attribute(node: ast.Attribute, scope: Scope) -> object:
    """`Path(...).parent`; any other attribute depends on running code."""
    if node.attr == 'parent':
        value = evaluate(node.value, scope)
        if isinstance(value, str):
            return posixpath.dirname(value)
    raise Dynamic(ast.unparse(node))


def _dotted(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ''


METHODS = {
    'read',
    'readlines',
    'splitlines',
    'split',
    'strip',
    'rstrip',
    'lstrip',
    'read_text',
    'decode',
    'lower',
    'replace',
    'format',
    'resolve',
    'absolute',
    'joinpath',
}
PATHS = {
    'os.path.join',
    'os.path.dirname',
    'os.path.abspath',
    'os.path.realpath',
    'path.join',
    'path.dirname',
    'path.abspath',
    'join',
    'dirname',
    'abspath',
    'Path',
    'pathlib.Path',
    'realpath',
}
HANDLERS: dict[type[ast.expr], Callable[..., object]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    ast.BinOp: _binary,
    ast.Subscript: _subscript,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.Call: _call,
    ast.Attribute: _attribute,
}

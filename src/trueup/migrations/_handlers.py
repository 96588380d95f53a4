"""How a startup or shutdown handler is called from a lifespan: plainly, or with `await`, read and never guessed."""

from __future__ import annotations

import ast
from typing import NamedTuple

from trueup.migrations._sources import Function, Source, Sources, all_arguments, bindings, inner

ASYNC_DECORATORS = {'repeat_every'}
"""Decorators of other libraries that make an async function of whatever they are given."""
SAME_DECORATORS = {'staticmethod', 'classmethod', 'catch', 'cache', 'lru_cache', 'on_event'}
"""Decorators that leave an async function async and a plain one plain."""


class Unsafe(Exception):
    """Something that can't be brought over without guessing; `line` 0 is the whole of it."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class Reference(NamedTuple):
    """`from module import name as shown`."""

    module: str
    name: str
    shown: str


def own_call(source: Source, function: Function, scope: Function | None) -> str:
    """A call of the decorated function itself; raises Unsafe."""
    found = bindings(scope.body).get(function.name, []) if scope else source.bound.get(function.name, [])
    if len(found) != 1:
        raise Unsafe(f'the name {function.name} is bound {len(found)} times', function.lineno)
    names = [_called(decorator) for decorator in function.decorator_list]
    first = names.index('on_event')
    if any(name != 'on_event' for name in names[:first]):
        raise Unsafe(f'another decorator stands above on_event of {function.name}', function.lineno)
    return _awaited(f'{function.name}()', function)


def handler_call(sources: Sources, source: Source, handler: ast.expr, scope: Function | None) -> str:
    """A call of what was handed over as a handler; raises Unsafe."""
    if isinstance(handler, ast.Lambda):
        return _of_lambda(sources, source, handler, scope)
    if isinstance(handler, ast.Call):
        return _of_call(sources, source, handler, scope)
    _require_steady(source, handler, scope)
    return _awaited(f'{ast.unparse(handler)}()', _function(sources, source, handler, scope))


def _of_lambda(sources: Sources, source: Source, handler: ast.Lambda, scope: Function | None) -> str:
    body = handler.body
    if _takes_any(handler) or not isinstance(body, ast.Call):
        raise Unsafe('the handler is a lambda of another kind than a call', handler.lineno)
    if any(isinstance(node, ast.Name) and node.id == '_' for node in ast.walk(body)):
        raise Unsafe('the lambda reads a name that the lifespan takes', handler.lineno)
    call = _awaited(ast.unparse(body), _function(sources, source, body.func, scope))
    if call.startswith('await'):
        raise Unsafe('the handler is a lambda around an async function: it was never awaited', handler.lineno)
    return call


def _of_call(sources: Sources, source: Source, handler: ast.Call, scope: Function | None) -> str:
    """`partial(f, x)`, or a function that makes the handler: `start_app_handler(app)`."""
    for part in [*handler.args, *(keyword.value for keyword in handler.keywords)]:
        _require_steady(source, part, scope)
    if source.origin(handler.func) == 'functools.partial' and handler.args:
        first, *rest = handler.args
        plain = ast.Call(func=first, args=rest, keywords=handler.keywords)
        return _awaited(ast.unparse(plain), _function(sources, source, first, scope))
    _require_steady(source, handler.func, scope)
    maker = _function(sources, source, handler.func, scope)
    return _awaited(f'{ast.unparse(handler)}()', _made_by(maker, handler))


def _made_by(maker: Function, handler: ast.Call) -> Function:
    """The one function that a maker defines and returns, doing nothing else; so it may as well run later."""
    body = [one for one in maker.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    functions = [one for one in body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef))]
    last = body[-1] if body else None
    returned = last.value if isinstance(last, ast.Return) else None
    known = {one.name: one for one in functions}
    plain = isinstance(maker, ast.FunctionDef) and len(body) == len(functions) + 1 and not maker.decorator_list
    if not plain or not isinstance(returned, ast.Name) or returned.id not in known:
        raise Unsafe(f'{maker.name}(...) does more than to return a function it defines', handler.lineno)
    return known[returned.id]


def _function(sources: Sources, source: Source, expression: ast.expr, scope: Function | None) -> Function:
    """The def behind an expression; raises Unsafe."""
    found = sources.define(source, expression, scope)
    if found is None or not isinstance(found.node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        shown = ast.unparse(expression)
        raise Unsafe(
            f'{shown} is not defined once in this service: whether it is async is not known', expression.lineno
        )
    return found.node


def _awaited(call: str, function: Function) -> str:
    """The call, awaited if Starlette awaited it; raises Unsafe where a decorator hides that."""
    names = [_called(decorator) for decorator in function.decorator_list]
    for name in names:
        if name not in SAME_DECORATORS | ASYNC_DECORATORS:
            raise Unsafe(f'what the decorator {name} makes of {function.name} is not known', function.lineno)
    generates = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in inner(function))
    waits = isinstance(function, ast.AsyncFunctionDef) or bool(ASYNC_DECORATORS & set(names))
    return f'await {call}' if waits and not generates else call


def _called(decorator: ast.expr) -> str:
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else '(...)'


def _require_steady(source: Source, expression: ast.expr, scope: Function | None) -> None:
    """The expression means the same when it is read later: names that are bound once, attributes and constants."""
    allowed = (ast.Name, ast.Attribute, ast.Constant, ast.expr_context)
    for node in ast.walk(expression):
        if not isinstance(node, allowed):
            raise Unsafe(f'{ast.unparse(expression)} is more than a name', expression.lineno)
        if isinstance(node, ast.Name) and (node.id == '_' or _times(source, node.id, scope) > 1):
            raise Unsafe(f'the name {node.id} is bound more than once', expression.lineno)


def _times(source: Source, name: str, scope: Function | None) -> int:
    if scope is not None:
        inside = len(bindings(scope.body).get(name, []))
        inside += name in {argument.arg for argument in all_arguments(scope)}
        if inside:
            return inside
    return len(source.bound.get(name, []))


def _takes_any(handler: ast.Lambda) -> bool:
    given = handler.args
    return bool(given.posonlyargs or given.args or given.kwonlyargs or given.vararg or given.kwarg)

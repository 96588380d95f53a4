"""pylint's verdict, computed again without the messages that the baseline knows.

The rules are pylint's own (`pylint/lint/run.py`, `pylinter._report_evaluation`): a message that `fail-on` names fails;
else a score of at least `fail-under` passes; without any statement every message fails.
"""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from trueup.errors import UserError
from trueup.lint.model import Message

EVALUATION = 'max(0, 0 if fatal else 10.0 - ((float(5 * error + warning + refactor + convention) / statement) * 10))'
CATEGORIES = {
    'F': 'fatal',
    'E': 'error',
    'W': 'warning',
    'R': 'refactor',
    'C': 'convention',
    'I': 'info',
}

OPERATORS: Mapping[type[ast.AST], Callable[..., float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Not: operator.not_,
}
FUNCTIONS: Mapping[str, Callable[..., float]] = {
    'max': max,
    'min': min,
    'float': float,
    'int': int,
    'round': round,
    'abs': abs,
}


class Thresholds(NamedTuple):
    """What the service's pylint configuration says about passing."""

    fail_under: float = 10.0
    fail_on: tuple[str, ...] = ()
    evaluation: str = EVALUATION


def counts(messages: Sequence[Message]) -> dict[str, int]:
    """Number of messages per category of pylint."""
    found = Counter(CATEGORIES.get(message.rule[:1], 'info') for message in messages)
    return {name: found[name] for name in CATEGORIES.values()}


def rate(messages: Sequence[Message], statements: int, evaluation: str = EVALUATION) -> float | None:
    """Score that pylint would give for these messages; None without any statement."""
    if not statements:
        return None
    names: dict[str, float] = {**counts(messages), 'statement': statements}
    try:
        return float(_value(ast.parse(evaluation.strip(), mode='eval').body, names))
    except (SyntaxError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise UserError(
            f'pylint option "evaluation" can not be computed: {error}',
            where=evaluation,
            hint='use numbers, + - * /, comparisons, "if ... else", max, min, round and the six categories',
        ) from error


def matches(message: Message, names: Sequence[str]) -> bool:
    """Whether `fail-on` names a message: by category letter, id or symbol."""
    return any(name in (message.rule, message.symbol, message.rule[:1]) for name in names)


def reasons(
    messages: Sequence[Message], statements: int, thresholds: Thresholds, *, has_baseline: bool
) -> tuple[str, ...]:
    """Why pylint's part of a run fails, given its new messages; () if it passes.

    Where a baseline records the old debt, a new error or fatal message fails whatever the score is.
    """
    found: list[str] = []
    named = [message for message in messages if matches(message, thresholds.fail_on)]
    if named:
        found.append(f'pylint: {named[0].rule} ({named[0].symbol}) is in fail-on')
    score = rate(messages, statements, thresholds.evaluation)
    if score is not None and score < thresholds.fail_under:
        found.append(f'pylint: score {score:.2f} is below fail-under {thresholds.fail_under:g}')
    if score is None and any(message.rule[:1] != 'I' for message in messages):
        found.append('pylint: messages, and no statement to rate')
    if has_baseline and any(message.rule[:1] in 'FE' for message in messages):
        found.append('pylint: new errors that the baseline does not know')
    return tuple(found)


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    """Value of an arithmetic expression; raises ValueError on anything else. Nothing of the service is executed."""
    match node:
        case ast.Constant(value=int() | float()):
            return node.value  # type: ignore[return-value]
        case ast.Name():
            return names[node.id]
        case ast.BinOp(op=sign, left=left, right=right) | ast.Compare(ops=[sign], left=left, comparators=[right]):
            return OPERATORS[type(sign)](_value(left, names), _value(right, names))
        case ast.UnaryOp():
            return OPERATORS[type(node.op)](_value(node.operand, names))
        case ast.IfExp():
            return _value(node.body if _value(node.test, names) else node.orelse, names)
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            return FUNCTIONS[name](*(_value(argument, names) for argument in node.args))
    raise ValueError(f'{type(node).__name__} is not arithmetic')

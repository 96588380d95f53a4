"""pylint's score and verdict, held against pylint itself in test_run.py, and its corners here."""

from __future__ import annotations

import subprocess
import sys

import pytest

from trueup.errors import UserError
from trueup.lint.model import Message
from trueup.lint.score import EVALUATION, Thresholds, rate, reasons


def messages(rules: str) -> list[Message]:
    """One pylint message per rule."""
    return [Message('pylint', rule, f'symbol-{rule}', 'a.py', 1, 0, '') for rule in rules.split()]


@pytest.mark.parametrize(
    ('rules', 'statements', 'score'),
    [
        ('', 10, 10.0),
        ('C0114', 10, 9.0),
        ('E0602 W0611 R0913 C0114', 10, 2.0),
        ('E0602', 1, 0),
        ('F0001', 10, 0),
        ('I0011', 10, 10.0),
        ('', 0, None),
    ],
)
def test_the_default_formula(rules: str, statements: int, score: float | None) -> None:
    """Errors weigh five times, information nothing, a fatal message everything."""
    assert rate(messages(rules), statements) == score


def test_the_formula_of_the_service_counts() -> None:
    """Teams weigh refactorings their own way."""
    assert (
        rate(messages('R0913 C0114'), 4, '10.0 - ((convention if refactor > 1 else 2 * refactor) / statement)') == 9.5
    )


@pytest.mark.parametrize('formula', ['__import__("os").getcwd()', '10 if', '1 / 0', '[1][0]', 'unknown', 'max(1).real'])
def test_a_formula_is_arithmetic_and_nothing_else(formula: str) -> None:
    """Nothing of the service is executed in our process."""
    with pytest.raises(UserError):
        rate([], 1, formula)


@pytest.mark.parametrize(
    ('rules', 'statements', 'limits', 'has_baseline', 'why'),
    [
        ('', 10, Thresholds(), False, ()),
        ('C0114', 10, Thresholds(9.0), False, ()),
        ('C0114', 10, Thresholds(9.5), False, ('pylint: score 9.00 is below fail-under 9.5',)),
        ('C0114', 10, Thresholds(9.0, ('C',)), False, ('pylint: C0114 (symbol-C0114) is in fail-on',)),
        ('C0114', 10, Thresholds(9.0, ('symbol-C0114',)), False, ('pylint: C0114 (symbol-C0114) is in fail-on',)),
        ('C0114', 10, Thresholds(9.0, ('C0115',)), False, ()),
        ('E0602', 100, Thresholds(9.0), False, ()),
        ('E0602', 100, Thresholds(9.0), True, ('pylint: new errors that the baseline does not know',)),
        ('E0001', 0, Thresholds(), False, ('pylint: messages, and no statement to rate',)),
        ('I0011', 0, Thresholds(), False, ()),
    ],
)
def test_when_pylint_fails(
    rules: str, statements: int, limits: Thresholds, *, has_baseline: bool, why: tuple[str, ...]
) -> None:
    """Stock pylint's rule, and one more where a baseline records the old debt."""
    assert reasons(messages(rules), statements, limits, has_baseline=has_baseline) == why


def test_the_default_formula_is_pylints() -> None:
    """A new pylint with another formula must be noticed; it is asked in its own process."""
    told = subprocess.run(
        [sys.executable, '-P', '-m', 'pylint', '--generate-toml-config'], capture_output=True, text=True, check=True
    ).stdout
    assert f'evaluation = "{EVALUATION}"' in told

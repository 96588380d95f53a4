"""The linters of the standard, and a team's ruff, by name; each is one module with the functions of `lint.contract.Checker`."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.lint.contract import Checker, Formatter
from trueup.lint.tools import black, flake8, isort, pylint, ruff, ruff_format

CHECKERS: Mapping[str, Checker] = {
    'black': black,
    'flake8': flake8,
    'isort': isort,
    'pylint': pylint,
    'ruff': ruff,
    'ruff-format': ruff_format,
}
FORMATTERS: Mapping[str, Formatter] = {'isort': isort, 'black': black, 'ruff-format': ruff_format}
"""In the order in which they run: what isort writes, black may still lay out."""

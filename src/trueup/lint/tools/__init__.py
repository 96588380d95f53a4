"""The linters of the standard, by name; each is one module with the functions of `lint.contract.Checker`."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.lint.contract import Checker, Formatter
from trueup.lint.tools import black, flake8, isort, pylint

CHECKERS: Mapping[str, Checker] = {'black': black, 'flake8': flake8, 'isort': isort, 'pylint': pylint}
FORMATTERS: Mapping[str, Formatter] = {'isort': isort, 'black': black}
"""In the order in which they run: what isort writes, black may still lay out."""

"""What a rule is, and what it is told besides the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from trueup.model import Finding
from trueup.repo import Repo


@dataclass(frozen=True, slots=True)
class Situation:
    """The answers that matter to rules; packaging is empty where the standard does not ask for it."""

    packaging: str = 'poetry'
    scope: str = 'full'
    lint_tools: str = 'standard'


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: id by topic, a title that people read, and the function that looks."""

    id: str
    title: str
    check: Callable[[Repo, Situation], Iterable[Finding]]

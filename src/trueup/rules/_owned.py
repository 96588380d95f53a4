"""Findings in files that the service owns: a warning where the standard brought them, a note where the team did."""

from __future__ import annotations

from trueup.model import Finding, Severity
from trueup.rules._contract import Situation


def owned(rule: str, place: tuple[str, int], message: str, situation: Situation, hint: str) -> Finding:
    """The finding at a path and line; never fixed by itself."""
    severity = Severity.WARNING if situation.scope == 'full' else Severity.NOTE
    return Finding(rule, place[0], message, place[1], severity=severity, hint=hint, fixable=False)

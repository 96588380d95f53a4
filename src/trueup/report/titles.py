"""What each id of a finding stands for: those of comparing with the render, of the rules, and of the migrations."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.migrations import STEPS
from trueup.rules import RULES

ENGINE: Mapping[str, str] = {
    'STD001': 'Files and keys are what the standard says',
    'STD002': 'What the standard retired is gone',
    'STD003': 'No file or key needs a person',
    'STD004': "The standard's tag is where it was",
    'WVR001': 'No waiver is over',
}
"""Findings that no rule and no migration makes."""
TITLES: Mapping[str, str] = {
    **ENGINE,
    **{rule.id: rule.title for rule in RULES},
    **{step.rule: step.title for step in STEPS},
}

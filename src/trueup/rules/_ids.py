"""The ids of all findings and what each says: those of comparing with the render, and those of the rules."""

from __future__ import annotations

from collections.abc import Mapping

ENGINE: Mapping[str, str] = {
    'MIG001': 'flake8, isort, pylint and pytest are configured in pyproject.toml only',
    'MIG002': 'Dependency groups stand in [dependency-groups] (PEP 735)',
    'MIG003': 'The hooks of one tool each come from the standard',
    'MIG004': 'FastAPI starts and stops in one lifespan',
    'MIG005': 'Models are written for pydantic 2',
    'STD001': 'Files and keys are what the standard says',
    'STD002': 'What the standard retired is gone',
    'STD003': 'No file or key needs a person',
    'STD004': "The standard's tag is where it was",
    'WVR001': 'No waiver is over',
}
"""Findings that no rule module makes."""

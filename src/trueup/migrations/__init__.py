"""Migrations: state-based, idempotent steps from an old shape to the standard's, one module each, as in `STEPS`."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.migrations import single_configuration
from trueup.migrations._contract import Migrated, Migration
from trueup.model import Evidence
from trueup.repo import Repo

__all__ = ['STEPS', 'Migrated', 'Migration', 'pending_migrations']
STEPS: tuple[Migration, ...] = (single_configuration.MIGRATION,)


def pending_migrations(repo: Repo) -> Iterator[tuple[Migration, tuple[Evidence, ...]]]:
    """Steps that the service still needs, with what shows it."""
    for step in STEPS:
        if evidence := step.needed(repo):
            yield step, evidence

"""Migrations: state-based, idempotent steps from an old shape to the standard's, one module each, as in `STEPS`.

They run in this order. A standard names those that it wants in its policies.toml.
"""

from __future__ import annotations

from collections.abc import Iterable

from trueup.errors import UserError
from trueup.migrations import dependency_groups, fastapi_lifespan, pydantic_idioms, shared_hooks, single_configuration
from trueup.migrations._contract import Migrated, Migration, Obstacle

__all__ = ['STEPS', 'Migrated', 'Migration', 'Obstacle', 'steps_named']
STEPS: tuple[Migration, ...] = (
    single_configuration.MIGRATION,
    dependency_groups.MIGRATION,
    shared_hooks.MIGRATION,
    fastapi_lifespan.MIGRATION,
    pydantic_idioms.MIGRATION,
)


def steps_named(ids: Iterable[str], *, where: str = 'policies.toml') -> tuple[Migration, ...]:
    """The steps with these ids, in the order of `STEPS`; raises UserError for one that there is not."""
    wanted = set(ids)
    if unknown := sorted(wanted - {step.id for step in STEPS}):
        known = ', '.join(step.id for step in STEPS)
        raise UserError(f'unknown migration {unknown[0]!r}', where=where, hint=f'update trueup; this one knows {known}')
    return tuple(step for step in STEPS if step.id in wanted)

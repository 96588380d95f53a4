"""What a migration is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trueup.model import Change, Decision, Evidence, Tree
from trueup.repo import Repo


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a step would write, and each key that it moves."""

    changes: tuple[Change, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An old shape that a step leaves to a person, and why."""

    evidence: Evidence
    reason: str


def unblocked(_repo: Repo) -> tuple[Obstacle, ...]:
    """For a step that can always be carried out."""
    return ()


@dataclass(frozen=True, slots=True)
class Migration:
    """A step: needed while there is evidence for it, carried out as a pure function of the files.

    `rule` is the id of its finding (and what a waiver names), `title` the wanted state, `does` what carrying it out is
    called in a commit. `carry_out` is also given the render that the service should have. `blocked` names what the step
    never touches although it is of the old shape.
    """

    id: str
    rule: str
    title: str
    does: str
    needed: Callable[[Repo], tuple[Evidence, ...]]
    carry_out: Callable[[Repo, Tree], Migrated]
    blocked: Callable[[Repo], tuple[Obstacle, ...]] = unblocked
    scopes: frozenset[str] = frozenset({'config', 'quality', 'full'})
    packagings: frozenset[str] = frozenset({'poetry', 'uv', 'keep'})

    @property
    def message(self) -> str:
        """Subject of its commit."""
        return f'refactor(trueup): {self.id}: {self.does}'

    def concerns(self, scope: str, packaging: str) -> bool:
        """Whether the standard reaches that far into a service."""
        return scope in self.scopes and packaging in self.packagings

"""What a migration is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trueup.model import Change, Decision, Evidence
from trueup.repo import Repo


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a step would write, and each key that it moves."""

    changes: tuple[Change, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Migration:
    """A step: needed while there is evidence for it, carried out as a pure function of the files."""

    id: str
    title: str
    needed: Callable[[Repo], tuple[Evidence, ...]]
    carry_out: Callable[[Repo], Migrated]

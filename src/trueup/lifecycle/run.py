"""What every verb is given: settings, configuration, today's date, and somebody to talk to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from trueup.settings import Settings, UserConfiguration
from trueup.standard import Standard


def silent(_line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True)
class Run:
    """One invocation; `say` takes progress lines for a person."""

    settings: Settings = field(default_factory=Settings)
    user: UserConfiguration = field(default_factory=UserConfiguration)
    say: Callable[[str], None] = silent
    today: date = field(default_factory=date.today)
    opened: dict[tuple[str, str], Standard] = field(default_factory=dict, compare=False, repr=False)
    """Standards that this invocation has opened: many services of one standard ask for it once."""

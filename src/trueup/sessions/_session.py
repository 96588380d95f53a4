"""What a session is, and what it tells when it is through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import nox

from trueup.sessions._options import Options

Place = Literal['none', 'one', 'each']
"""Where a session runs: in no environment, in one of its own, or in one for each Python of the matrix."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the summary says of one session besides its status; paths are relative to the service.

    `skipped` says that there was nothing to do, and the note says why.
    """

    reports: tuple[str, ...] = ()
    tests: Mapping[str, int] = field(default_factory=dict)
    coverage: float | None = None
    note: str = ''
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One named piece of work.

    `run` returns its details, or None if nothing was run (`nox --install-only`); a failure is whatever Nox raises.
    `read` finds the details of a session that failed. Without `parallel` nothing else runs beside it under `nox -j`.
    """

    name: str
    description: str
    run: Callable[[nox.Session, Options], Details | None]
    place: Place = 'none'
    default: bool = True
    parallel: bool = True
    read: Callable[[nox.Session, Options], Details] = lambda _session, _options: Details()

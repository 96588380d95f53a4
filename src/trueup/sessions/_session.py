"""What a session is, and what it tells when it is through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import nox

from trueup.sessions._options import Options


@dataclass(frozen=True, slots=True)
class Details:
    """What the summary says of one session besides its status; paths are relative to the service."""

    reports: tuple[str, ...] = ()
    tests: Mapping[str, int] = field(default_factory=dict)
    coverage: float | None = None
    note: str = ''


@dataclass(frozen=True, slots=True)
class Session:
    """One named piece of work.

    With `matrix` it runs once per Python in an environment of its own, else without one. `run` returns its details, or
    None if nothing was run (`nox --install-only`); a failure is whatever Nox raises. `read` finds the details of a
    session that failed.
    """

    name: str
    description: str
    run: Callable[[nox.Session, Options], Details | None]
    matrix: bool = False
    default: bool = True
    read: Callable[[nox.Session, Options], Details] = lambda _session, _options: Details()

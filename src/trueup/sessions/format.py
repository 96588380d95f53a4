"""Formats the code in place; not among the sessions that a bare `nox` runs, because it writes."""

from __future__ import annotations

import nox

from trueup.sessions._command import run_trueup
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session


def _run(handle: nox.Session, _options: Options) -> Details | None:
    return run_trueup(handle, 'format', *handle.posargs)


SESSION = Session('format', 'Format the code in place with isort and black.', _run, default=False, parallel=False)

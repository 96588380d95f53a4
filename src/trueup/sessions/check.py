"""Whether the service still is what the standard says."""

from __future__ import annotations

import nox

from trueup.sessions._command import run_trueup
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session


def _run(handle: nox.Session, _options: Options) -> Details | None:
    return run_trueup(handle, 'check', *handle.posargs)


SESSION = Session('check', 'Compare the service with the standard.', _run)

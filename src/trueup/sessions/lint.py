"""The four linters as one, with the same result as in the hooks; nothing is installed."""

from __future__ import annotations

import nox

from trueup.sessions._command import run_trueup
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session


def _run(handle: nox.Session, _options: Options) -> Details | None:
    return run_trueup(handle, 'lint', *handle.posargs)


SESSION = Session('lint', 'black, isort, flake8 and pylint, as in the hooks.', _run)

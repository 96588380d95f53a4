"""Runs a command of the trueup that Nox itself runs with, as a program: the sessions lie below the command line."""

from __future__ import annotations

import sys

import nox

from trueup.sessions._session import Details


def run_trueup(handle: nox.Session, *arguments: str) -> Details | None:
    """Run `trueup ARGUMENTS` in the service; None under `nox --install-only`."""
    ran = handle.run(sys.executable, '-m', 'trueup', *arguments, external=True)
    return None if ran is None else Details()

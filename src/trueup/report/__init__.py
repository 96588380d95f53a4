"""The writers that turn outcomes into something to read: one module per format, looked up lazily by name."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from trueup.errors import UserError
from trueup.model import Changed, Clean, Conflicted, Drifted, Failed, Outcome, Refused, Regressed
from trueup.report._masking import looks_secret, mask_outcome

__all__ = ['WRITERS', 'Write', 'looks_secret', 'render']

WRITERS = {
    'html': 'trueup.report.html',
    'json': 'trueup.report.json',
    'junit': 'trueup.report.junit',
    'markdown': 'trueup.report.markdown',
    'sarif': 'trueup.report.sarif',
    'text': 'trueup.report.text',
}
"""Format -> module with a `write`."""


class Write(Protocol):
    """What every writer module offers under the name `write`: a pure function."""

    def __call__(self, outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str: ...


def render(
    outcome: Outcome | Sequence[Outcome],
    format: str,
    *,
    verbose: bool = False,
    colour: bool = False,  # pylint: disable=redefined-builtin
) -> str:
    """One text that tells all outcomes in the asked format, without anything that looks like a secret."""
    if format not in WRITERS:
        raise UserError(f'unknown report format {format!r}', hint=f'use one of {", ".join(WRITERS)}')
    single = isinstance(outcome, (Clean, Changed, Conflicted, Drifted, Refused, Regressed, Failed))
    outcomes = [outcome] if single else outcome
    write = cast(Write, import_module(WRITERS[format]).write)
    return write([mask_outcome(each) for each in cast(Sequence[Outcome], outcomes)], verbose=verbose, colour=colour)

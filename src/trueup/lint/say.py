"""Print what a run of the linters has to say, so that the next one may say it again."""

from __future__ import annotations

import sys
from typing import TextIO

from trueup.errors import ExitCode
from trueup.lint import replay
from trueup.lint.model import LintResult
from trueup.lint.run import Run


def exit_code(result: LintResult) -> ExitCode:
    """What the shell is told: a broken tool weighs more than findings."""
    if result.crashed:
        return ExitCode.USAGE
    return ExitCode.FINDINGS if result.failed else ExitCode.CLEAN


def offer(run: Run, moment: int, *, out: str, err: str) -> None:
    """Let the entry of the program keep what was said; `moment` is when the run began. A crash is never said again."""
    if replay.is_alone() and not run.result.crashed:
        replay.offers.append(
            replay.Offer(list(run.paths()), moment, _encoded(out, sys.stdout), _encoded(err, sys.stderr))
        )


def _encoded(text: str, stream: TextIO) -> bytes:
    return text.replace('\n', '\r\n' if sys.platform == 'win32' else '\n').encode(
        stream.encoding or 'utf-8', stream.errors or 'backslashreplace'
    )

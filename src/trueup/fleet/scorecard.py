"""`check` over several services; an error in one is that one's outcome."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode, UserError
from trueup.lifecycle.check import check
from trueup.lifecycle.run import Run
from trueup.model import Failed, Outcome, Refused


def check_many(paths: Sequence[Path], run: Run) -> tuple[Outcome, ...]:
    """One outcome per path, in order."""
    return tuple(_check_one(path, run) for path in paths)


def _check_one(path: Path, run: Run) -> Outcome:
    try:
        return check(path, run)
    except UserError as error:
        if error.exit_code is ExitCode.REFUSED:
            return Refused(str(path), str(error), error.hint)
        return Failed(str(path), str(error), int(error.exit_code), error.hint)
    except Exception as error:  # pylint: disable=broad-exception-caught  # one service's row, not the end of the table
        said = f'internal error: {type(error).__name__}: {error}'
        return Failed(str(path), said, int(ExitCode.INTERNAL), f'`trueup check {path}` writes a log to report it with')

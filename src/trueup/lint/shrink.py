"""Take out of a service's baseline what its code no longer says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from trueup.errors import ExitCode, UserError
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.files import line_reader
from trueup.lint.run import LintOptions, lint


class Shrinkage(NamedTuple):
    """A baseline before and after, and the rules that could not be looked at."""

    before: Baseline
    after: Baseline
    unchecked: tuple[str, ...]


def load_baseline(root: Path) -> Baseline:
    """The baseline of a service; raises UserError if it has none."""
    baseline = Baseline.load(root)
    if baseline is None:
        raise UserError('no recorded findings', where=str(root / BASELINE_FILE), hint='`trueup adopt` records them')
    return baseline


def shrink_baseline(root: Path, *, python: Path | None = None) -> Shrinkage:
    """Lint the whole service and write its baseline without what is gone; an empty one is removed.

    Raises UserError if a tool did not come to an end: what it did not say is not gone.
    """
    before = load_baseline(root)
    result = lint(root, options=LintOptions(python=python, use_baseline=False))
    if result.crashed:
        tool, text = result.crashed[0]
        raise UserError(
            f'{tool} did not come to an end: {text}',
            where=str(root),
            hint='mend that first; the baseline is as it was',
            exit_code=ExitCode.USAGE,
        )
    after = before.shrunk(result.messages, line_reader(root), unchecked=result.unchecked)
    if after != before:
        _write(root / BASELINE_FILE, after)
    return Shrinkage(before, after, result.unchecked)


def _write(path: Path, baseline: Baseline) -> None:
    if not baseline.entries:
        path.unlink()
        return
    fresh = path.with_name(f'{path.name}.{os.getpid()}.new')
    fresh.write_bytes(baseline.dump().encode())
    os.replace(fresh, path)

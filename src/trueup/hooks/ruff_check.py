"""`ruff check` for a team that kept ruff; findings that the baseline records do not fail."""

from __future__ import annotations

from functools import partial

from trueup.hooks._hook import Hook
from trueup.hooks._lint import run_linters

HOOK = Hook(
    id='ruff-check',
    name='ruff check',
    description='ruff check, but for findings that the baseline records; needs ruff in additional_dependencies',
    run=partial(run_linters, tools=('ruff',)),
    types=('python',),
)

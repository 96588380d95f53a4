"""`ruff format` in place for a team that kept ruff; files that the baseline records stay as they are."""

from __future__ import annotations

from functools import partial

from trueup.hooks._format import run_formatters
from trueup.hooks._hook import Hook

HOOK = Hook(
    id='ruff-format',
    name='ruff format',
    description='formats with ruff; files that the baseline records stay as they are; needs ruff in additional_dependencies',
    run=partial(run_formatters, tools=('ruff-format',)),
    types=('python',),
)

"""isort in place with the project's configuration; files that the baseline records as unformatted are left alone."""

from __future__ import annotations

from functools import partial

from trueup.hooks._format import run_formatters
from trueup.hooks._hook import Hook

HOOK = Hook(
    id='isort',
    name='isort',
    description='formats with isort; files that the baseline records stay as they are',
    run=partial(run_formatters, tools=('isort',)),
    types=('python',),
)

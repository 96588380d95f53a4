"""isort and then black in place, as one hook; files that the baseline records as unformatted are left alone."""

from __future__ import annotations

from functools import partial

from trueup.hooks._format import run_formatters
from trueup.hooks._hook import Hook

HOOK = Hook(
    id='trueup-format',
    name='trueup format',
    description='formats with isort, then black; files that the baseline records stay as they are',
    run=partial(run_formatters, tools=()),
    types=('python',),
)

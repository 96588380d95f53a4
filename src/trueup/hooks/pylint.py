"""pylint with the project's configuration and its recorded debt."""

from __future__ import annotations

from functools import partial

from trueup.hooks._hook import Hook
from trueup.hooks._lint import run_linters

HOOK = Hook(
    id='pylint',
    name='pylint',
    description='pylint with the packages of the project, but for findings that the baseline records',
    run=partial(run_linters, tools=('pylint',)),
    types=('python',),
    stages=('pre-push', 'manual'),
)

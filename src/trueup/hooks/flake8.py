"""flake8 with the project's configuration and its recorded debt."""

from __future__ import annotations

from functools import partial

from trueup.hooks._hook import Hook
from trueup.hooks._lint import run_linters

HOOK = Hook(
    id='flake8',
    name='flake8',
    description='flake8, but for findings that the baseline records',
    run=partial(run_linters, tools=('flake8',)),
    types=('python',),
)

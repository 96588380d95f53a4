"""The four linters as one run, in parallel: the same as `trueup lint` and `nox -s lint`."""

from __future__ import annotations

from functools import partial

from trueup.hooks._hook import Hook
from trueup.hooks._lint import run_linters

HOOK = Hook(
    id='trueup-lint',
    name='trueup lint',
    description='black, isort, flake8 and pylint (or a team\'s ruff) in one run; reports, changes nothing',
    run=partial(run_linters, tools=()),
    types=('python',),
)

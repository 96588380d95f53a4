"""What a hook is: how pre-commit and prek call it, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

Run = Callable[[Sequence[str]], int]
"""Arguments and file names as pre-commit gives them, relative to the current folder; returns the exit code."""


class Hook(NamedTuple):
    """One entry of `.pre-commit-hooks.yaml`; the fields are those of https://pre-commit.com/#creating-new-hooks."""

    id: str
    name: str
    description: str
    run: Run
    types: tuple[str, ...] = ()
    files: str = ''
    stages: tuple[str, ...] = ('pre-commit',)
    pass_filenames: bool = True
    always_run: bool = False
    require_serial: bool = True

"""What a module must offer to be one of the linters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from trueup.lint.model import Command, Job, Output, Reading

Closure = Literal['file', 'names', 'contents', 'unknown']
"""How much of a project a linter's word on a file depends on: the file, the names of all modules, what they contain."""


class Checker(Protocol):
    """One linter; a module of `lint/tools/` has these five functions."""

    def closure(self, folder: Path) -> Closure:
        """What a verdict depends on besides the configuration; `unknown` if that can't be told from outside."""

    def excludes(self, folder: Path) -> Callable[[str], bool]:
        """Whether the tool's configuration that holds in `folder` leaves out a path relative to it."""

    def notes(self, folder: Path) -> tuple[str, ...]:
        """What a person should know about the configuration, such as a file that another one shadows."""

    def command(self, job: Job) -> Command:
        """The process that checks the files of a job."""

    def read(self, job: Job, output: Output) -> Reading:
        """The messages in what the process printed, paths relative to the job's folder."""


class Formatter(Protocol):
    """A linter that can also mend what it finds."""

    def format_command(self, job: Job) -> Command:
        """The process that rewrites the files of a job."""

    def read(self, job: Job, output: Output) -> Reading:
        """The files that it could not work on, and why it failed."""

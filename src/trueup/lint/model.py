"""The words of the lint room: what a linter says about a line, and what came of one run."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Message(NamedTuple):
    """One thing that a linter says; `path` is relative to the root, `/` between folders, line 0 is the whole file."""

    tool: str
    rule: str
    symbol: str
    path: str
    line: int
    column: int
    text: str
    obj: str = ''

    @property
    def order(self) -> tuple[str, int, int, str, str, str]:
        """Sort key: as a person reads a report, file by file from the top."""
        return self.path, self.line, self.column, self.tool, self.rule, self.text


class Failure(NamedTuple):
    """A linter that did not come to an end, with the last thing it said."""

    tool: str
    text: str


class Job(NamedTuple):
    """What one linter is to look at: files relative to `folder`, in which it runs.

    `packages` are the import folders of the service's own environment; None means that none was found.
    """

    folder: Path
    files: tuple[str, ...]
    packages: tuple[str, ...] | None = None


class Task(NamedTuple):
    """One linter over one project."""

    tool: str
    job: Job


class Command(NamedTuple):
    """One process to start: its arguments, the folder it runs in, its input and additions to the environment."""

    arguments: tuple[str, ...]
    folder: Path
    stdin: str = ''
    environment: tuple[tuple[str, str], ...] = ()


class Output(NamedTuple):
    """What a process left behind."""

    code: int
    stdout: str
    stderr: str


class Reading(NamedTuple):
    """A linter's output, understood: messages, why it failed (empty if it did not), statements it counted."""

    messages: tuple[Message, ...] = ()
    error: str = ''
    statements: int | None = None


class LintResult(NamedTuple):
    """What came of one run over some files.

    `messages` are the new ones, `known` those that the baseline records. `score` and `fail_under` are pylint's,
    computed without the known messages; with several projects below the root, those of the project that is worst off.
    `reasons` say why it failed, `unchecked` which rules had to be left out for want of the service's environment.
    """

    messages: tuple[Message, ...] = ()
    known: tuple[Message, ...] = ()
    score: float | None = None
    fail_under: float | None = None
    failed: bool = False
    notes: tuple[str, ...] = ()
    crashed: tuple[Failure, ...] = ()
    checked: int = 0
    reasons: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()

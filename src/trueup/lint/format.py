"""Let isort and black rewrite files: the real tools, one after the other, with the service's configuration."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from trueup.errors import UserError
from trueup.lint.files import select_files
from trueup.lint.judge import Baselines, Part, part_of
from trueup.lint.model import Failure, Message, Task
from trueup.lint.plan import plan_tasks
from trueup.lint.process import run_command
from trueup.lint.tools import CHECKERS, FORMATTERS

BROKEN = 'unparsable'


@dataclass(frozen=True, slots=True)
class FormatResult:
    """What the formatters did: files they rewrote (or would), files they could not work on, tools that failed.

    `left_alone` are the files that stay as they are because the baseline records them; `notes` are remarks on the
    configuration.
    """

    changed: tuple[str, ...] = ()
    broken: tuple[Message, ...] = ()
    crashed: tuple[Failure, ...] = ()
    checked: int = 0
    left_alone: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether some file is not as the formatters want it, apart from those they just rewrote."""
        return bool(self.broken or self.crashed)


def format_files(
    root: Path,
    files: Sequence[str] | None = None,
    *,
    check: bool = False,
    all_files: bool = False,
    tools: Sequence[str] = tuple(FORMATTERS),
) -> FormatResult:
    """Format the tracked Python files below `root`, or only the given ones; with `check`, write nothing.

    What the baseline records for a tool is left alone by that tool, so that touching one line of an old file does not
    reformat all of it; with `all_files` it is formatted too.
    """
    root = root.absolute()
    unknown = [tool for tool in tools if tool not in FORMATTERS]
    if unknown:
        raise UserError(f'no formatter is called {unknown[0]!r}', hint=f'choose from {", ".join(FORMATTERS)}')
    chosen = select_files(root, files)
    tasks = [task for name in FORMATTERS if name in tools for task in plan_tasks(root, chosen, tools=(name,))]
    baselines = Baselines(root, use=not all_files)
    seen = [_run(root, task, check=True) for task in (tasks if check else _recorded(root, tasks, baselines))]
    new, known = baselines.split(_messages(seen))
    before = {} if check else _digests(root, chosen)
    parts = [] if check else [_run(root, task, check=False) for task in _allowed(root, tasks, seen, known)]
    broken = [message for message in (new if check else _messages(parts)) if message.symbol == BROKEN]
    if check:
        changed = {message.path for message in new} - {message.path for message in broken}
    else:
        changed = {path for path, digest in _digests(root, chosen).items() if before[path] != digest}
    failures = (Failure(part.task.tool, part.reading.error) for part in (*seen, *parts) if part.reading.error)
    notes = (note for task in tasks for note in CHECKERS[task.tool].notes(task.job.folder))
    old = {message.path for message in known if message.symbol != BROKEN}
    return FormatResult(
        tuple(sorted(changed)),
        tuple(broken),
        tuple(dict.fromkeys(failures)),
        len(chosen),
        tuple(sorted(old - changed)),
        tuple(dict.fromkeys(notes)),
    )


def _recorded(root: Path, tasks: Iterable[Task], baselines: Baselines) -> Iterator[Task]:
    """The tasks over those files of which the baseline knows something."""
    for task in tasks:
        yield from _only(task, (name for name, path in _paths(root, task) if baselines.records(task.tool, path)))


def _allowed(root: Path, tasks: Iterable[Task], seen: Iterable[Part], known: Iterable[Message]) -> Iterator[Task]:
    """The tasks without the files that a tool is to leave alone: known ones, and recorded ones it failed to check."""
    closed = {(message.tool, message.path) for message in known}
    for part in seen:
        if part.reading.error:
            closed.update((part.task.tool, path) for _, path in _paths(root, part.task))
    for task in tasks:
        yield from _only(task, (name for name, path in _paths(root, task) if (task.tool, path) not in closed))


def _only(task: Task, names: Iterable[str]) -> Iterator[Task]:
    """The task over these of its files; nothing if there is none, for a tool without files takes the whole folder."""
    files = tuple(names)
    if files:
        yield task._replace(job=task.job._replace(files=files))


def _paths(root: Path, task: Task) -> Iterator[tuple[str, str]]:
    """Each file of a task as the tool is given it, and relative to the root of the run."""
    place = task.job.folder.relative_to(root).as_posix()
    return ((name, posixpath.normpath(f'{place}/{name}')) for name in task.job.files)


def _messages(parts: Iterable[Part]) -> list[Message]:
    return [message for part in parts for message in part.messages]


def _run(root: Path, task: Task, *, check: bool) -> Part:
    command = CHECKERS[task.tool].command if check else FORMATTERS[task.tool].format_command
    return part_of(root, task, FORMATTERS[task.tool].read(task.job, run_command(command(task.job))))


def _digests(root: Path, files: Iterable[str]) -> dict[str, bytes]:
    return {path: sha256((root / path).read_bytes()).digest() for path in files}

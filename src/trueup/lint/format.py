"""Let isort and black rewrite files: the real tools, one after the other, with the service's configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from trueup.errors import UserError
from trueup.lint.files import select_files
from trueup.lint.judge import Part, part_of
from trueup.lint.model import Failure, Message, Task
from trueup.lint.plan import plan_tasks
from trueup.lint.process import run_command
from trueup.lint.tools import CHECKERS, FORMATTERS


@dataclass(frozen=True, slots=True)
class FormatResult:
    """What the formatters did: files they rewrote (or would), files they could not work on, tools that failed."""

    changed: tuple[str, ...] = ()
    broken: tuple[Message, ...] = ()
    crashed: tuple[Failure, ...] = ()
    checked: int = 0

    @property
    def failed(self) -> bool:
        """Whether some file is not as the formatters want it, apart from those they just rewrote."""
        return bool(self.broken or self.crashed)


def format_files(
    root: Path, files: Sequence[str] | None = None, *, check: bool = False, tools: Sequence[str] = tuple(FORMATTERS)
) -> FormatResult:
    """Format the tracked Python files below `root`, or only the given ones; with `check`, write nothing."""
    root = root.absolute()
    unknown = [tool for tool in tools if tool not in FORMATTERS]
    if unknown:
        raise UserError(f'no formatter is called {unknown[0]!r}', hint=f'choose from {", ".join(FORMATTERS)}')
    chosen = select_files(root, files)
    tasks = [task for name in FORMATTERS if name in tools for task in plan_tasks(root, chosen, tools=(name,))]
    before = {} if check else _digests(root, chosen)
    parts = [_run(root, task, check=check) for task in tasks]
    messages = [message for part in parts for message in part.messages]
    broken = [message for message in messages if message.symbol == 'unparsable']
    if check:
        changed = {message.path for message in messages} - {message.path for message in broken}
    else:
        after = _digests(root, chosen)
        changed = {path for path in chosen if before[path] != after[path]}
    crashed = tuple(Failure(part.task.tool, part.reading.error) for part in parts if part.reading.error)
    return FormatResult(tuple(sorted(changed)), tuple(broken), crashed, len(chosen))


def _run(root: Path, task: Task, *, check: bool) -> Part:
    command = CHECKERS[task.tool].command if check else FORMATTERS[task.tool].format_command
    return part_of(root, task, FORMATTERS[task.tool].read(task.job, run_command(command(task.job))))


def _digests(root: Path, files: Iterable[str]) -> dict[str, bytes]:
    return {path: sha256((root / path).read_bytes()).digest() for path in files}

"""Let isort and black rewrite files: the real tools, one after the other, with the service's configuration."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, TypedDict, Unpack

from trueup.errors import UserError
from trueup.lint.cached import Cache
from trueup.lint.execute import run_one
from trueup.lint.files import select_files
from trueup.lint.judge import Baselines, Part, part_of
from trueup.lint.model import Command, Failure, Job, Message, Reading, Task
from trueup.lint.plan import plan_tasks
from trueup.lint.store import Store, default_folder
from trueup.lint.team import formatters_of
from trueup.lint.tools import CHECKERS, FORMATTERS
from trueup.lint.world import World

BROKEN = 'unparsable'


class FormatResult(NamedTuple):
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


class FormatOptions(TypedDict, total=False):
    """`check`: write nothing. `all_files`: also what the baseline records. `inside`: this process ends after the run."""

    check: bool
    all_files: bool
    tools: Sequence[str]
    use_cache: bool
    inside: bool


def format_files(root: Path, files: Sequence[str] | None = None, **options: Unpack[FormatOptions]) -> FormatResult:
    """Format the tracked Python files below `root`, or only the given ones.

    What the baseline records for a tool is left alone by that tool, so that touching one line of an old file does not
    reformat all of it. A file that a formatter once left as it is, and that is the same still, is not given to it.
    """
    root = root.absolute()
    tools, check = options.get('tools', formatters_of(root)), options.get('check', False)
    unknown = [tool for tool in tools if tool not in FORMATTERS]
    if unknown:
        raise UserError(f'no formatter is called {unknown[0]!r}', hint=f'choose from {", ".join(FORMATTERS)}')
    chosen = select_files(root, files)
    tasks = [task for name in FORMATTERS if name in tools for task in plan_tasks(root, chosen, tools=(name,))]
    baselines = Baselines(root, use=not options.get('all_files', False))
    desk = _Desk(root, options)
    seen = [desk.look(task) for task in (tasks if check else _recorded(root, tasks, baselines))]
    new, known = baselines.split(_messages(seen))
    before = {} if check else _digests(root, chosen)
    parts = [] if check else [desk.write(task) for task in _allowed(root, tasks, seen, known)]
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


class _Desk:
    """Runs formatters, and remembers which files they had nothing to say about."""

    def __init__(self, root: Path, options: FormatOptions) -> None:
        self._root = root
        self._inside = options.get('inside', False)
        self._store = Store(default_folder()) if options.get('use_cache', True) else None
        self._worlds: dict[Path, World] = {}

    def look(self, task: Task) -> Part:
        """What a formatter would do."""
        return part_of(self._root, task, self._run(task, CHECKERS[task.tool].command))

    def write(self, task: Task) -> Part:
        """Let a formatter write; the files of which it is known that nothing would change are passed over."""
        cache = self._cache(task)
        known = cache.recall(task)
        rest = tuple(name for name in task.job.files if known.rows.get(name) != [])
        if not rest:
            return Part(task, Reading(), ())
        left = task._replace(job=task.job._replace(files=rest))
        before = _digests(task.job.folder, rest)
        reading = self._run(left, FORMATTERS[task.tool].format_command)
        touched = {message.path for message in reading.messages}
        same = tuple(name for name, seen in _digests(task.job.folder, rest).items() if seen == before[name])
        if not reading.error:
            cache.keep_clean(known, [name for name in same if name not in touched])
        return part_of(self._root, left, reading)

    def _cache(self, task: Task) -> Cache:
        """Formatters write files and never name new ones: one look at a project serves them all."""
        folder = task.job.folder
        if self._store is not None and folder not in self._worlds:
            self._worlds[folder] = World(folder, task.job.files)
        return Cache(self._store, self._worlds)

    def _run(self, task: Task, command: Callable[[Job], Command]) -> Reading:
        return FORMATTERS[task.tool].read(task.job, run_one(task, command, inside=self._inside))


def _digests(root: Path, files: Iterable[str]) -> dict[str, bytes]:
    return {path: sha256((root / path).read_bytes()).digest() for path in files}

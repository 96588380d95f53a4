"""Readings of linters, from what they said before where nothing that they depend on has changed since.

black, isort and flake8 judge each file by itself: a file is known by its path, its bytes, the configuration and the
linter (isort also by the names of all modules, which tell it what is the service's own). pylint judges all files
together, through the modules that they import: its result is known by the bytes of every module of the project, by the
installed packages and by the list of files, and is either known as a whole or run as a whole. So what comes out of the
cache is what the same command would print.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from trueup.lint import fingerprint
from trueup.lint.baseline import BASELINE_FILE
from trueup.lint.environment import watched as environment_paths
from trueup.lint.model import Message, Reading, Task
from trueup.lint.store import Row, Single, Store
from trueup.lint.tools import CHECKERS
from trueup.lint.world import World, content_of, digest_of, import_base


class Known(NamedTuple):
    """What is known of one task: rows by file, and the task over those files of which nothing is known (None if none).

    `keys` are the names under which the rows of the other files will be kept, `shelf` where; both are empty for a task
    of which nothing may be kept. `reading` is the whole of a pylint task.
    """

    task: Task | None
    rows: Mapping[str, list[Row]] = {}
    keys: Mapping[str, str] = {}
    shelf: str = ''
    reading: Reading | None = None


class Cache:
    """Readings that are kept in a store; without one, nothing is known and nothing is kept."""

    def __init__(self, store: Store | None, worlds: Mapping[Path, World]) -> None:
        self._store = store
        self._worlds = worlds

    def recall(self, task: Task) -> Known:
        """What is known of a task."""
        if self._store is None:
            return Known(task)
        shelf = self._context(task)
        if not shelf:
            return Known(task)
        if task.tool == 'pylint':
            found = self._store.single(shelf)
            return Known(None, reading=_reading(task, found)) if found else Known(task, shelf=shelf)
        keys = {name: self._key(task, name) for name in task.job.files}
        known = self._store.shelf(shelf)
        rows = {name: known[key] for name, key in keys.items() if key in known}
        left = tuple(name for name in task.job.files if name not in rows)
        return Known(task._replace(job=task.job._replace(files=left)) if left else None, rows, keys, shelf)

    def complete(self, known: Known, task: Task, fresh: Reading | None) -> Reading:
        """The whole reading of a task, given what the linter said now of what was not known."""
        if known.reading is not None:
            return known.reading
        found = list(fresh.messages) if fresh else []
        for name, rows in known.rows.items():
            found += (_message(task.tool, name, row) for row in rows)
        return Reading(tuple(found), fresh.error if fresh else '', fresh.statements if fresh else None)

    def keep(self, known: Known, task: Task, fresh: Reading | None) -> None:
        """Remember what a linter said; nothing of one that did not come to its end."""
        if self._store is None or not known.shelf or (fresh and fresh.error):
            return
        if task.tool == 'pylint':
            if fresh:
                rows = tuple((message.path, _row(message)) for message in fresh.messages)
                self._store.put_single(known.shelf, Single(rows, fresh.statements))
            return
        if fresh is None:
            return
        by_file: dict[str, list[Row]] = {name: [] for name in known.keys if name not in known.rows}
        for message in fresh.messages:
            if message.path not in by_file:
                return
            by_file[message.path].append(_row(message))
        # A file that somebody saved meanwhile was judged in a state that nobody knows.
        rested = {name: rows for name, rows in by_file.items() if self._key(task, name) == known.keys[name]}
        used = {known.keys[name]: rows for name, rows in known.rows.items()}
        self._store.put_on_shelf(known.shelf, used, {known.keys[name]: rows for name, rows in rested.items()})

    def keep_clean(self, known: Known, names: Sequence[str]) -> None:
        """Remember that a linter had nothing to say about these files, as they were when they were recalled."""
        if self._store is not None and known.shelf and names:
            self._store.put_on_shelf(known.shelf, {}, {known.keys[name]: [] for name in names})

    def _context(self, task: Task) -> str:
        """Digest of all that a task depends on but its own files; empty if it can't be told."""
        world = self._worlds[task.job.folder]
        parts = [task.tool, fingerprint.engine(), world.configuration]
        closure = CHECKERS[task.tool].closure(task.job.folder)
        if closure != 'file' and not world.complete:
            return ''
        if closure == 'names':
            parts.append(world.shape)
        if closure == 'contents':
            parts.append(world.content)
        if closure == 'unknown':
            return ''
        if task.tool == 'pylint':
            installed = fingerprint.packages(task.job.packages, import_base(task.job.folder))
            if installed is None:
                return ''
            parts += [installed, str(os.cpu_count()), *task.job.files]
        return digest_of(part.encode('utf-8', 'surrogateescape') for part in parts)

    @staticmethod
    def _key(task: Task, name: str) -> str:
        return digest_of([os.fsencode(name), content_of(str(task.job.folder / name))])


def watched(root: Path, tasks: Sequence[Task], worlds: Mapping[Path, World]) -> list[str]:
    """Every path that a run looked at, in or around the projects and in the environments."""
    found = dict.fromkeys((str(root), *fingerprint.own_packages(), *fingerprint.own_code()))
    for folder, world in worlds.items():
        packages = [path for task in tasks if task.job.folder == folder for path in task.job.packages or ()]
        found |= dict.fromkeys((*world.paths, *environment_paths(folder, packages)))
        places = {os.path.dirname(path) for path in world.paths}
        baselines = [os.path.join(place, BASELINE_FILE) for place in sorted(places)]
        found |= dict.fromkeys(path for path in baselines if os.path.exists(path))
    for task in tasks:
        found |= {str(task.job.folder / name): None for name in task.job.files}
        found |= dict.fromkeys(fingerprint.package_paths(task.job.packages))
    return list(found)


def _reading(task: Task, found: Single) -> Reading:
    return Reading(tuple(_message(task.tool, path, row) for path, row in found.rows), statements=found.statements)


def _row(message: Message) -> Row:
    return [message.rule, message.symbol, message.line, message.column, message.text, message.obj]


def _message(tool: str, path: str, row: Row) -> Message:
    rule, symbol, line, column, text, obj = row
    return Message(tool, str(rule), str(symbol), path, int(line), int(column), str(text), str(obj))

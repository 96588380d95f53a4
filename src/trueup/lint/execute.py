"""Run linters side by side: each as a process of its own, or the light ones in this process if it is soon to end."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Semaphore, Thread

from trueup.lint.model import Command, Job, Output, Task
from trueup.lint.process import run_command
from trueup.lint.team import TOOLS
from trueup.lint.tools import CHECKERS

FEW = 24
"""Files up to which black, isort and flake8 are faster one after the other in this process."""

Progress = Callable[[str], None] | None


def execute(tasks: Sequence[Task], *, inside: bool = False, progress: Progress = None) -> list[Output]:
    """What each task's linter printed, in the order of the tasks."""
    own = [task for task in tasks if inside and _is_light(task)]
    folders = {task.job.folder for task in own}
    if len(folders) > 1 or sum(len(task.job.files) for task in own) > FEW * len(own):
        own = []
    others = [number for number, task in enumerate(tasks) if task not in own]
    started = [_Work(tasks[number], progress) for number in others]
    done = {number: _run_here(task, progress) for number, task in enumerate(tasks) if task in own}
    done |= {number: work.output() for number, work in zip(others, started, strict=True)}
    return [done[number] for number in range(len(tasks))]


class _Work(Thread):
    """One linter at work; concurrent.futures would cost a commit as much as isort does."""

    slots = Semaphore(max(2, os.cpu_count() or 2))

    def __init__(self, task: Task, progress: Progress) -> None:
        super().__init__(daemon=True)
        self._task = task
        self._progress = progress
        self._found: Output | None = None
        self._error: BaseException | None = None
        self.start()

    def run(self) -> None:
        with self.slots:
            try:
                self._found = _run(self._task, self._progress)
            except BaseException as error:  # pylint: disable=broad-exception-caught  # raised again where it is awaited
                self._error = error

    def output(self) -> Output:
        """What the linter printed, when it has come to its end."""
        self.join()
        if self._found is None:
            raise self._error or RuntimeError('a thread ended without a word')
        return self._found


def _is_light(task: Task) -> bool:
    return task.tool in TOOLS and task.tool != 'pylint'


def _run(task: Task, progress: Progress) -> Output:
    output = run_command(CHECKERS[task.tool].command(task.job))
    if progress:
        progress(task.tool)
    return output


def _run_here(task: Task, progress: Progress) -> Output:
    output = run_one(task, CHECKERS[task.tool].command, inside=True)
    if progress:
        progress(task.tool)
    return output


def run_one(task: Task, command: Callable[[Job], Command], *, inside: bool) -> Output:
    """One linter's command, in this process if it may be, and if its files are few."""
    if not inside or not _is_light(task) or len(task.job.files) > FEW:
        return run_command(command(task.job))
    from trueup.lint.inside import run_inside  # only for a process that is to end

    return run_inside(command(task.job), alone=task.tool == 'black')

"""Run linters side by side: each as a process of its own, or the light ones in this process if it is soon to end."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from trueup.lint.model import Output, Task
from trueup.lint.process import run_command
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
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        started: dict[int, Future[Output]] = {
            number: pool.submit(_run, task, progress) for number, task in enumerate(tasks) if task not in own
        }
        done = {number: _run_here(task, progress) for number, task in enumerate(tasks) if task in own}
        done |= {number: future.result() for number, future in started.items()}
    return [done[number] for number in range(len(tasks))]


def _is_light(task: Task) -> bool:
    return task.tool != 'pylint'


def _run(task: Task, progress: Progress) -> Output:
    output = run_command(CHECKERS[task.tool].command(task.job))
    if progress:
        progress(task.tool)
    return output


def _run_here(task: Task, progress: Progress) -> Output:
    from trueup.lint.inside import run_inside

    output = run_inside(CHECKERS[task.tool].command(task.job), alone=task.tool == 'black')
    if progress:
        progress(task.tool)
    return output

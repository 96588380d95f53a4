"""Run the four linters over a service as one: in parallel, by project, held against the baseline."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from trueup.lint.baseline import Baseline
from trueup.lint.files import has_plain_name, select_files
from trueup.lint.judge import Baselines, judge, part_of
from trueup.lint.model import LintResult, Reading, Task
from trueup.lint.plan import plan_tasks
from trueup.lint.process import run_command
from trueup.lint.tools import CHECKERS

TOOLS = ('black', 'isort', 'flake8', 'pylint')


@dataclass(frozen=True, slots=True)
class LintOptions:
    """How to lint: which tools, in which environment of the service, against which baseline.

    `python` is the interpreter of the service's environment (searched if None). `baseline` replaces the recorded one.
    """

    tools: tuple[str, ...] = TOOLS
    python: Path | None = None
    baseline: Baseline | None = None
    use_baseline: bool = True


def lint(root: Path, files: Sequence[str] | None = None, *, options: LintOptions = LintOptions()) -> LintResult:
    """Lint the tracked Python files below `root`, or only the given files and folders.

    A tool that fails does not hide what the others found. Raises UserError on a name that is not there, on a
    configuration or baseline that can't be read, and on a tool that does not exist.
    """
    root = root.absolute()
    chosen = select_files(root, files)
    tasks = plan_tasks(root, chosen, tools=options.tools, python=options.python)
    parts = [part_of(root, task, reading) for task, reading in zip(tasks, _run_all(tasks), strict=True)]
    known = Baselines(root, options.baseline, use=options.use_baseline)
    result = judge(parts, known, whole=files is None and set(options.tools) == set(TOOLS), checked=len(chosen))
    odd = tuple(f'not checked, its name is not UTF-8: {ascii(name)}' for name in chosen if not has_plain_name(name))
    return replace(result, notes=result.notes + odd, checked=len(chosen) - len(odd))


def _run_all(tasks: Sequence[Task]) -> list[Reading]:
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        return list(pool.map(_run_one, tasks))


def _run_one(task: Task) -> Reading:
    checker = CHECKERS[task.tool]
    return checker.read(task.job, run_command(checker.command(task.job)))

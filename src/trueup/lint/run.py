"""Run the four linters over a service as one: in parallel, by project, held against the baseline."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import UserError
from trueup.lint.baseline import Baseline
from trueup.lint.environment import environment_of, find_environment
from trueup.lint.files import folders_of, group_by_root, is_project, select_files
from trueup.lint.judge import Baselines, Task, judge, part_of
from trueup.lint.model import Job, LintResult, Reading
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
    _known_tools(options.tools)
    chosen = select_files(root, files)
    tasks = plan_tasks(root, chosen, options)
    parts = [part_of(root, task, reading) for task, reading in zip(tasks, _run_all(tasks), strict=True)]
    known = Baselines(root, options.baseline, use=options.use_baseline)
    return judge(parts, known, whole=files is None and set(options.tools) == set(TOOLS), checked=len(chosen))


def plan_tasks(root: Path, files: Sequence[str], options: LintOptions) -> list[Task]:
    """The linters to run, each over the files of one project that no configuration leaves out; the slowest first."""
    tasks: list[Task] = []
    for tool in sorted(set(options.tools), key=lambda name: name != 'pylint'):
        keep = _Filter(root, tool)
        for folder, names in group_by_root(root, [name for name in files if keep(name)]).items():
            packages = _packages(folder, options.python) if tool == 'pylint' else None
            tasks.append(Task(tool, Job(folder, names, packages)))
    return tasks


class _Filter:
    """Whether a tool looks at a file: the configuration of its project and of each project around it agrees."""

    def __init__(self, root: Path, tool: str) -> None:
        self._root = root
        self._excludes = CHECKERS[tool].excludes
        self._rules: dict[str, Callable[[str], bool]] = {}

    def __call__(self, name: str) -> bool:
        for place in folders_of(name):
            folder = self._root / place
            if place != '.' and not is_project(folder):
                continue
            if place not in self._rules:
                self._rules[place] = self._excludes(folder)
            inner = name if place == '.' else name.removeprefix(f'{place}/')
            if self._rules[place](inner):
                return False
        return True


def _packages(folder: Path, python: Path | None) -> tuple[str, ...] | None:
    found = environment_of(python) if python else find_environment(folder)
    return found.packages if found else None


def _run_all(tasks: Sequence[Task]) -> list[Reading]:
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        return list(pool.map(_run_one, tasks))


def _run_one(task: Task) -> Reading:
    checker = CHECKERS[task.tool]
    return checker.read(task.job, run_command(checker.command(task.job)))


def _known_tools(names: Sequence[str]) -> None:
    for name in names:
        if name not in CHECKERS:
            raise UserError(f'no linter is called {name!r}', hint=f'choose from {", ".join(TOOLS)}')

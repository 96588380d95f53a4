"""Decide what each linter looks at: which files, of which project, with which environment for their imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from trueup.errors import UserError
from trueup.lint.environment import environment_of, find_environment
from trueup.lint.files import folders_of, group_by_root, has_plain_name, is_project
from trueup.lint.model import Job, Task
from trueup.lint.tools import CHECKERS


def plan_tasks(root: Path, files: Sequence[str], *, tools: Sequence[str], python: Path | None = None) -> list[Task]:
    """The linters to run, each over the files of one project that no configuration leaves out; the slowest first.

    `python` is the interpreter of the service's environment, searched if None.
    """
    for tool in tools:
        if tool not in CHECKERS:
            raise UserError(f'no linter is called {tool!r}', hint=f'choose from {", ".join(CHECKERS)}')
    tasks: list[Task] = []
    for tool in sorted(set(tools), key=lambda name: (name != 'pylint', name)):
        keep = _Filter(root, tool)
        for folder, names in group_by_root(
            root, [name for name in files if has_plain_name(name) and keep(name)]
        ).items():
            packages = _packages(folder, python) if tool == 'pylint' else None
            tasks.append(Task(tool, Job(folder, names, packages)))
    return tasks


class _Filter:
    """Whether a tool looks at a file: the configuration of its project and of each project around it agrees."""

    def __init__(self, root: Path, tool: str) -> None:
        self._root = root
        self._excludes = CHECKERS[tool].excludes
        self._rules: dict[str, Callable[[str], bool]] = {}

    def __call__(self, name: str) -> bool:
        # From outside: what a folder leaves out, nobody reads the configuration of.
        for place in reversed(folders_of(name)):
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

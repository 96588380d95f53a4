"""Run the four linters over a service as one: what is known is recalled, the rest runs in parallel, all is judged."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from trueup.lint.baseline import Baseline
from trueup.lint.cached import Cache, Known, watched
from trueup.lint.execute import execute
from trueup.lint.files import has_plain_name, index_paths, left_alone, select_files
from trueup.lint.judge import Baselines, judge, part_of
from trueup.lint.model import LintResult, Reading, Task
from trueup.lint.plan import plan_tasks
from trueup.lint.store import Store, default_folder
from trueup.lint.team import tools_of
from trueup.lint.tools import CHECKERS
from trueup.lint.world import World


class LintOptions(NamedTuple):
    """How to lint: which tools, in which environment of the service, against which baseline.

    Without `tools` the service's own run. `python` is the interpreter of the service's environment (searched if None).
    `baseline` replaces the recorded one. `inside` says that this process ends after the run, so that small work may be done in it. `progress` is told the
    name of a tool when it comes to its end.
    """

    tools: tuple[str, ...] = ()
    python: Path | None = None
    baseline: Baseline | None = None
    use_baseline: bool = True
    use_cache: bool = True
    inside: bool = False
    progress: Callable[[str], None] | None = None


class Run(NamedTuple):
    """A result, and what names the paths that it depends on: only a run that may be said again is asked for them."""

    result: LintResult
    paths: Callable[[], tuple[str, ...]]


def lint(root: Path, files: Sequence[str] | None = None, *, options: LintOptions = LintOptions()) -> LintResult:
    """Lint the tracked Python files below `root`, or only the given files and folders.

    A tool that fails does not hide what the others found. Raises UserError on a name that is not there, on a
    configuration or baseline that can't be read, and on a tool that does not exist.
    """
    return lint_run(root, files, options=options).result


def lint_run(root: Path, files: Sequence[str] | None, *, options: LintOptions) -> Run:
    """The same, with a way to all that the result depends on."""
    root = root.absolute()
    chosen = select_files(root, files)
    tools = options.tools or tools_of(root)
    tasks = plan_tasks(root, chosen, tools=tools, python=options.python)
    worlds = _look(tasks)
    readings = _readings(tasks, worlds, options)
    parts = [part_of(root, task, reading) for task, reading in zip(tasks, readings, strict=True)]
    known = Baselines(root, options.baseline, use=options.use_baseline)
    result = judge(parts, known, whole=files is None and set(tools) == set(tools_of(root)), checked=len(chosen))
    odd = tuple(f'not checked, its name is not UTF-8: {ascii(name)}' for name in chosen if not has_plain_name(name))
    result = result._replace(notes=result.notes + odd, checked=len(chosen) - len(odd))

    def paths() -> tuple[str, ...]:
        return tuple(dict.fromkeys((*watched(root, tasks, worlds), *_named(root, files, chosen))))

    return Run(result, paths)


def _named(root: Path, files: Sequence[str] | None, chosen: Sequence[str]) -> Iterator[str]:
    """What the choice of files depends on: Git's list, unless each was given by name."""
    given = [str(root / name) for name in files or ()]
    if files is None or any(os.path.isdir(name) for name in given):
        yield from index_paths(root)
        yield from (str(root / name) for name in left_alone(root))
    yield from given
    for name in chosen:
        yield str(root / name)
        yield os.path.dirname(root / name)


def _look(tasks: Sequence[Task]) -> dict[Path, World]:
    files: dict[Path, set[str]] = {}
    for task in tasks:
        files.setdefault(task.job.folder, set()).update(task.job.files)
    return {folder: World(folder, sorted(names)) for folder, names in files.items()}


def _readings(tasks: Sequence[Task], worlds: Mapping[Path, World], options: LintOptions) -> list[Reading]:
    cache = Cache(Store(default_folder()) if options.use_cache else None, worlds)
    known = [cache.recall(task) for task in tasks]
    fresh = _run(known, options)
    if any(fresh) and options.use_cache and all(world.is_as_before() for world in worlds.values()):
        for entry, task, reading in zip(known, tasks, fresh, strict=True):
            cache.keep(entry, task, reading)
    return [cache.complete(entry, task, reading) for entry, task, reading in zip(known, tasks, fresh, strict=True)]


def _run(known: Sequence[Known], options: LintOptions) -> list[Reading | None]:
    """Run what is not known; None for what is."""
    wanted = [entry.task for entry in known if entry.task]
    outputs = iter(execute(wanted, inside=options.inside, progress=options.progress))
    return [CHECKERS[entry.task.tool].read(entry.task.job, next(outputs)) if entry.task else None for entry in known]

"""Imports each module of a service that matters in a process of its own."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from trueup.repo import Repo
from trueup.verify._process import run

SECONDS = 20.0
TOO_LONG = f'took longer than {SECONDS:.0f} s'
AGAIN = 3
AT_MOST = 60
AT_ONCE = min(4, os.cpu_count() or 1)
NO_PACKAGES = {
    'test', 'tests', 'testing', 'doc', 'docs', 'example', 'examples', 'script', 'scripts', 'notebook', 'notebooks',
    'build', 'dist', 'migrations', 'alembic', 'benchmarks', 'tools', 'data',
}  # fmt: skip


def top_packages(repo: Repo) -> tuple[str, ...]:
    """Packages at the root or in `src/`, without tests, scripts and the like."""
    found = []
    for path in repo.paths:
        match = re.fullmatch(r'(?:src/)?([A-Za-z_]\w*)/__init__\.py', path)
        if match and match[1] not in NO_PACKAGES:
            found.append(match[1])
    return tuple(dict.fromkeys(found))


def source_roots(repo: Repo) -> tuple[str, ...]:
    """Folders from which modules are imported, relative to the service."""
    inner = any(re.fullmatch(r'src/[^/]+(?:/__init__)?\.py|src/[^/]+/.+\.py', path) for path in repo.paths)
    return ('', 'src') if inner and 'src/__init__.py' not in repo else ('',)


def module_of(path: str, roots: tuple[str, ...]) -> str:
    """Dotted name of a Python file."""
    if 'src' in roots and path.startswith('src/'):
        path = path.removeprefix('src/')
    parts = PurePosixPath(path).with_suffix('').parts
    return '.'.join(parts[:-1] if parts[-1] == '__init__' else parts)


@dataclass(frozen=True, slots=True)
class Ground:
    """Where modules are imported: the environment's Python, the copy of the service, and the limits."""

    python: Path
    cwd: Path
    environment: Mapping[str, str]
    memory: int
    seconds: float
    """For all of them together."""


def import_all(modules: Sequence[str], ground: Ground) -> dict[str, str]:
    """Module -> '' or the last line of its error; what there was no time for is left out."""
    end = time.monotonic() + ground.seconds

    def imported(module: str) -> str | None:
        return _import(module, ground) if time.monotonic() < end else None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = list(zip(modules[:AT_MOST], pool.map(imported, modules[:AT_MOST]), strict=True))
    found = {module: error for module, error in tried if error is not None}
    # A busy machine is no change of the service: what was only slow gets a second chance, alone.
    slow = [module for module, error in found.items() if error == TOO_LONG][:AGAIN]
    again = ((module, imported(module)) for module in slow)
    return found | {module: error for module, error in again if error is not None}


def _import(module: str, ground: Ground) -> str:
    command = [str(ground.python), '-c', f'import importlib; importlib.import_module({module!r})']
    done = run(command, cwd=ground.cwd, environment=ground.environment, seconds=SECONDS, memory=ground.memory)
    if done.code is None:
        return TOO_LONG
    return '' if done.well else done.last_line[:300]

"""Imports each top package and application module in a process of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from trueup.repo import Repo
from trueup.verify._process import run

SECONDS = 20.0
AT_MOST = 12
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


def import_all(
    modules: tuple[str, ...], python: Path, *, cwd: Path, environment: Mapping[str, str], memory: int
) -> dict[str, str]:
    """Module -> '' or the last line of its error."""
    found = {}
    for module in modules[:AT_MOST]:
        command = [str(python), '-c', f'import importlib; importlib.import_module({module!r})']
        done = run(command, cwd=cwd, environment=environment, seconds=SECONDS, memory=memory)
        if done.code is None:
            found[module] = f'took longer than {SECONDS:.0f} s'
        else:
            found[module] = '' if done.well else done.last_line[:300]
    return found

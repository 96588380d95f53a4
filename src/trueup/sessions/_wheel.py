"""Builds the service's wheel and source distribution into a folder, and looks at what came out."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import nox

from trueup.sessions._environment import add_tool, share_index
from trueup.sessions._options import Options

TOOLS = ('build', 'twine>=6')
FOLDER = 'dist'


def is_package(options: Options) -> bool:
    """Whether the service is made to be built: it has a build system, and neither Poetry nor uv was told otherwise."""
    tool = options.pyproject.get('tool', {})
    for name, key in (('poetry', 'package-mode'), ('uv', 'package')):
        table = tool.get(name, {})
        if isinstance(table, dict) and table.get(key, True) is False:
            return False
    return 'build-system' in options.pyproject or (options.root / 'setup.py').is_file()


def modules(wheel: Path) -> int:
    """How many Python files and compiled modules a wheel holds."""
    with zipfile.ZipFile(wheel) as archive:
        return sum(name.endswith(('.py', '.so', '.pyd')) for name in archive.namelist())


def build(handle: nox.Session, source: str, target: Path, *, arguments: Sequence[str] = ()) -> list[Path] | None:
    """The files that the build of `source` left in the empty folder `target`; None under `nox --install-only`."""
    share_index(handle)
    python = str(add_tool(handle, *TOOLS))
    if handle.run(python, '-m', 'build', '--outdir', str(target), *arguments, source, external=True) is None:
        return None
    made = sorted(target.iterdir())
    # Not strict: a missing long description is no fault of a service that no index shows.
    handle.run(python, '-m', 'twine', 'check', *map(str, made), external=True)
    for wheel in made:
        if wheel.suffix == '.whl' and not modules(wheel):
            handle.error(f'{wheel.name} holds no module: the build system does not find the packages')
    return made

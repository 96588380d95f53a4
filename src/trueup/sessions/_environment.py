"""The environment of a session: the service in it, what a session adds to it, and tools that must stay out of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nox

from trueup.errors import UserError
from trueup.sessions._install import decide, index_environment, poetry_version
from trueup.sessions._options import Options

LISTING = """
import importlib.metadata, json, re
found = {}
for each in importlib.metadata.distributions():
    if each.metadata['Name']:
        url = json.loads(each.read_text('direct_url.json') or '{}')
        name = re.sub('[-_.]+', '-', each.metadata['Name']).lower()
        found.setdefault(name, [each.version, 'dir_info' in url])
print(json.dumps(found))
"""


class Package(NamedTuple):
    """What is installed under a name; `local` if it came from a folder, as the service itself does."""

    version: str
    local: bool


def prepare(handle: nox.Session, options: Options, *, development: bool = True) -> None:
    """Put the service into the session's environment, with what its developers need or without; says how."""
    share_index(handle)
    try:
        steps = decide(options, poetry=poetry_version(), uv=shutil.which('uv') is not None, development=development)
    except UserError as error:
        handle.error(f'{error}; {error.hint}')
    handle.log('%s', steps.sentence)
    if steps.command:
        handle.run_install(*steps.command, external=True)
    elif steps.arguments:
        handle.install(*steps.arguments)


def share_index(handle: nox.Session) -> None:
    """Tell every installer of a private index that one of them was told of."""
    for name, value in index_environment(os.environ).items():
        handle.env[name] = value


def installed(handle: nox.Session) -> dict[str, Package] | None:
    """Packages of the environment by normalised name; None if it can't be asked (`nox --no-install`)."""
    listed = handle.run_install('python', '-c', LISTING, silent=True, log=False)
    return read_listing(listed) if isinstance(listed, str) else None


def read_listing(text: str) -> dict[str, Package]:
    """What LISTING printed, whatever the interpreter said before it."""
    return {
        name: Package(version, local) for name, (version, local) in json.loads(text.strip().splitlines()[-1]).items()
    }


def add(handle: nox.Session, wanted: Sequence[str]) -> None:
    """Install what the service lacks, in versions that leave everything that it has installed as it is."""
    have = installed(handle)
    if have is None:
        return
    lacking = [name for name in wanted if name not in have]
    if not lacking:
        return
    handle.log('adding %s', ', '.join(lacking))
    with tempfile.TemporaryDirectory() as scratch:
        pins = Path(scratch, 'constraints.txt')
        pins.write_text(''.join(f'{name}=={each.version}\n' for name, each in sorted(have.items())), encoding='utf-8')
        handle.install(*lacking, '-c', str(pins))


def add_tool(handle: nox.Session, *requirements: str) -> Path:
    """Interpreter of an environment inside the session's that holds a tool: it must not show in what the tool says."""
    name = re.split(r'[^\w-]', requirements[0])[0]
    folder = Path(handle.virtualenv.location).absolute() / 'tools' / name
    python = folder / ('Scripts/python.exe' if os.name == 'nt' else 'bin/python')
    mark = folder / '.complete'
    if python.exists() and mark.is_file() and mark.read_text(encoding='utf-8') == '\n'.join(requirements):
        return python
    for command in _tool_steps(handle, folder, python, requirements):
        handle.run_install(*command, external=True, silent=True)
    if python.exists():
        mark.write_text('\n'.join(requirements), encoding='utf-8')
    return python


def _tool_steps(handle: nox.Session, folder: Path, python: Path, requirements: Sequence[str]) -> list[tuple[str, ...]]:
    base = str(Path(handle.virtualenv.bin) / python.name)
    shutil.rmtree(folder, ignore_errors=True)
    if handle.venv_backend == 'uv':
        return [
            ('uv', 'venv', '--quiet', '--no-project', '--python', base, str(folder)),
            ('uv', 'pip', 'install', '--quiet', '--python', str(python), *requirements),
        ]
    return [
        (sys.executable, '-m', 'virtualenv', '--quiet', '--python', base, str(folder)),
        (str(python), '-m', 'pip', 'install', '--quiet', *requirements),
    ]

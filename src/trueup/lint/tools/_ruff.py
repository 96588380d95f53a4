"""Where ruff is: a service that is on it names the version, trueup itself does not bring one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from trueup.errors import Missing
from trueup.lint.configuration import ancestors
from trueup.lint.team import ruff_version

NAME = 'ruff.exe' if os.name == 'nt' else 'ruff'
VERSION = re.compile(r'ruff (\d[\w.]*)')
SECONDS = 20
FIXED = ('--no-cache', '--force-exclude')


def ruff_command(folder: Path) -> tuple[str, ...]:
    """Start of a command that runs the team's ruff: the recorded version wherever it is, uv's, or any other.

    Raises Missing where there is none at all.
    """
    wanted = next((version for place in ancestors(folder) if (version := ruff_version(place))), '')
    return _find(folder, wanted)


@lru_cache(maxsize=64)
def _find(folder: Path, wanted: str) -> tuple[str, ...]:
    there = [(path, version) for path in dict.fromkeys(_candidates(folder)) if (version := _version(path))]
    for path, version in there:
        if version == wanted or not wanted:
            return (path,)
    uv = shutil.which('uv', path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get('PATH', '')]))
    if uv and wanted:
        return (uv, 'tool', 'run', '--quiet', f'ruff@{wanted}')
    if there:
        return (there[0][0],)
    raise Missing(
        'ruff was not found', where=str(folder), hint=f'install it: pip install ruff{f"=={wanted}" * bool(wanted)}'
    )


def _candidates(folder: Path) -> Iterator[str]:
    places = [Path(sys.executable).parent]
    for above in ancestors(folder):
        places += [above / name / kind for name in ('.venv', 'venv') for kind in ('bin', 'Scripts')]
    yield from (str(place / NAME) for place in places if (place / NAME).is_file())
    if found := shutil.which('ruff'):
        yield found


def _version(path: str) -> str:
    """A shim may be there and fail."""
    try:
        done = subprocess.run(
            [path, '--version'], capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ''
    found = VERSION.match(done.stdout)
    return found[1] if found and done.returncode == 0 else ''

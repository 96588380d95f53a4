"""Whether pyproject.toml is valid and the lock file still belongs to it, as Poetry itself sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode, Missing
from trueup.git import LEAKING, tracked_paths
from trueup.hooks._arguments import parse
from trueup.hooks._hook import Hook

LOCK = 'poetry.lock'
PACKAGING = ('pyproject.toml', LOCK)
TIMEOUT = 120


def _run(argv: Sequence[str]) -> int:
    here = Path.cwd()
    # In a larger repository `files: ^service/` takes the place of the manifest's pattern, and brings every file.
    names = [name for name in parse(argv).files or tracked_paths(here) if Path(name).name in PACKAGING]
    folders = sorted({(here / name).parent for name in names})
    worst = int(ExitCode.CLEAN)
    for folder in folders:
        label = os.path.relpath(folder, here)
        if not (folder / 'pyproject.toml').is_file():
            print(f'{label}: {LOCK} without a pyproject.toml')
            worst = max(worst, ExitCode.FINDINGS)
        elif uses_poetry(folder):
            worst = max(worst, _check(folder, label))
        else:
            print(f'{label}: not a Poetry project, nothing checked')
    return worst


def uses_poetry(folder: Path) -> bool:
    """Whether Git tracks a poetry.lock there, or pyproject.toml names Poetry; a malformed one is Poetry's to judge."""
    if LOCK in tracked_paths(folder):
        return True
    try:
        document = tomllib.loads((folder / 'pyproject.toml').read_bytes().decode('utf-8-sig'))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return True
    tool, build = document.get('tool', {}), document.get('build-system', {})
    return 'poetry' in tool or 'poetry' in str(build.get('build-backend', ''))


def _check(folder: Path, label: str) -> int:
    program = shutil.which('poetry')
    if program is None:
        raise Missing('Poetry was not found', where=label, hint='install it with `pipx install poetry`')
    command = [program, 'check', '--no-interaction', '--no-ansi']
    if LOCK in tracked_paths(folder):
        command.append('--lock')
    environment = {name: value for name, value in os.environ.items() if name not in {*LEAKING, 'VIRTUAL_ENV'}}
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            timeout=TIMEOUT,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except subprocess.TimeoutExpired as error:
        raise Missing(f'`poetry check` took over {TIMEOUT} s', where=label, hint='run it by hand to see why') from error
    if done.returncode == 0:
        return ExitCode.CLEAN
    print(f'{label}: {done.stdout.decode(errors="replace").strip()}')
    if b'poetry lock' in done.stdout:
        print('hint: run `poetry lock`, then `git add poetry.lock`', file=sys.stderr)
    return ExitCode.FINDINGS


HOOK = Hook(
    id='poetry-check',
    name='poetry check',
    description='pyproject.toml is valid and, if poetry.lock is tracked, the lock belongs to it',
    run=_run,
    files=r'(^|/)(pyproject\.toml|poetry\.lock)$',
)

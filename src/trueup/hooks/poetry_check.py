"""Whether pyproject.toml is valid and the lock file still belongs to it, as Poetry itself sees it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from functools import partial
from pathlib import Path

from trueup.errors import Missing
from trueup.git import LEAKING, tracked_paths
from trueup.hooks._hook import Hook
from trueup.hooks._lock import MANIFEST, Found, check_folders

LOCK = 'poetry.lock'
HINT = 'hint: run `poetry lock`, then `git add poetry.lock`'
TIMEOUT = 120


def uses_poetry(folder: Path) -> bool:
    """Whether Git tracks a poetry.lock there, or pyproject.toml names Poetry; a malformed one is Poetry's to judge."""
    if LOCK in tracked_paths(folder):
        return True
    try:
        document = tomllib.loads((folder / MANIFEST).read_bytes().decode('utf-8-sig'))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return True
    tool, build = document.get('tool', {}), document.get('build-system', {})
    return 'poetry' in tool or 'poetry' in str(build.get('build-backend', ''))


def _check(folder: Path, label: str) -> Found:
    if not (folder / MANIFEST).is_file():
        return Found([f'{label}: {LOCK} without a {MANIFEST}'])
    if not uses_poetry(folder):
        print(f'{label}: not a Poetry project, nothing checked')
        return Found()
    done = _ask_poetry(folder, label)
    if done.returncode == 0:
        return Found()
    return Found([f'{label}: {done.stdout.decode(errors="replace").strip()}'], b'poetry lock' in done.stdout)


def _ask_poetry(folder: Path, label: str) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which('poetry')
    if program is None:
        raise Missing('Poetry was not found', where=label, hint='install it with `pipx install poetry`')
    command = [program, 'check', '--no-interaction', '--no-ansi']
    if LOCK in tracked_paths(folder):
        command.append('--lock')
    environment = {name: value for name, value in os.environ.items() if name not in {*LEAKING, 'VIRTUAL_ENV'}}
    try:
        return subprocess.run(
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


HOOK = Hook(
    id='poetry-check',
    name='poetry check',
    description='pyproject.toml is valid and, if poetry.lock is tracked, the lock belongs to it',
    run=partial(check_folders, lock=LOCK, check=_check, hint=HINT),
    files=r'(^|/)(pyproject\.toml|poetry\.lock)$',
)

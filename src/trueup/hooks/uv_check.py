"""Whether uv.lock still belongs to pyproject.toml: as it says itself, and as uv sees it where uv is on PATH."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode
from trueup.git import tracked_paths
from trueup.hooks._arguments import parse
from trueup.hooks._hook import Hook
from trueup.packaging.uv_lock import LOCK, ask_uv, differences

HINT = 'hint: run `uv lock`, then `git add uv.lock`'


def _run(argv: Sequence[str]) -> int:
    here = Path.cwd()
    names = [name for name in parse(argv).files or tracked_paths(here) if Path(name).name in (LOCK, 'pyproject.toml')]
    folders = sorted({(here / name).parent for name in names})
    checked = [folder for folder in folders if (folder / LOCK).is_file()]
    codes = [_check(folder, os.path.relpath(folder, here)) for folder in checked]
    return max(codes, default=int(ExitCode.CLEAN))


def _check(folder: Path, label: str) -> int:
    try:
        told = differences(
            (folder / LOCK).read_bytes().decode('utf-8-sig'),
            (folder / 'pyproject.toml').read_bytes().decode('utf-8-sig'),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        told = (f'can not be read: {error}',)
    word = '' if told else ask_uv(folder)
    if word is None:
        print(f'note: {label}: `uv lock --check` was not run (no uv on PATH, or no index)', file=sys.stderr)
    for line in (*told, *([word] if word else [])):
        print(f'{label}/{LOCK}: {line}')
    if told or word:
        print(HINT, file=sys.stderr)
        return ExitCode.FINDINGS
    return ExitCode.CLEAN


HOOK = Hook(
    id='uv-check',
    name='uv lock --check',
    description='if uv.lock is tracked, it belongs to pyproject.toml',
    run=_run,
    files=r'(^|/)(pyproject\.toml|uv\.lock)$',
)

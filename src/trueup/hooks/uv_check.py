"""Whether uv.lock still belongs to pyproject.toml: as it says itself, and as uv sees it where uv is on PATH."""

from __future__ import annotations

import sys
import tomllib
from functools import partial
from pathlib import Path

from trueup.hooks._hook import Hook
from trueup.hooks._lock import MANIFEST, Found, check_folders
from trueup.packaging.uv_lock import LOCK, ask_uv, differences


def _check(folder: Path, label: str) -> Found:
    if not (folder / LOCK).is_file():
        return Found()
    try:
        told = differences(*((folder / name).read_bytes().decode('utf-8-sig') for name in (LOCK, MANIFEST)))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        told = (f'can not be read: {error}',)
    word = '' if told else ask_uv(folder)
    if word is None:
        print(f'note: {label}: `uv lock --check` was not run (no uv on PATH, or no index)', file=sys.stderr)
    lines = [f'{label}/{LOCK}: {line}' for line in (*told, word) if line]
    return Found(lines, bool(lines))


HOOK = Hook(
    id='uv-check',
    name='uv lock --check',
    description='if uv.lock is tracked, it belongs to pyproject.toml',
    run=partial(check_folders, lock=LOCK, check=_check, hint='hint: run `uv lock`, then `git add uv.lock`'),
    files=r'(^|/)(pyproject\.toml|uv\.lock)$',
)

"""`ruff check` with the team's own configuration, in a service whose answer is `lint_tools: ruff`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from trueup.lint.contract import Closure
from trueup.lint.model import Command, Job, Message, Output, Reading
from trueup.lint.process import arguments_of, last_words
from trueup.lint.tools._ruff import FIXED, ruff_command


def excludes(folder: Path) -> Callable[[str], bool]:
    """ruff itself leaves out what its configuration excludes (`--force-exclude`)."""
    del folder
    return lambda _name: False


def notes(folder: Path) -> tuple[str, ...]:
    """Which table ruff never reads because a file of its own comes first."""
    pyproject, own = folder / 'pyproject.toml', [
        name for name in ('.ruff.toml', 'ruff.toml') if (folder / name).is_file()
    ]
    shadowed = own and pyproject.is_file() and '[tool.ruff' in pyproject.read_text(encoding='utf-8', errors='replace')
    return (f'ruff: pyproject.toml is shadowed by {own[0]}',) if shadowed else ()


def closure(folder: Path) -> Closure:
    """ruff is not part of trueup, so what it said is not kept: it is faster than our cache."""
    del folder
    return 'unknown'


def command(job: Job) -> Command:
    """`ruff check` on the files of a job; it mends nothing, whatever its configuration says."""
    words = ('check', '--no-fix', '--output-format=json', *FIXED)
    return Command((*ruff_command(job.folder), *words, '--', *arguments_of(job.files)), job.folder)


def read(job: Job, output: Output) -> Reading:
    """The messages of ruff's JSON; a file that is not Python 3 has one only."""
    if output.code not in (0, 1):
        return Reading(error=last_words(output))
    try:
        found = [_message(item, job.folder) for item in json.loads(output.stdout or '[]')]
    except (ValueError, KeyError, TypeError):
        return Reading(error=last_words(output))
    broken: set[str] = set()
    kept = []
    for message in found:
        if message.symbol != 'syntax-error' or message.path not in broken:
            kept.append(message)
        if message.symbol == 'syntax-error':
            broken.add(message.path)
    return Reading(tuple(kept))


def _message(item: dict[str, object], folder: Path) -> Message:
    code = str(item['code'] or 'invalid-syntax')
    start = item['location']
    assert isinstance(start, dict)
    path = os.path.relpath(os.path.realpath(str(item['filename'])), os.path.realpath(folder)).replace(os.sep, '/')
    symbol = 'syntax-error' if code == 'invalid-syntax' else ''
    return Message('ruff', code, symbol, path, int(start['row']), int(start['column']), str(item['message']))

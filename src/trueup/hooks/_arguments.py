"""The few options of the hooks, parsed by hand: every commit pays for what is imported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import UserError


@dataclass(frozen=True, slots=True)
class Arguments:
    """`--check`: only report. `--no-baseline`: old debt counts too. `--python`: the project's interpreter."""

    files: tuple[str, ...] = ()
    check: bool = False
    baseline: bool = True
    python: Path | None = None


def parse(argv: Sequence[str]) -> Arguments:
    """The arguments of a hook on files; a file whose name begins with a dash is still a file."""
    files: list[str] = []
    check, baseline = False, True
    python: Path | None = None
    words = iter(argv)
    for word in words:
        if word == '--':
            files += words
        elif word == '--check':
            check = True
        elif word == '--no-baseline':
            baseline = False
        elif word == '--python':
            python = _interpreter(next(words, ''))
        elif word.startswith('--python='):
            python = _interpreter(word.removeprefix('--python='))
        elif word.startswith('-') and not os.path.lexists(word):
            raise UserError(
                f'no option {word}', where='trueup-hook', hint='options: --check --no-baseline --python PATH'
            )
        else:
            files.append(word)
    return Arguments(tuple(dict.fromkeys(files)), check=check, baseline=baseline, python=python)


def _interpreter(word: str) -> Path:
    path = Path(word).absolute()
    if not word or not path.is_file():
        raise UserError(
            'no such interpreter', where=word or '--python', hint='give the path of a Python, such as .venv/bin/python'
        )
    return path

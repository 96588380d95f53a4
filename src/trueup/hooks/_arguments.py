"""The few options of the hooks, parsed by hand: every commit pays for what is imported."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from trueup.errors import UserError

FLAGS = frozenset(('--check', '--fix', '--no-baseline'))
OPTIONS = '--check --fix --no-baseline --only TOOL --python PATH'


class Arguments(NamedTuple):
    """`--check`: only report. `--fix`: format first. `--only`: these tools. `--no-baseline`: old debt counts too.

    `--python`: the project's interpreter.
    """

    files: tuple[str, ...] = ()
    check: bool = False
    fix: bool = False
    only: tuple[str, ...] = ()
    baseline: bool = True
    python: Path | None = None


def parse(argv: Sequence[str]) -> Arguments:
    """The arguments of a hook on files; a file whose name begins with a dash is still a file."""
    files: list[str] = []
    flags: set[str] = set()
    valued: dict[str, list[str]] = {'--python': [], '--only': []}
    words = iter(argv)
    for word in words:
        name, equals, value = word.partition('=')
        if word == '--':
            files += words
        elif word in FLAGS:
            flags.add(word)
        elif name in valued and not (equals and os.path.lexists(word)):
            valued[name].append(value if equals else next(words, ''))
        elif word.startswith('-') and not os.path.lexists(word):
            raise UserError(f'no option {word}', where='trueup-hook', hint=f'options: {OPTIONS}')
        else:
            files.append(word)
    return Arguments(
        tuple(dict.fromkeys(files)),
        check='--check' in flags,
        fix='--fix' in flags,
        only=tuple(dict.fromkeys(valued['--only'])),
        baseline='--no-baseline' not in flags,
        python=_interpreter(valued['--python'][-1]) if valued['--python'] else None,
    )


def _interpreter(word: str) -> Path:
    path = Path(word).absolute()
    if not word or not path.is_file():
        raise UserError(
            'no such interpreter', where=word or '--python', hint='give the path of a Python, such as .venv/bin/python'
        )
    return path

"""Whether the message of a commit says of what kind the change is: the changelog and the next version are made of it."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode, UserError
from trueup.hooks._arguments import parse
from trueup.hooks._hook import Hook

KINDS = ('build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test')
LONGEST = 100
SUBJECT = re.compile(rf'(?:{"|".join(KINDS)})(?:\([^()\s][^()]*\))?!?: \S.*')
"""https://www.conventionalcommits.org/en/v1.0.0/#specification"""
OF_GIT = re.compile(r'(?:Merge|Revert|fixup!|squash!|amend!) ')
"""Messages that Git itself writes."""


def complaint(message: str) -> str:
    """What is wrong with a message, '' if nothing is."""
    subject = _subject(message)
    if not subject or OF_GIT.match(subject):
        return ''  # an empty message stops the commit by itself
    if not SUBJECT.fullmatch(subject):
        return f'{subject!r} does not begin with a kind, such as `feat: ` or `fix(api): `'
    return f'the first line has {len(subject)} characters, more than {LONGEST}' if len(subject) > LONGEST else ''


def _subject(message: str) -> str:
    """The first line that is neither blank nor a comment of Git's."""
    lines = (line.strip() for line in message.splitlines())
    return next((line for line in lines if line and not line.startswith('#')), '')


def _run(argv: Sequence[str]) -> int:
    worst = ExitCode.CLEAN
    for name in parse(argv).files:
        try:
            message = Path(name).read_text(encoding='utf-8', errors='replace')
        except OSError as error:
            raise UserError('can not be read', where=name, hint=str(error.strerror)) from error
        if said := complaint(message):
            print(said)
            print(
                f'hint: kinds are {", ".join(KINDS)}; `!` before the colon says that it breaks users', file=sys.stderr
            )
            worst = ExitCode.FINDINGS
    return worst


HOOK = Hook(
    id='commit-message',
    name='commit message',
    description='the first line says of what kind the change is (Conventional Commits), in at most 100 characters',
    run=_run,
    stages=('commit-msg',),
)

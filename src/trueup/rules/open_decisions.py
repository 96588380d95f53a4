"""Decisions of an adoption that a person has not made yet."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation


def undecided(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """`[tool.trueup.open]` is empty: each line there is a question that adopt could not answer."""
    del situation
    try:
        data: object = tomllib.loads(repo.text('pyproject.toml') or '')
    except tomllib.TOMLDecodeError:
        return
    for key in ('tool', 'trueup', 'open'):
        data = data.get(key) if isinstance(data, Mapping) else None
    for target, question in data.items() if isinstance(data, Mapping) else ():
        path, _, name = str(target).partition('::')
        yield Finding(
            'OPN001',
            path,
            f'{name} waits for a decision: {question}',
            hint='decide, then delete its line in [tool.trueup.open]',
            fixable=False,
        )


RULES = (Rule('OPN001', 'No decision of the adoption is open', undecided),)

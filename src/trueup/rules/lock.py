"""The lock file: there, readable, and free of conflict markers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation

LOCK = 'poetry.lock'


def lock_present(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """A service packaged with Poetry has its poetry.lock in Git."""
    if situation.packaging != 'poetry' or situation.scope == 'config':
        return
    if LOCK not in repo:
        yield Finding('LCK001', LOCK, 'the lock file is missing', hint='run `poetry lock` and commit it', fixable=False)
        return
    try:
        tomllib.loads(repo.text(LOCK) or '')
    except tomllib.TOMLDecodeError as error:
        yield Finding(
            'LCK002', LOCK, f'the lock file can not be read: {error}', hint='run `poetry lock`', fixable=False
        )


RULES = (Rule('LCK001', 'A Poetry service has a readable lock file', lock_present),)

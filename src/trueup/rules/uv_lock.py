"""uv.lock of a team on uv: there, readable, and made for what pyproject.toml says now."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from trueup.model import Finding
from trueup.packaging.uv_lock import LOCK, differences
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation

HINT = 'run `uv lock` and commit it'


def lock_present(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """A service packaged with uv has its uv.lock in Git."""
    if _expected(situation) and LOCK not in repo:
        yield Finding('LCK004', LOCK, 'the lock file is missing', hint=HINT, fixable=False)


def lock_fresh(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """uv.lock can be read and was made for what pyproject.toml names now; the hook `uv-check` also asks uv itself."""
    lock, pyproject = repo.text(LOCK), repo.text('pyproject.toml')
    if not _expected(situation) or lock is None or pyproject is None:
        return
    try:
        tomllib.loads(pyproject)
        found = differences(lock, pyproject)
    except tomllib.TOMLDecodeError as error:
        found = (f'the lock file can not be read: {error}',) if _broken(lock) else ()
    for message in found:
        yield Finding('LCK005', LOCK, message, hint=HINT, fixable=False)


def _broken(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return True
    return False


def _expected(situation: Situation) -> bool:
    return situation.packaging == 'uv' and situation.scope != 'config'


RULES = (
    Rule('LCK004', 'A service on uv has its lock file in Git', lock_present),
    Rule('LCK005', 'uv.lock was made for the dependencies as they are', lock_fresh),
)

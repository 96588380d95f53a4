"""The lock file: there, readable, and made for what pyproject.toml says now."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from trueup.model import Finding
from trueup.packaging.content_hash import content_hash
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation

LOCK = 'poetry.lock'


def lock_present(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """A service packaged with Poetry has its poetry.lock in Git."""
    if _expected(situation) and LOCK not in repo:
        yield Finding('LCK001', LOCK, 'the lock file is missing', hint='run `poetry lock` and commit it', fixable=False)


def lock_readable(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """poetry.lock is valid TOML, without the markers of a merge."""
    if not _expected(situation) or LOCK not in repo:
        return
    error = _read(repo.text(LOCK) or '').error
    if error:
        yield Finding(
            'LCK002', LOCK, f'the lock file can not be read: {error}', hint='run `poetry lock`', fixable=False
        )


def lock_fresh(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """poetry.lock was made for the dependencies that pyproject.toml names now."""
    lock, pyproject = repo.text(LOCK), repo.text('pyproject.toml')
    if not _expected(situation) or lock is None or pyproject is None:
        return
    found = _read(lock)
    try:
        project = tomllib.loads(pyproject)
    except tomllib.TOMLDecodeError:
        return
    if not found.error and found.content_hash not in (
        content_hash(project),
        content_hash({**project, 'dependency-groups': {}}),
    ):
        yield Finding(
            'LCK003',
            LOCK,
            'the lock file was made for other dependencies than pyproject.toml names',
            hint='run `poetry lock` and commit it',
            fixable=False,
        )


class _Lock(NamedTuple):
    """What is asked of a lock file, or why it can not be read."""

    content_hash: object = None
    error: str = ''


@functools.lru_cache(maxsize=16)
def _read(text: str) -> _Lock:
    """A lock file is long, two rules ask for it, and services of one origin share it."""
    try:
        metadata = tomllib.loads(text).get('metadata')
    except tomllib.TOMLDecodeError as error:
        return _Lock(error=str(error))
    return _Lock(metadata.get('content-hash') if isinstance(metadata, dict) else None)


def _expected(situation: Situation) -> bool:
    return situation.packaging == 'poetry' and situation.scope != 'config'


RULES = (
    Rule('LCK001', 'A Poetry service has its lock file in Git', lock_present),
    Rule('LCK002', 'The lock file can be read', lock_readable),
    Rule('LCK003', 'The lock file was made for the dependencies as they are', lock_fresh),
)

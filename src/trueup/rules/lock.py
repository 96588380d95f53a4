"""The lock file: there, readable, and made for what pyproject.toml says now."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation

LOCK = 'poetry.lock'
PROJECT_KEYS = ('requires-python', 'dependencies', 'optional-dependencies')
OLD_KEYS = ('dependencies', 'source', 'extras', 'dev-dependencies')


def lock_present(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """A service packaged with Poetry has its poetry.lock in Git."""
    if _expected(situation) and LOCK not in repo:
        yield Finding('LCK001', LOCK, 'the lock file is missing', hint='run `poetry lock` and commit it', fixable=False)


def lock_readable(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """poetry.lock is valid TOML, without the markers of a merge."""
    if not _expected(situation) or LOCK not in repo:
        return
    try:
        tomllib.loads(repo.text(LOCK) or '')
    except tomllib.TOMLDecodeError as error:
        yield Finding(
            'LCK002', LOCK, f'the lock file can not be read: {error}', hint='run `poetry lock`', fixable=False
        )


def lock_fresh(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """poetry.lock was made for the dependencies that pyproject.toml names now."""
    lock, pyproject = repo.text(LOCK), repo.text('pyproject.toml')
    if not _expected(situation) or lock is None or pyproject is None:
        return
    try:
        locked = tomllib.loads(lock).get('metadata', {}).get('content-hash')
        project = tomllib.loads(pyproject)
    except tomllib.TOMLDecodeError:
        return
    if locked not in (content_hash(project), content_hash({**project, 'dependency-groups': {}})):
        yield Finding(
            'LCK003',
            LOCK,
            'the lock file was made for other dependencies than pyproject.toml names',
            hint='run `poetry lock` and commit it',
            fixable=False,
        )


def content_hash(project: Mapping[str, object]) -> str:
    """What Poetry 2 writes as `content-hash`: a SHA-256 over all that decides about a lock (its Locker class)."""
    standard = _table(project.get('project'))
    groups = _table(project.get('dependency-groups'))
    poetry = _table(_table(project.get('tool')).get('poetry'))
    named = {key: standard[key] for key in PROJECT_KEYS if standard.get(key) is not None}
    # A file without [project] and groups is hashed as Poetry 1 did: absent keys count as null.
    old = {key: poetry.get(key) for key in OLD_KEYS if poetry.get(key) is not None or not (named or groups)}
    if poetry.get('group') is not None:
        old['group'] = poetry['group']
    content: dict[str, object] = {'project': named} if named else {}
    if groups:
        content['dependency-groups'] = groups
    content = {**content, 'tool': {'poetry': old}} if content else dict(old)
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _expected(situation: Situation) -> bool:
    return situation.packaging == 'poetry' and situation.scope != 'config'


RULES = (
    Rule('LCK001', 'A Poetry service has its lock file in Git', lock_present),
    Rule('LCK002', 'The lock file can be read', lock_readable),
    Rule('LCK003', 'The lock file was made for the dependencies as they are', lock_fresh),
)

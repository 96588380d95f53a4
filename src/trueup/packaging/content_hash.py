"""The hash by which Poetry tells whether its lock was made for a pyproject.toml."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

PROJECT_KEYS = ('requires-python', 'dependencies', 'optional-dependencies')
OLD_KEYS = ('dependencies', 'source', 'extras', 'dev-dependencies')


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

"""Poetry's own dependency groups become `[dependency-groups]`, which every packager reads.

What PEP 735 can't say (an index, a path, `develop`, pre-releases, a union of versions) stays in the group's table of
`[tool.poetry]`, where Poetry 2 looks it up by name. Sources: PEP 735; Poetry, "Managing dependencies".
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from trueup.errors import UserError
from trueup.migrations._contract import Migrated, Migration, Obstacle
from trueup.model import Action, Change, Decision, Evidence, File, Mode, Owner, Tree
from trueup.repo import Repo
from trueup.text.encoding import decode, encode, restore_endings, to_unix

if TYPE_CHECKING:
    from trueup.packaging._model import Dependency

PYPROJECT, LOCK = 'pyproject.toml', 'poetry.lock'
WORDS = re.compile(r'\bdev-dependencies\b|\bgroup\b')
HASH = re.compile(r'(?m)^(content-hash = ")([0-9a-f]+)(")')
IGNORED = '{0} is never installed: Poetry reads the group {1} from [dependency-groups], which does not name it'
REASON = 'dependency groups have a standard (PEP 735)'


def needed(repo: Repo) -> tuple[Evidence, ...]:
    """Each requirement of a group that `[dependency-groups]` does not have."""
    return tuple(item.evidence for item in _found(repo))


def blocked(repo: Repo) -> tuple[Obstacle, ...]:
    """A requirement that can't be read, or that Poetry itself ignores, with its line."""
    text = _text(repo)
    if not text:
        return ()
    from trueup.migrations._groups import ignored

    try:
        return tuple(Obstacle(item.evidence, IGNORED.format(item.name, item.group)) for item in ignored(text))
    except UserError as error:
        path, _, line = error.where.partition(':')
        return (Obstacle(Evidence(path, int(line or 0)), error.message),)


def carry_out(repo: Repo, _theirs: Tree) -> Migrated:
    """pyproject.toml with the groups moved; the hash in a fresh lock follows, because the lock still fits."""
    items = _found(repo)
    before = repo.file(PYPROJECT)
    decoded = decode(before.data) if before else None
    if not items or before is None or decoded is None or before.mode is Mode.LINK:
        return Migrated()
    from trueup.migrations._groups import declared, missing, moved
    from trueup.packaging._model import normalise

    old = to_unix(decoded.text)
    text = moved(old, items)
    try:
        holds = {(normalise(item.group), item.key) for item in items} <= set(declared(tomllib.loads(text)))
        if not holds or missing(text):
            return Migrated()
    except (tomllib.TOMLDecodeError, UserError):
        return Migrated()
    after = File(encode(restore_endings(text, decoded.text), decoded), before.mode)
    return Migrated((Change(PYPROJECT, before, after), *_lock(repo, old, text)), tuple(map(_decision, items)))


def _text(repo: Repo) -> str:
    """pyproject.toml, '' where it has no such group or is no TOML."""
    text = to_unix(repo.text(PYPROJECT) or '')
    if 'poetry' not in text or not WORDS.search(text):
        return ''
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ''
    return text


def _found(repo: Repo) -> tuple[Dependency, ...]:
    """What is to be moved, nothing where one of them can't be read."""
    text = _text(repo)
    if not text:
        return ()
    from trueup.migrations._groups import missing

    try:
        return missing(text)
    except UserError:
        return ()


def _lock(repo: Repo, old: str, new: str) -> tuple[Change, ...]:
    """The lock with the hash of the new text, if it was made for the old one: it names the same requirements."""
    from trueup.packaging.content_hash import content_hash

    before = repo.file(LOCK)
    decoded = decode(before.data) if before else None
    found = HASH.search(decoded.text) if decoded else None
    if before is None or decoded is None or found is None or found[2] != content_hash(tomllib.loads(old)):
        return ()
    text = decoded.text[: found.start(2)] + content_hash(tomllib.loads(new)) + decoded.text[found.end(2) :]
    return (Change(LOCK, before, File(encode(text, decoded), before.mode)),)


def _decision(item: Dependency) -> Decision:
    kept = ', '.join(f'{key} = {text}' for key, text in item.enrichment)
    after = item.requirement + (f' with {{{kept}}} for Poetry' if kept else '')
    reason = f'{REASON}; it can not say {kept}, so that stays in [tool.poetry]' if kept else REASON
    source = str(item.evidence)
    return Decision(PYPROJECT, item.key_path, Action.MOVE, item.before, after, Owner.TEAM, reason, source, 'migration')


MIGRATION = Migration(
    'dependency-groups',
    'MIG002',
    'Dependency groups stand in [dependency-groups] (PEP 735)',
    'groups as PEP 735 has them',
    needed,
    carry_out,
    blocked,
    scopes=frozenset({'quality', 'full'}),
    packagings=frozenset({'poetry'}),
)

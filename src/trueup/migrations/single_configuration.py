"""Settings of flake8, isort and pylint that are about *this* service move from their old files to pyproject.toml.

Thresholds and code lists of the old files are not carried: the standard has its own, and the report shows the old ones.
Of several files the one that the tool really read is carried, the others are shown.
"""

from __future__ import annotations

from trueup.migrations._contract import Migrated, Migration
from trueup.migrations._old_places import Found, Place, found, header, without
from trueup.migrations._tool_options import PYPROJECT, place
from trueup.model import Action, Change, Decision, Evidence, File, Mode, Owner, Tree
from trueup.repo import Repo
from trueup.text.encoding import decode, encode
from trueup.text.tree import Malformed

MOVED = 'what it says of the service is in pyproject.toml now; thresholds and code lists are the standard\'s'
UNREAD = 'the tool never read it: {} comes first'


def needed(repo: Repo) -> tuple[Evidence, ...]:
    """The sections from which something has to move."""
    return tuple(header(repo, item.applied) for item in found(repo))


def carry_out(repo: Repo, _theirs: Tree) -> Migrated:
    """pyproject.toml with the settings, and the old places gone; all of it, or nothing where a file can't be edited."""
    items = tuple(found(repo))
    before = repo.file(PYPROJECT)
    decoded = decode(before.data) if before else None
    if not items or (before is not None and (decoded is None or before.mode is Mode.LINK)):
        return Migrated()
    try:
        text, decisions = place(decoded.text if decoded else '', (one for item in items for one in item.settings))
    except Malformed:
        return Migrated()
    after = File(encode(text, decoded) if decoded else text.encode(), before.mode if before else Mode.PLAIN)
    gone = _gone(repo, items)
    if gone is None:
        return Migrated()
    return Migrated((Change(PYPROJECT, before, after), *gone[0]), (*decisions, *gone[1]))


def _gone(repo: Repo, items: tuple[Found, ...]) -> tuple[tuple[Change, ...], tuple[Decision, ...]] | None:
    """The old files without the sections that were carried or never read."""
    texts: dict[str, str] = {}
    decisions: list[Decision] = []
    for item in items:
        for one in item.places:
            file = repo.file(one.path)
            decoded = decode(file.data) if file and file.mode is not Mode.LINK else None
            current = texts.get(one.path, decoded.text if decoded else '')
            smaller = without(current, one)
            if decoded is None or smaller is None:
                return None
            texts[one.path] = smaller
            decisions.append(_removed(item, one, current))
    return tuple(_change(repo, path, text) for path, text in texts.items()), tuple(decisions)


def _removed(item: Found, one: Place, text: str) -> Decision:
    reason = MOVED if one is item.applied else UNREAD.format(item.applied.path)
    key = () if one.whole else (one.sections(text)[0],)
    return Decision(one.path, key, Action.REMOVE, text.strip(), None, Owner.TEAM, reason, one.path, 'migration')


def _change(repo: Repo, path: str, text: str) -> Change:
    before = repo.file(path)
    decoded = decode(before.data) if before else None
    assert before is not None and decoded is not None
    return Change(path, before, File(encode(text, decoded), before.mode) if text else None)


MIGRATION = Migration(
    'single-configuration',
    'MIG001',
    'flake8, isort and pylint are configured in pyproject.toml only',
    'tools into pyproject.toml',
    needed,
    carry_out,
)

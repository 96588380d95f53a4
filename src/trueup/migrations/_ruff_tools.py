"""`adopt --convert-tools`: ruff's configuration becomes that of the standard's tools, and its own places go.

No standard names this step: a team that is on ruff stays there until somebody asks for it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator

from trueup.merge.retired import get_value, remove_key
from trueup.migrations._contract import Migrated, Migration, Obstacle
from trueup.migrations._ruff_options import Wanted, translate
from trueup.model import Action, Change, Decision, Evidence, File, KeyPath, Mode, Owner, Tree
from trueup.repo import Repo
from trueup.text.encoding import Decoded, decode, encode, restore_endings, to_unix
from trueup.text.keys import parse_key
from trueup.text.toml import Toml, parse_toml
from trueup.text.tree import Malformed

PYPROJECT, HOOKS = 'pyproject.toml', '.pre-commit-config.yaml'
FILES = ('.ruff.toml', 'ruff.toml')
HOMES = ('astral-sh/ruff-pre-commit', 'charliermarsh/ruff-pre-commit')
TABLE: KeyPath = ('tool', 'ruff')


def needed(repo: Repo) -> tuple[Evidence, ...]:
    """Each place of ruff's configuration, and its hooks."""
    places = [Evidence(path) for path in FILES if path in repo]
    if get_value(repo.text(PYPROJECT) or '', PYPROJECT, TABLE) is not None:
        places.append(Evidence(PYPROJECT))
    return (*places, *(Evidence(HOOKS) for _ in _hooks(repo)))


def blocked(repo: Repo) -> tuple[Obstacle, ...]:
    """What of the configuration that holds has no counterpart."""
    path, table = _table(repo)
    _, lost = translate(table)
    return tuple(Obstacle(Evidence(path), f'{item.option}: {item.what}') for item in lost)


def carry_out(repo: Repo, _theirs: Tree) -> Migrated:
    """The options in pyproject.toml, ruff's table, files and hooks gone; nothing where a file can't be edited."""
    path, table = _table(repo)
    wanted, _ = translate(table)
    texts = {name: found.text for name in (PYPROJECT, HOOKS) if (found := _decoded(repo, name))}
    try:
        text, decisions = _placed(texts.get(PYPROJECT, ''), wanted, path)
    except Malformed:
        return Migrated()
    changes: dict[str, str | None] = {PYPROJECT: text}
    retired = [(PYPROJECT, TABLE)] * (get_value(text, PYPROJECT, TABLE) is not None)
    retired += [(HOOKS, key) for key in _hooks(repo)]
    for name, key in retired:
        current = changes.get(name, texts.get(name)) or ''
        smaller = remove_key(current, name, key)
        if smaller is None:
            return Migrated()
        changes[name] = smaller
        decisions.append(_gone(name, key, get_value(current, name, key)))
    for name in FILES:
        if found := _decoded(repo, name):
            changes[name] = None
            decisions.append(_gone(name, (), found.text.strip()))
    return Migrated(tuple(_change(repo, name, after) for name, after in changes.items()), tuple(decisions))


def _table(repo: Repo) -> tuple[str, dict[str, object]]:
    """The configuration that ruff reads: a file of its own comes first."""
    for path in (*FILES, PYPROJECT):
        try:
            data = tomllib.loads(repo.text(path) or '')
        except tomllib.TOMLDecodeError:
            continue
        table = data if path in FILES else data.get('tool', {}).get('ruff')
        if path in repo and isinstance(table, dict):
            return path, table
    return PYPROJECT, {}


def _hooks(repo: Repo) -> Iterator[KeyPath]:
    text = repo.text(HOOKS) or ''
    for home in HOMES:
        key = parse_key(f'repos[repo=https://github.com/{home}]')  # with `.git` it is the same
        if home in text and get_value(text, HOOKS, key) is not None:
            yield key


def _placed(text: str, wanted: Iterable[Wanted], path: str) -> tuple[str, list[Decision]]:
    """pyproject.toml with the values; what the team wrote for a tool itself stands."""
    new, decisions = to_unix(text), []
    for item in _joined(wanted):
        document = parse_toml(new)
        known = document.find(item.key)
        value, source = json.dumps(item.value, ensure_ascii=False), f'{path}: {item.source}'
        if known is not None:
            reason = 'pyproject.toml has a value for the tool itself'
            kept = document.source(known)
            decisions.append(
                Decision(PYPROJECT, item.key, Action.KEEP, kept, kept, Owner.TEAM, reason, source, 'migration')
            )
            continue
        *table, option = (json.dumps(part) if ' ' in part else part for part in item.key)
        new = Toml().insert(document, item.key, parse_toml(f'[{".".join(table)}]\n{option} = {value}\n'))
        reason = f'what ruff was told with {item.source}'
        decisions.append(
            Decision(PYPROJECT, item.key, Action.MOVE, value, value, Owner.TEAM, reason, source, 'migration')
        )
    return restore_endings(new, text), decisions


def _joined(wanted: Iterable[Wanted]) -> Iterator[Wanted]:
    """One value for each key: lists of several options add up, of other values the first counts."""
    found: dict[KeyPath, Wanted] = {}
    for item in wanted:
        first = found.get(item.key)
        if first is None:
            found[item.key] = item
        elif isinstance(first.value, list) and isinstance(item.value, list):
            both = list(dict.fromkeys([*first.value, *item.value]))
            found[item.key] = item._replace(value=both, source=f'{first.source}, {item.source}')
        elif item.key[-1] == 'extend-exclude':
            found[item.key] = item._replace(
                value=f'{first.value}|{item.value}', source=f'{first.source}, {item.source}'
            )
    return iter(found.values())


def _decoded(repo: Repo, path: str) -> Decoded | None:
    file = repo.file(path)
    return decode(file.data) if file is not None and file.mode is not Mode.LINK else None


def _gone(path: str, key: KeyPath, before: str | None) -> Decision:
    reason = "the standard's tools do this now"
    return Decision(path, key, Action.REMOVE, before, None, Owner.TEAM, reason, '--convert-tools', 'migration')


def _change(repo: Repo, path: str, text: str | None) -> Change:
    before = repo.file(path)
    if text is None:
        return Change(path, before, None)
    found = decode(before.data) if before else None
    return Change(
        path, before, File(encode(text, found) if found else text.encode(), before.mode if before else Mode.PLAIN)
    )


RUFF_TOOLS = Migration(
    'ruff-tools',
    '--convert-tools',
    "The code is checked by the standard's tools instead of ruff",
    'ruff gives way to black, isort, flake8 and pylint',
    needed,
    carry_out,
    blocked,
)

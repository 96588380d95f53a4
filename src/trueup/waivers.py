"""Recorded exceptions to the standard: `[tool.trueup.waivers]`, each with a reason, an owner and an end."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from trueup.errors import UserError
from trueup.model import KeyPath
from trueup.text.encoding import restore_endings, to_unix
from trueup.text.keys import format_key, parse_key
from trueup.text.toml import Toml, parse_toml
from trueup.text.tree import Malformed

TABLE = ('tool', 'trueup', 'waivers')
GRAMMAR = Toml()
FIELDS = frozenset({'reason', 'owner', 'expires'})
RULE = re.compile(r'[A-Z]{2,3}[0-9]{3}')
"""How the id of a rule looks; every other target is `FILEGLOB` or `FILEGLOB::KEYPATH`."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception: `target` is a rule id or `FILEGLOB::KEY`; on the day after `expires` it fails."""

    target: str
    reason: str
    owner: str
    expires: date
    line: int = field(default=0, compare=False)
    """Where it stands in pyproject.toml; 0 while it stands nowhere."""

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires

    @property
    def rule(self) -> str:
        """The id of the rule that it waives, '' where it waives files or keys."""
        return self.target if RULE.fullmatch(self.target) else ''

    @property
    def place(self) -> tuple[str, KeyPath]:
        """The file pattern and the key that it waives, ('', ()) for a rule."""
        if self.rule:
            return '', ()
        glob, _, key = self.target.partition('::')
        return glob, parse_key(key)


def read_waivers(pyproject: str, *, where: str = 'pyproject.toml') -> tuple[Waiver, ...]:
    """Waivers of a pyproject text; raises UserError with the line of one that is incomplete, too broad or there twice."""
    try:
        data = tomllib.loads(pyproject)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r'line (\d+)', str(error))
        place = f'{where}:{line[1]}' if line else where
        raise UserError(f'not valid TOML: {error}', where=place, hint='mend the file first') from error
    entries: object = data
    for key in TABLE:
        entries = entries.get(key, {}) if isinstance(entries, Mapping) else {}
    if not isinstance(entries, Mapping):
        raise UserError('[tool.trueup.waivers] must be a table', where=where, hint='see docs/reference/waivers.md')
    lines = _lines(pyproject) if entries else {}
    found = tuple(_waiver(str(name), entry, (where, lines.get(str(name), 0))) for name, entry in entries.items())
    _no_duplicates(found, where)
    return found


def _lines(pyproject: str) -> Mapping[str, int]:
    """The line of each entry."""
    text = to_unix(pyproject)
    try:
        node = parse_toml(text).find(TABLE)
    except Malformed:
        return {}
    return {child.key: text.count('\n', 0, child.body) + 1 for child in node.children} if node is not None else {}


def _waiver(target: str, entry: object, where: tuple[str, int]) -> Waiver:
    place = _at(*where)
    if not isinstance(entry, Mapping):
        raise UserError(
            f'waiver {target!r} must be a table', where=place, hint='{ reason = "...", owner = "...", expires = DATE }'
        )
    check_target(target, where=place)
    for unknown in sorted(set(entry) - FIELDS):
        raise UserError(
            f'waiver {target!r} has an unknown field {unknown!r}', where=place, hint='reason, owner, expires'
        )
    for name in ('reason', 'owner'):
        if not isinstance(entry.get(name), str) or not entry[name].strip():
            raise UserError(f'waiver {target!r} has no {name}', where=place, hint=f'add {name} = "..."')
    expires = entry.get('expires')
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise UserError(
            f'waiver {target!r} has no expiry date', where=place, hint='add expires = 2027-06-30, without quotes'
        )
    return Waiver(target, entry['reason'], entry['owner'], expires, where[1])


def check_target(target: str, *, where: str = '') -> None:
    """Raises UserError where a target is misspelled, or so broad that it would switch the standard off."""
    if RULE.fullmatch(target):
        return
    glob, mark, key = target.partition('::')
    if not re.search(r'[^*?/.]', glob):
        hint = 'name a file, FILE::KEY or the id of a rule'
        raise UserError(f'waiver {target!r} would cover everything', where=where, hint=hint)
    if mark and not key:
        raise UserError(f'waiver {target!r} names no key', where=where, hint='write FILE::KEY, or FILE alone')
    try:
        parse_key(key)
    except UserError as error:
        raise UserError(f'waiver {target!r}: {error.message}', where=where, hint=error.hint) from error


def _no_duplicates(waivers: Iterable[Waiver], where: str) -> None:
    known: dict[tuple[str, str, KeyPath], Waiver] = {}
    for waiver in waivers:
        first = known.setdefault((waiver.rule, *waiver.place), waiver)
        if first is not waiver:
            raise UserError(
                f'waiver {waiver.target!r} says again what line {first.line} says',
                where=_at(where, waiver.line),
                hint='keep one of the two',
            )


def _at(where: str, line: int) -> str:
    return f'{where}:{line}' if line else where


def same_target(first: str, second: str) -> bool:
    """Whether two targets mean the same, however their keys are quoted."""
    return _normal(first) == _normal(second)


def _normal(target: str) -> str:
    glob, _, key = target.partition('::')
    return f'{glob}::{format_key(parse_key(key))}' if key else glob


def write_waivers(pyproject: str, waivers: Iterable[Waiver]) -> str:
    """The pyproject text with the waivers added or replaced; every other byte stays.

    Raises UserError where the table can't be put in: [tool] may be written in braces.
    """
    text = to_unix(pyproject)
    for waiver in waivers:
        known = tomllib.loads(text).get('tool', {}).get('trueup', {}).get('waivers', {})
        name = next((name for name in known if same_target(name, waiver.target)), waiver.target)
        words = ', '.join(
            f'{key} = {_quoted(value)}' for key, value in (('reason', waiver.reason), ('owner', waiver.owner))
        )
        text = _put(text, 'waivers', name, f'{{ {words}, expires = {waiver.expires} }}')
    return restore_endings(text, pyproject)


def write_open(pyproject: str, decisions: Mapping[str, str]) -> str:
    """The pyproject text with `[tool.trueup.open]`: decisions that wait; a person deletes each line when it is made."""
    text = to_unix(pyproject)
    for target, question in decisions.items():
        text = _put(text, 'open', target, _quoted(question))
    return restore_endings(text, pyproject)


def _put(text: str, table: str, name: str, value: str) -> str:
    """The text with one value in a table of [tool.trueup]; nothing else reads differently afterwards."""
    path = ('tool', 'trueup', table, name)
    try:
        document, other = parse_toml(text), parse_toml(f'[tool.trueup.{table}]\n{_quoted(name)} = {value}\n')
        there = document.find(path) is not None
        changed = GRAMMAR.replace(document, path, other) if there else GRAMMAR.insert(document, path, other)
        data = tomllib.loads(changed)
        written = data['tool']['trueup'][table][name] == _value(other.text, path)
    except (Malformed, ValueError, KeyError, TypeError) as error:
        raise _unwritable(table) from error
    if not written or _others(data, table, name) != _others(tomllib.loads(text), table, name):
        raise _unwritable(table)
    return changed


def _value(text: str, path: KeyPath) -> object:
    found: Any = tomllib.loads(text)
    for key in path:
        found = found[key]
    return found


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's."""
    return json.dumps(text, ensure_ascii=False).replace('\x7f', '\\u007f')


def _unwritable(table: str) -> UserError:
    hint = f'write [tool.trueup.{table}] as a table by hand'
    return UserError(f'[tool.trueup.{table}] can not be written there', where='pyproject.toml', hint=hint)


def _others(data: dict[str, Any], table: str, name: str) -> dict[str, Any]:
    """All but one value, to see that nothing else was touched."""
    tool = dict(data.get('tool', {}))
    ours = dict(tool.get('trueup', {}))
    kept = {key: value for key, value in ours.get(table, {}).items() if key != name}
    return {**data, 'tool': {**tool, 'trueup': {**ours, table: kept}}}

"""Recorded exceptions to the standard: `[tool.trueup.waivers]`, each with a reason, an owner and an end."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

import tomlkit
from tomlkit.items import Table

from trueup.errors import UserError


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception: `target` is a rule id or `FILEGLOB::KEY`; on the day after `expires` it fails."""

    target: str
    reason: str
    owner: str
    expires: date

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires


def read_waivers(pyproject: str, *, where: str = 'pyproject.toml') -> tuple[Waiver, ...]:
    """Waivers of a pyproject text; raises UserError when one lacks reason, owner or date."""
    try:
        data = tomllib.loads(pyproject)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f'not valid TOML: {error}', where=where, hint='mend the file first') from error
    tool = data.get('tool', {})
    section = tool.get('trueup', {}) if isinstance(tool, dict) else {}
    entries = section.get('waivers', {}) if isinstance(section, dict) else {}
    if not isinstance(entries, dict):
        raise UserError('[tool.trueup.waivers] must be a table', where=where, hint='see docs/reference/waivers.md')
    return tuple(_waiver(target, entry, where) for target, entry in entries.items())


def _waiver(target: str, entry: object, where: str) -> Waiver:
    if not isinstance(entry, Mapping):
        raise UserError(
            f'waiver {target!r} must be a table', where=where, hint='{ reason = "...", owner = "...", expires = DATE }'
        )
    for field in ('reason', 'owner'):
        if not isinstance(entry.get(field), str) or not entry[field].strip():
            raise UserError(f'waiver {target!r} has no {field}', where=where, hint=f'add {field} = "..."')
    expires = entry.get('expires')
    if not isinstance(expires, date) or isinstance(expires, datetime):
        raise UserError(f'waiver {target!r} has no expiry date', where=where, hint='add expires = 2027-06-30')
    return Waiver(target, entry['reason'], entry['owner'], expires)


def write_waivers(pyproject: str, waivers: Iterable[Waiver]) -> str:
    """The pyproject text with the waivers added or replaced; every other byte stays."""
    added = tuple(waivers)
    if not added:
        return pyproject
    document = tomlkit.parse(pyproject)
    tool = _sub_table(document, 'tool', is_super=True)
    section = _sub_table(_sub_table(tool, 'trueup', is_super='trueup' not in tool), 'waivers')
    for waiver in added:
        entry = tomlkit.inline_table()
        entry.update({'reason': waiver.reason, 'owner': waiver.owner, 'expires': waiver.expires})
        section[waiver.target] = entry
    return _spaced(tomlkit.dumps(document))


def write_open(pyproject: str, decisions: Mapping[str, str]) -> str:
    """The pyproject text with `[tool.trueup.open]`: decisions that wait; a person deletes each line when it is made."""
    if not decisions:
        return pyproject
    document = tomlkit.parse(pyproject)
    tool = _sub_table(document, 'tool', is_super=True)
    section = _sub_table(_sub_table(tool, 'trueup', is_super='trueup' not in tool), 'open')
    for target, question in decisions.items():
        section[target] = question
    return _spaced(tomlkit.dumps(document))


def _spaced(text: str) -> str:
    """One blank line before the table that follows ours."""
    return re.sub(r'(?m)(^\[tool\.trueup\.\w+\]\r?\n(?:[^\[\n].*\n)*[^\[\n].*(\r?\n))(?=\[)', r'\1\2', text)


def _sub_table(parent: tomlkit.TOMLDocument | Table, name: str, *, is_super: bool = False) -> Table:
    if name not in parent:
        parent[name] = tomlkit.table(is_super_table=is_super)
    return cast(Table, parent[name])

"""The values that a key had in the released versions of the standard: `lineage.json` beside the policies."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trueup.errors import UserError

SCHEMA = 1
Values = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Lineage:
    """`FILE::KEY` -> value as written -> the versions that had it; `{hooks_repo}` stands for the standard's address."""

    values: Values = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    """All versions that were looked at, oldest first."""

    def versions_with(self, target: str, value: str) -> tuple[str, ...]:
        """Released versions in which `target` had exactly this value; empty when none had."""
        return self.values.get(target, {}).get(value, ())

    def placed(self, places: Mapping[str, str]) -> Lineage:
        """The lineage with its placeholders filled in, as one service has it."""

        def fill(text: str) -> str:
            for name, value in places.items():
                text = text.replace(f'{{{name}}}', value)
            return text

        values = {
            fill(key): {fill(value): found for value, found in known.items()} for key, known in self.values.items()
        }
        return Lineage(values, self.versions)

    def with_version(self, version: str, seen: Iterable[tuple[str, str]]) -> Lineage:
        """The lineage after one more release, in which the keys had these values."""
        values = {key: {value: list(found) for value, found in known.items()} for key, known in self.values.items()}
        for target, value in seen:
            found = values.setdefault(target, {}).setdefault(value, [])
            if version not in found:
                found.append(version)
        frozen = {key: {value: tuple(found) for value, found in known.items()} for key, known in values.items()}
        return Lineage(frozen, (*self.versions, version))


def parse_lineage(text: str, *, where: str = 'lineage.json') -> Lineage:
    """The lineage that a release session wrote; raises UserError on anything else."""
    try:
        data = json.loads(text)
        if data['schema'] != SCHEMA:
            raise ValueError(f'schema is {data["schema"]!r}, not {SCHEMA}')
        entries = data['values']
        values = {key: {value: tuple(found) for value, found in known.items()} for key, known in entries.items()}
        return Lineage(values, tuple(data['versions']))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f'not a lineage: {error}', where=where, hint='it is written by the release session; restore it from Git'
        ) from error


def dump_lineage(lineage: Lineage) -> str:
    """The lineage as JSON that Git shows line by line: one key a line."""
    lines = [
        f'  {json.dumps(key, ensure_ascii=False)}: {json.dumps(lineage.values[key], ensure_ascii=False)}'
        for key in sorted(lineage.values)
    ]
    head = f'{{\n"schema": {SCHEMA},\n"versions": {json.dumps(list(lineage.versions))},\n"values": {{\n'
    return head + ',\n'.join(lines) + ('\n' if lines else '') + '}\n}\n'

"""The values that a key had in the released versions of the standard: `lineage.json` beside the policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.errors import UserError


@dataclass(frozen=True, slots=True)
class Lineage:
    """`FILE::KEY` -> value (as written) -> the versions that had it."""

    values: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def versions_with(self, target: str, value: str) -> tuple[str, ...]:
        """Released versions in which `target` had exactly this value; empty when none had."""
        return self.values.get(target, {}).get(value, ())


def parse_lineage(text: str, *, where: str = 'lineage.json') -> Lineage:
    """The lineage that a release session wrote; raises UserError on anything else."""
    try:
        data = json.loads(text)
        entries = data['values']
        return Lineage({key: {value: tuple(found) for value, found in known.items()} for key, known in entries.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f'not a lineage: {error}', where=where, hint='it is written by the release session; restore it from Git'
        ) from error

"""Reading of the golden merge cases: sections `# path`, `# policies`, `# base`, `# ours`, `# theirs`, `# output`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from trueup.merge.three_way import merge
from trueup.model import Action, Merged
from trueup.policy import Policies
from trueup.text.keys import format_key

FOLDER = Path(__file__).parent.parent / 'cases' / 'merge'
SECTION = re.compile(r'^# (policies|base|ours|theirs|output|said)\n', re.MULTILINE)


class Case(NamedTuple):
    """One golden file."""

    name: str
    path: str
    texts: dict[str, str]

    def merged(self) -> Merged:
        """What the engine makes of it now."""
        policies = self.texts.get('policies')
        return merge(
            self.texts.get('base'),
            self.texts['ours'],
            self.texts['theirs'],
            path=self.path,
            policies=Policies.parse(policies) if policies is not None else None,
        )


def read(file: Path) -> Case:
    """Split one golden file."""
    first, _, rest = file.read_text(encoding='utf-8').partition('\n')
    parts = SECTION.split(rest)
    return Case(file.stem, first.removeprefix('# path '), dict(zip(parts[1::2], parts[2::2], strict=True)))


def cases() -> list[Case]:
    """All golden files."""
    return [read(file) for file in sorted(FOLDER.glob('*.txt'))]


def said(merged: Merged) -> str:
    """Decisions and conflicts, one a line."""
    lines = [
        f'{decision.action} {format_key(decision.key) or "-"}: {decision.heuristic}'
        + ('' if decision.level == 'applied' else f' [{decision.level}]')
        for decision in merged.decisions
        if decision.action is not Action.KEEP or decision.level != 'applied'
    ]
    lines += [f'conflict {format_key(conflict.key) or "-"}: {conflict.reason}' for conflict in merged.conflicts]
    return ''.join(f'{line}\n' for line in lines)

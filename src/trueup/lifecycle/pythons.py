"""A range of Pythons that trueup wrote, because no file of the team states one, narrowed to what the packages allow."""

from __future__ import annotations

from pathlib import Path

import tomlkit
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from trueup.lifecycle.adoption import Adoption
from trueup.model import Action, Decision, File, Level, Owner
from trueup.packaging._environment import OLDEST
from trueup.repo import read_file

KEY = ('project', 'requires-python')
PYTHONS = tuple(f'{major}.{minor}.{patch}' for major in (3, 4) for minor in range(30) for patch in (0, 9, 99))
"""Every Python that a bound can cut off."""


def may_narrow(adoption: Adoption) -> bool:
    """Whether the range is a guess of ours: of the answers, or of the one Python of an environment."""
    told = [item for item in adoption.packaging.decisions if item.key == KEY and item.action is not Action.KEEP]
    return bool(told) and all(item.source == 'answers' or item.reason == OLDEST for item in told)


def narrow(path: Path, needed: str) -> bool:
    """Add the upper bounds of a range to the file's own; whether that changed anything and left a Python."""
    file = read_file(path)
    if file is None:
        return False
    document = tomlkit.parse(file.data.decode('utf-8-sig'))
    project = document.get('project', {})
    try:
        stated, wanted = SpecifierSet(str(project.get('requires-python', ''))), SpecifierSet(needed)
    except InvalidSpecifier:
        return False
    allowed = [python for python in PYTHONS if stated.contains(python)]
    bounds = [
        str(each)
        for each in wanted
        if each.operator in ('<', '<=', '!=') and not all(each.contains(python) for python in allowed)
    ]
    joined = ','.join([str(project.get('requires-python', '')), *sorted(bounds)]).strip(',')
    if not bounds or not any(SpecifierSet(joined).contains(python) for python in allowed):
        return False
    project['requires-python'] = joined
    path.write_bytes(File(tomlkit.dumps(document).encode(), file.mode).data)
    return True


def narrowed(path: str, before: File | None, after: File | None, reason: str) -> Decision:
    """What was decided, for the report."""
    old, new = (_range(file) for file in (before, after))
    why = f'no file of the service states its range; {reason}'
    return Decision(path, KEY, Action.CHANGE, old, new, Owner.TEAM, why, 'poetry lock', 'packaging', Level.REVIEW)


def _range(file: File | None) -> str | None:
    text = file.data.decode('utf-8-sig') if file else ''
    found = tomlkit.parse(text).get('project', {}).get('requires-python')
    return str(found) if found is not None else None

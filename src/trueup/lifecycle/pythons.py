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
    bounds = [str(each) for each in wanted if each.operator in ('<', '<=', '!=') and each not in stated]
    joined = ','.join([str(project.get('requires-python', '')), *sorted(bounds)]).strip(',')
    if not bounds or not any(_inside(joined, minor) for minor in range(6, 30)):
        return False
    project['requires-python'] = joined
    path.write_bytes(File(tomlkit.dumps(document).encode(), file.mode).data)
    return True


def narrowed(path: str, before: File | None, after: File | None, reason: str) -> Decision:
    """What was decided, for the report."""
    old, new = (_range(file) for file in (before, after))
    why = f'no file of the service states its range; {reason}'
    return Decision(path, KEY, Action.CHANGE, old, new, Owner.TEAM, why, 'poetry lock', 'packaging', Level.REVIEW)


def _inside(specifier: str, minor: int) -> bool:
    return any(SpecifierSet(specifier).contains(f'3.{minor}.{patch}') for patch in (0, 9, 99))


def _range(file: File | None) -> str | None:
    text = file.data.decode('utf-8-sig') if file else ''
    found = tomlkit.parse(text).get('project', {}).get('requires-python')
    return str(found) if found is not None else None

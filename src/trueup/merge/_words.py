"""Texts merged by line, then by word inside a line, then by knowing that a number is a version."""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.version import InvalidVersion, Version

from trueup.merge._diff3 import Hunk, diff3
from trueup.model import Level
from trueup.text.encoding import lines

WORD = re.compile(r'\w+(?:[.]\w+)*|\s+|[^\w\s]')
VERSION = re.compile(r'v?\d+(?:\.\w+)+')
CLOSE = 12
"""Lines above which a conflicting hunk is not looked at word by word."""


class Text(NamedTuple):
    """A merged text, how sure it is, by which rule, and the hunks that stay open (base, ours, theirs)."""

    text: str
    level: Level = Level.APPLIED
    heuristic: str = 'lines'
    open: tuple[tuple[str, str, str], ...] = ()


def merge_text(base: str, ours: str, theirs: str, *, both: bool = False, prefer: str = 'ours') -> Text:
    """Merge three texts; `both` keeps both sides where each put something in at the same place."""
    exact = _join(diff3(lines(base), lines(ours), lines(theirs), strict=True))
    if exact is not None:
        return Text(exact)
    texts: list[str] = []
    left: list[tuple[str, str, str]] = []
    rules = {'adjacent lines'}
    for hunk in diff3(lines(base), lines(ours), lines(theirs)):
        if hunk.kind != 'conflict':
            texts.append(_side(hunk))
            continue
        run = _texts(hunk)
        solved = merge_hunk(run, both=both)
        if solved is None:
            left.append(run)
            texts.append(run[2] if prefer == 'theirs' else run[1])
        else:
            rules.add(solved[1])
            texts.append(solved[0])
    level = Level.REVIEW if left or 'both inserted' in rules else Level.NOTED
    return Text(''.join(texts), level, sorted(rules, reverse=True)[0] if len(rules) > 1 else 'adjacent lines', tuple(left))


def merge_hunk(run: tuple[str, str, str], *, both: bool) -> tuple[str, str] | None:
    """Solve a run that both sides changed, by words; the text and the rule, or None."""
    base, ours, theirs = run
    if not base.strip():
        return (_ended(ours) + theirs, 'both inserted') if both else None
    if max(part.count('\n') for part in run) > CLOSE:
        return None
    merged = merge_words(base, ours, theirs, both=both)
    return (merged, 'words') if merged is not None else None


def merge_words(base: str, ours: str, theirs: str, *, both: bool = False) -> str | None:
    """Merge short texts word by word; None where both changed the same words in different ways."""
    parts = []
    for hunk in diff3(WORD.findall(base), WORD.findall(ours), WORD.findall(theirs)):
        if hunk.kind != 'conflict':
            parts.append(_side(hunk))
            continue
        run = _texts(hunk)
        newer = newer_version(*run)
        if newer is not None:
            parts.append(newer)
        elif both and not run[0].strip() and run[1].strip() and run[2].strip():
            parts.append(_glue(run[1], run[2]))
        else:
            return None
    return ''.join(parts)


def newer_version(base: str, ours: str, theirs: str) -> str | None:
    """The higher of two versions that both rose above the base; None if one is no version or fell."""
    parsed = [as_version(text) for text in (base, ours, theirs)]
    if None in parsed or not all(VERSION.fullmatch(text) for text in (base, ours, theirs)):
        return None
    low, mine, yours = (version for version in parsed if version is not None)
    if mine < low or yours < low:
        return None
    return ours if mine >= yours else theirs


def as_version(text: str) -> Version | None:
    """A PEP 440 version, a leading `v` allowed."""
    try:
        return Version(text.strip().removeprefix('v'))
    except InvalidVersion:
        return None


def _glue(ours: str, theirs: str) -> str:
    """Two inserted runs of words side by side, with a space between."""
    if ours[-1:].isspace() or theirs[:1].isspace() or not theirs[:1].isalnum():
        return ours + theirs
    return f'{ours} {theirs}'


def _ended(text: str) -> str:
    return text if text.endswith('\n') or not text else text + '\n'


def _side(hunk: Hunk) -> str:
    chosen = hunk.theirs if hunk.kind == 'theirs' else hunk.ours
    return ''.join(str(part) for part in chosen)


def _texts(hunk: Hunk) -> tuple[str, str, str]:
    base, ours, theirs = (''.join(str(part) for part in run) for run in hunk[1:])
    return base, ours, theirs


def _join(hunks: object) -> str | None:
    """The text of a merge without conflicts, None if there is one."""
    found = list(hunks)  # type: ignore[call-overload]
    if any(hunk.kind == 'conflict' for hunk in found):
        return None
    return ''.join(_side(hunk) for hunk in found)

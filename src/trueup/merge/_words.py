"""Texts merged by line, then by word inside a line, then by knowing that a number is a version."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from typing import NamedTuple

from packaging.version import Version

from trueup.merge._diff3 import Hunk, diff3
from trueup.model import Level
from trueup.text.encoding import lines

WORD = re.compile(r'\w+(?:[.]\w+)*|\s+|[^\w\s]')
STRING = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|' + WORD.pattern)
"""Words, a string in quotes being one."""
VERSION = re.compile(r'v\d+(?:\.\w+)*|\d+(?:\.\w+)+')
NAMES = re.compile(r'[\w. -]*')
"""Words of which a list has no order, such as packages to install."""
MARK = re.compile(r'\s*(- |\* |\||\[!\[)')
LONG = 600
"""Words above which a text is not compared word by word: the time grows with their square."""
LETTERS = 40
"""Letters of a word, at most, when it is guessed from its length whether a text is too long."""
SET = re.compile(r'\s*([\w.-]+)\s*(?:[-+*/|&:?]?=(?!=)|:\s)')
"""A line that sets a name."""
CLOSE = 12
"""Lines above which a conflicting hunk is not looked at word by word."""
ALIKE = 0.6
"""Share of words that an edited text has in common with what it was."""
WEAKEST = ('deleted by the service', 'both inserted', 'words', 'newer version', 'contained', 'adjacent lines', 'blanks')
"""Rules by which touching changes are merged, the one that says least for the result first."""
REVIEWED = frozenset({'deleted by the service', 'both inserted'})
"""Rules whose results a person should look at."""


Run = tuple[str, str, str]


class Text(NamedTuple):
    """A merged text, how sure it is, by which rule, and the hunks that stay open (base, ours, theirs)."""

    text: str
    level: Level = Level.APPLIED
    heuristic: str = 'lines'
    open: tuple[Run, ...] = ()


def merge_text(base: str, ours: str, theirs: str, *, both: bool = False, prefer: str = 'ours') -> Text:
    """Merge three texts; `both` keeps both sides where each put something in at the same place."""
    texts: list[str] = []
    left: list[Run] = []
    rules: set[str] = set()
    for hunk in diff3(lines(base), lines(ours), lines(theirs), strict=True):
        if hunk.kind != 'conflict':
            texts.append(_side(hunk))
            continue
        done = _near(_texts(hunk), both=both, prefer=prefer)
        texts.append(done.text)
        rules |= set(done.rules)
        left.extend(done.open)
    if not rules and not left:
        return Text(''.join(texts))
    level = Level.REVIEW if left or REVIEWED & rules else Level.NOTED
    rule = next((rule for rule in WEAKEST if rule in rules), 'lines')
    return Text(''.join(texts), level, rule, tuple(left))


def merge_ended(base: str, ours: str, theirs: str, *, both: bool = False) -> Text:
    """Merge three values of which the last line has no end, so that it is not taken for changed where lines follow."""
    if any(text.endswith('\n') for text in (base, ours, theirs)):
        return merge_text(base, ours, theirs, both=both)
    merged = merge_text(f'{base}\n', f'{ours}\n', f'{theirs}\n', both=both)
    return merged._replace(text=merged.text.removesuffix('\n'))


class _Near(NamedTuple):
    """What came of a run in which changes of both sides touch."""

    text: str
    rules: tuple[str, ...] = ()
    open: tuple[Run, ...] = ()


def _near(run: Run, *, both: bool, prefer: str) -> _Near:
    """Merge a run in which changes touch: where one side holds the other's change already it stands, else by line."""
    base, ours, theirs = (lines(text) for text in run)
    for one, other in ((ours, theirs), (theirs, ours)):
        if holds(base, one, other) and not rewritten(base, one, other):
            return _Near(''.join(one))
    texts: list[str] = []
    left: list[Run] = []
    hunks = list(diff3(base, ours, theirs))
    if any(_ambiguous(one, other) or _ambiguous(other, one) for one, other in itertools.pairwise(hunks)):
        return _Near(run[2] if prefer == 'theirs' else run[1], (), (run,))
    rules = ['adjacent lines'] if sum(hunk.kind in ('ours', 'theirs') for hunk in hunks) else []
    for hunk in hunks:
        if hunk.kind != 'conflict':
            texts.append(_side(hunk))
            continue
        inner = _texts(hunk)
        solved = merge_hunk(inner, both=both)
        if solved is None:
            left.append(inner)
            texts.append(inner[2] if prefer == 'theirs' else inner[1])
        else:
            rules.append(solved[1])
            texts.append(solved[0])
    return _Near(''.join(texts), tuple(rules), tuple(left))


def _ambiguous(insertion: Hunk, other: Hunk) -> bool:
    """Whether lines are put in beside a run that grew by a paragraph: before or behind which of it can not be said."""
    if insertion.base or not other.base or 'conflict' in (insertion.kind, other.kind):
        return False
    changed, put = (one.ours if one.kind == 'ours' else one.theirs for one in (other, insertion))
    if put and not str(put[0]).strip():  # a paragraph of its own
        return False
    return len(changed) > len(other.base) and sum(not str(line).strip() for line in changed) > sum(
        not str(line).strip() for line in other.base
    )


def rewritten(base: list[str], one: list[str], other: list[str]) -> bool:
    """Whether one side wrote something else where the other only took lines out: neither did what the other did."""
    return not Counter(other) - Counter(base) and bool(Counter(one) - Counter(base))


def holds(base: list[str], one: list[str], other: list[str]) -> bool:
    """Whether what turned `base` into `other` was done in `one` too (so that merging twice adds nothing twice)."""
    low, mine, yours = Counter(base), Counter(one), Counter(other)
    added, removed = yours - low, low - yours
    if not added and not removed:
        return True
    return all(mine[line] >= yours[line] for line in added) and all(mine[line] <= yours[line] for line in removed)


def merge_hunk(run: Run, *, both: bool) -> tuple[str, str] | None:
    """Solve a run that both sides changed, by words; the text and the rule, or None."""
    base, ours, theirs = run
    if not base.strip():
        return (_ended(ours) + theirs, 'both inserted') if both or _items(ours) == _items(theirs) != '' else None
    for one, other in ((theirs, ours), (ours, theirs)):
        if _bare(other) == _bare(base):
            return one, 'blanks'
    if not ours.strip() and likeness(base, theirs) >= ALIKE:
        return ours, 'deleted by the service'
    if max(part.count('\n') for part in run) > CLOSE:
        return None
    return merge_words(base, ours, theirs, both=both)


def _items(text: str) -> str:
    """What begins each line of a run of bullets, table rows or badges, which may stand beside others; else ''."""
    marks = {found[1] if (found := MARK.match(line)) else '' for line in text.rstrip('\n').split('\n')}
    return marks.pop() if len(marks) == 1 else ''


def _bare(text: str) -> list[str]:
    """The lines without blanks at their ends, blank ones left out."""
    return [line.rstrip() for line in text.split('\n') if line.strip()]


def likeness(one: str, two: str) -> float:
    """The share of words that two texts have in common, from 0 to 1."""
    first, second = Counter(re.findall(r'\w+', one)), Counter(re.findall(r'\w+', two))
    return 2 * (first & second).total() / max(1, first.total() + second.total())


def merge_words(base: str, ours: str, theirs: str, *, both: bool = False) -> tuple[str, str] | None:
    """Merge short texts word by word; text and rule, None where both changed the same words in different ways."""
    run = base, ours, theirs
    if max(map(len, run)) > LONG * LETTERS or _renamed(run):
        return None
    return _merge_tokens(run, WORD, both=both) or (_merge_tokens(run, STRING, both=both) if _quotes(run) else None)


def _renamed(run: Run) -> bool:
    """Whether what is set has another name on one side: then nobody set that name to the value of the other."""
    rows = [text.rstrip('\n').split('\n') for text in run]
    if len({len(lines_) for lines_ in rows}) > 1:
        return False
    for row in zip(*rows):
        found = [SET.match(line) for line in row]
        names = {match[1] for match in found if match is not None}
        if None not in found and len(names) > 1 and row[0] not in row[1:]:
            return True
    return False


def _quotes(run: Run) -> bool:
    """Whether all three hold strings in quotes."""
    return all('"' in text or "'" in text for text in run)


def _merge_tokens(run: Run, token: re.Pattern[str], *, both: bool) -> tuple[str, str] | None:
    """Merge three texts token by token."""
    parts: list[str] = []
    rule = 'words'
    words = [token.findall(text) for text in run]
    if max(map(len, words)) > LONG:
        return None
    for hunk in diff3(*words, strict=True):
        if hunk.kind != 'conflict':
            parts.append(_side(hunk))
            continue
        low, mine, yours = _texts(hunk)
        newer = newer_version(low, mine, yours)
        done = _contained(hunk)
        if newer is not None:
            parts.append(newer)
            rule = 'newer version'
        elif done is not None:
            parts.append(done)
            rule = 'contained' if rule == 'words' else rule
        elif both and not low.strip() and mine.strip() and yours.strip() and NAMES.fullmatch(mine + yours):
            parts.append(_glue(mine, yours))
        else:
            return None
    return ''.join(parts), rule


def _contained(hunk: Hunk) -> str | None:
    """The side that did all that the other did and more, such as taking out the same word; None if neither did.

    A word that one side took out and the other replaced is no such thing: there the longer side says something new.
    """
    low, mine, yours = (Counter(run) for run in hunk[1:])
    if any('\n' in str(word) for word in (low | mine | yours)):
        return None  # lines that came or went are no change of a word
    for one, other, run in ((mine, yours, hunk.ours), (yours, mine, hunk.theirs)):
        added, removed = other - low, low - other
        if one.total() > other.total() or not (added or removed):
            continue
        if all(one[word] >= other[word] for word in added) and all(one[word] <= other[word] for word in removed):
            return ''.join(str(part) for part in run)
    return None


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
    except ValueError:  # InvalidVersion, or more digits than Python reads
        return None


def _glue(ours: str, theirs: str) -> str:
    """Two inserted runs of words side by side, with a space between; one that holds the other's words already alone."""
    for one, other in ((ours, theirs), (theirs, ours)):
        if not Counter(other.split()) - Counter(one.split()):
            return one
    if ours[-1:].isspace() or theirs[:1].isspace() or not theirs[:1].isalnum():
        return ours + theirs
    return f'{ours} {theirs}'


def _ended(text: str) -> str:
    return text if text.endswith('\n') or not text else text + '\n'


def _side(hunk: Hunk) -> str:
    chosen = hunk.theirs if hunk.kind == 'theirs' else hunk.ours
    return ''.join(str(part) for part in chosen)


def _texts(hunk: Hunk) -> Run:
    base, ours, theirs = (''.join(str(part) for part in run) for run in hunk[1:])
    return base, ours, theirs

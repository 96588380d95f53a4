"""The merge tools side by side, and what their results are worth against what people made of the same files."""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from _judge import meaning_of, same_text, same_value, value_at

from trueup.merge.three_way import merge
from trueup.model import Merged

MARKER = re.compile(r'^(?:<{7}|>{7}) ', re.MULTILINE)
TOKEN = re.compile(r'\w[\w@./:+-]*')
WOVEN = frozenset({'lines', 'adjacent lines', 'words', 'both inserted'})
"""Rules that put a text together from both sides, so that no word of either may be gone."""

STATES = ('match', 'meaning', 'differs', 'unresolved', 'unparsable')


class Result(NamedTuple):
    """What a tool made of one file."""

    text: str
    clean: bool
    seconds: float
    merged: Merged | None = None


class Score(NamedTuple):
    """A result judged: its state, the words that are gone unsaid, and each rule used with whether it was right."""

    state: str
    lost: tuple[str, ...]
    seconds: float
    verdicts: tuple[tuple[str, bool], ...]

    @property
    def right(self) -> bool:
        """Whether it is what the maintainers made, at least in meaning."""
        return self.state in ('match', 'meaning')

    @property
    def done(self) -> bool:
        """Whether nothing is left to a person and a parser takes it."""
        return self.state in ('match', 'meaning', 'differs')


def git_merge(base: str, ours: str, theirs: str, path: str) -> Result:
    """`git merge-file`, which is what `copier update` ends with."""
    del path
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ('ours', 'base', 'theirs')]
        for name, text in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(text.encode())
        start = time.perf_counter()
        done = subprocess.run(['git', 'merge-file', '-p', *map(str, names)], capture_output=True, check=False)
        seconds = time.perf_counter() - start
    return Result(done.stdout.decode(), done.returncode == 0, seconds)


def trueup_merge(base: str, ours: str, theirs: str, path: str) -> Result:
    """trueup without policies."""
    start = time.perf_counter()
    merged = merge(base, ours, theirs, path=path)
    return Result(merged.text, not merged.conflicts, time.perf_counter() - start, merged)


def careful_merge(base: str, ours: str, theirs: str, path: str) -> Result:
    """trueup with its sure rules only."""
    start = time.perf_counter()
    merged = merge(base, ours, theirs, path=path, careful=True)
    return Result(merged.text, not merged.conflicts, time.perf_counter() - start, merged)


TOOLS: dict[str, Callable[[str, str, str, str], Result]] = {
    'git merge-file': git_merge,
    'trueup': trueup_merge,
    'trueup --careful': careful_merge,
}


def score(result: Result, sides: tuple[str, str, str], wanted: str, path: str) -> Score:
    """Judge a result against what the maintainers committed."""
    merged = result.merged
    if not result.clean or MARKER.search(result.text):
        return Score('unresolved', (), result.seconds, ())
    verdicts = tuple(_verdicts(merged, result.text, wanted, path)) if merged else ()
    return Score(_state(result.text, sides[1], wanted, path), _lost(sides, result, path), result.seconds, verdicts)


def _state(text: str, ours: str, wanted: str, path: str) -> str:
    if same_text(text, wanted):
        return 'match'
    meaning = meaning_of(text, path)
    if meaning is None and meaning_of(ours, path) is not None:
        return 'unparsable'
    return 'meaning' if meaning is not None and meaning == meaning_of(wanted, path) else 'differs'


def _verdicts(merged: Merged, text: str, wanted: str, path: str) -> Iterator[tuple[str, bool]]:
    """The rule behind each decision, and whether the maintainers have the same at its key."""
    for decision in merged.decisions:
        right = same_value(text, wanted, path, decision.key) if decision.key else same_text(text, wanted)
        if right is not None:
            yield decision.heuristic, right


def _lost(sides: tuple[str, str, str], result: Result, path: str) -> tuple[str, ...]:
    """Words of the service or of the standard that are gone though neither the other side nor a decision took them out.

    A decision names what it takes from one key, or quotes the lines that were left out. One on the whole file names
    nothing, nor does one that says that a text was put together from both sides: there each word has to be in the result.
    """
    base, ours, theirs = (Counter(TOKEN.findall(text)) for text in sides)
    got = Counter(TOKEN.findall(result.text))
    missing = (ours - got - (base - theirs)) | (theirs - got - (base - ours))
    for decision in result.merged.decisions if result.merged else ():
        if decision.heuristic == 'left out':
            missing -= Counter(TOKEN.findall(decision.reason))
        elif decision.key and decision.heuristic not in WOVEN:
            named = decision.before if decision.changes else value_at(sides[2], path, decision.key)
            missing -= Counter(TOKEN.findall(named or ''))
    return tuple(sorted(missing))

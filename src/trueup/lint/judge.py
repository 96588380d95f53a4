"""Turn what the linters said into one result: new and known messages, pylint's score, passed or failed and why."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from trueup.lint.baseline import Baseline
from trueup.lint.files import LineReader, folders_of, line_reader
from trueup.lint.model import Failure, LintResult, Message, Reading, Task
from trueup.lint.score import rate, reasons
from trueup.lint.tools import CHECKERS
from trueup.lint.tools.pylint import BLIND, thresholds

BLIND_NOTE = (
    'no environment with packages of the service was found (TRUEUP_PYTHON, .venv, venv, an active one, Poetry): '
    f'pylint did not check {", ".join(BLIND)}'
)
UNPARSABLE = frozenset(('unparsable', 'syntax-error'))


class Part(NamedTuple):
    """What one task gave; the paths of `messages` are relative to the root of the run."""

    task: Task
    reading: Reading
    messages: tuple[Message, ...]


class Verdict(NamedTuple):
    """pylint's rating of one project and why it fails."""

    score: float | None
    fail_under: float
    reasons: tuple[str, ...]


class Baselines:
    """The baselines of a repository: that of the nearest folder above a file counts, or one given for all."""

    def __init__(self, root: Path, given: Baseline | None = None, *, use: bool = True) -> None:
        self._root = root
        self._use = use
        self._given = given
        self._found: dict[str, Baseline | None] = {}
        self._recorded: dict[str, set[tuple[str, str]]] = {}

    def split(self, messages: Sequence[Message]) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        """New and known messages, each in the order of a report."""
        new: list[Message] = []
        known: list[Message] = []
        for place, group in self._grouped(messages).items():
            baseline = self._load(place)
            fresh, old = baseline.split(group, self._reader(place)) if baseline else (tuple(group), ())
            new += (_under(place, message) for message in fresh)
            known += (_under(place, message) for message in old)
        return _sorted(new), _sorted(known)

    def holds(self, path: str) -> bool:
        """Whether some baseline is about a path."""
        return self._load(self._place(path)) is not None

    def records(self, tool: str, path: str) -> bool:
        """Whether the baseline that a path belongs to says anything of it by this tool."""
        place = self._place(path)
        if place not in self._recorded:
            baseline = self._load(place)
            self._recorded[place] = {(entry.tool, entry.path) for entry in baseline.entries} if baseline else set()
        return (tool, _inside(place, path)) in self._recorded[place]

    def gone(self, messages: Sequence[Message], unchecked: Sequence[str]) -> int:
        """How many recorded findings of the root's own baseline a whole run no longer gave."""
        baseline = self._load('.')
        if baseline is None:
            return 0
        found = self._grouped(messages).get('.', [])
        return baseline.total - baseline.shrunk(found, self._reader('.'), unchecked=unchecked).total

    def _grouped(self, messages: Sequence[Message]) -> dict[str, list[Message]]:
        groups: dict[str, list[Message]] = {}
        for message in messages:
            place = self._place(message.path)
            groups.setdefault(place, []).append(message._replace(path=_inside(place, message.path)))
        return groups

    def _place(self, path: str) -> str:
        return next((place for place in folders_of(path) if place != '.' and self._load(place)), '.')

    def _load(self, place: str) -> Baseline | None:
        if not self._use or self._given is not None:
            return self._given if self._use and place == '.' else None
        if place not in self._found:
            self._found[place] = Baseline.load(self._root / place)
        return self._found[place]

    def _reader(self, place: str) -> LineReader:
        return line_reader(self._root / place)


def part_of(root: Path, task: Task, reading: Reading) -> Part:
    """A reading with its paths made relative to the root of the run."""
    place = task.job.folder.relative_to(root).as_posix()
    return Part(task, reading, _sorted([_under(place, message) for message in reading.messages]))


def judge(parts: Sequence[Part], baselines: Baselines, *, whole: bool, checked: int) -> LintResult:
    """The result of a run; `whole` says that each tool looked at every file."""
    new: list[Message] = []
    known: list[Message] = []
    verdicts: list[Verdict] = []
    for part in parts:
        fresh, old = baselines.split(part.messages)
        new += fresh
        known += old
        if part.task.tool == 'pylint' and not part.reading.error:
            verdicts.append(_verdict(part, fresh, baselines))
    crashed = tuple(Failure(part.task.tool, part.reading.error) for part in parts if part.reading.error)
    blind = any(part.task.tool == 'pylint' and part.task.job.packages is None for part in parts)
    unchecked = BLIND if blind else ()
    worst = min(verdicts, key=lambda verdict: (verdict.score or 0.0) - verdict.fail_under, default=None)
    why = (*_counted(new), *(reason for verdict in verdicts for reason in verdict.reasons), *map(_crash, crashed))
    gone = baselines.gone([message for part in parts for message in part.messages], unchecked)
    return LintResult(
        messages=_sorted(new),
        known=_sorted(known),
        score=worst.score if worst else None,
        fail_under=worst.fail_under if worst else None,
        failed=bool(why),
        notes=_notes(parts, unchecked, gone if whole and not crashed else 0),
        crashed=crashed,
        checked=checked,
        reasons=why,
        unchecked=unchecked,
    )


def _verdict(part: Part, new: Sequence[Message], baselines: Baselines) -> Verdict:
    limits = thresholds(part.task.job.folder)
    statements = part.reading.statements or 0
    recorded = any(baselines.holds(message.path) for message in new)
    return Verdict(
        rate(new, statements, limits.evaluation),
        limits.fail_under,
        reasons(new, statements, limits, has_baseline=recorded),
    )


def _counted(new: Sequence[Message]) -> tuple[str, ...]:
    """A line for each tool whose every message fails; pylint is judged by its score."""
    found = Counter(message.tool for message in new if message.tool != 'pylint')
    return tuple(
        f'{tool}: {count} new {"message" if count == 1 else "messages"}' for tool, count in sorted(found.items())
    )


def _crash(failure: Failure) -> str:
    return f'{failure.tool} did not come to an end: {failure.text}'


def _notes(parts: Sequence[Part], unchecked: Sequence[str], gone: int) -> tuple[str, ...]:
    found = [BLIND_NOTE] if unchecked else []
    found += dict.fromkeys(note for part in parts for note in CHECKERS[part.task.tool].notes(part.task.job.folder))
    messages = [message for part in parts for message in part.messages]
    broken = sorted({message.path for message in messages if message.symbol in UNPARSABLE or message.rule == 'E999'})
    if broken:
        found.append(f'not valid Python 3, so nothing else was checked in: {", ".join(broken)}')
    if gone:
        found.append(f'recorded findings that are gone: {gone}; `trueup baseline --shrink` takes them out')
    return tuple(found)


def _inside(place: str, path: str) -> str:
    return path if place == '.' else path.removeprefix(f'{place}/')


def _under(place: str, message: Message) -> Message:
    return message if place == '.' else message._replace(path=posixpath.normpath(f'{place}/{message.path}'))


def _sorted(messages: Sequence[Message]) -> tuple[Message, ...]:
    return tuple(sorted(messages, key=lambda message: message.order))

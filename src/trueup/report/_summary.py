"""What every format tells of an outcome: its words, its counts, its files; computed once, from the model alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeGuard

from trueup.model import (
    Change,
    Changed,
    Clean,
    Conflict,
    Conflicted,
    Decision,
    Drifted,
    Failed,
    KeyPath,
    Outcome,
    Refused,
    Regressed,
    Report,
    Status,
)
from trueup.text.keys import format_key

CONTROL = re.compile(r'[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')

Reported = Clean | Changed | Conflicted | Drifted | Regressed
"""Outcomes that carry a report."""


WORDS: dict[type[Outcome], str] = {
    Clean: 'clean', Changed: 'changed', Conflicted: 'open', Drifted: 'drifted', Refused: 'refused',
    Regressed: 'regressed', Failed: 'failed',
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileSummary:
    """What happens to one file, counted."""

    path: str
    sign: str
    changed: int
    kept: int
    open: int
    lines: tuple[int, int]

    @property
    def word(self) -> str:
        """The sign in words, for those who don't see it."""
        return {'+': 'new', '-': 'removed', '~': 'changed', '=': 'kept', '?': 'waits'}[self.sign]


def has_report(outcome: Outcome) -> TypeGuard[Reported]:
    """Whether there is a report (a refused or failed outcome has only a message)."""
    return not isinstance(outcome, (Refused, Failed))


def status_word(outcome: Outcome) -> str:
    """One or two words for a table."""
    if isinstance(outcome, Changed) and outcome.planned:
        return 'would change'
    return WORDS[type(outcome)]


def service_of(outcome: Outcome) -> str:
    """Name of the service that the outcome is about."""
    return outcome.report.service if has_report(outcome) else outcome.service  # type: ignore[union-attr]


def key_text(path: str, key: KeyPath) -> str:
    """`FILE::a.b."c.d"[id=black].rev`, as policies and waivers spell it."""
    return f'{path}::{format_key(key)}' if key else path


def one_line(value: str | None, width: int = 0) -> str:
    """A value on one line without control characters, at most `width` wide (0: any); None is `(absent)`."""
    if value is None:
        return '(absent)'
    lines = visible(value).strip().splitlines() or ['(empty)']
    text = lines[0] if len(lines) == 1 else f'{lines[0]} ... ({len(lines)} lines)'
    return text if not width or len(text) <= width else f'{text[: width - 3]}...'


def visible(text: str) -> str:
    """The text with control and direction characters, and bytes that were no text, spelled out: none is acted on."""
    text = text.replace('\r\n', '\n')
    return CONTROL.sub(lambda found: found[0].encode('unicode_escape', 'surrogatepass').decode(), text)


def sign_of(change: Change | None) -> str:
    """`+` new, `-` removed, `~` changed, `=` untouched."""
    if change is None:
        return '='
    if change.before is None:
        return '+'
    return '-' if change.after is None else '~'


def file_summaries(report: Report) -> tuple[FileSummary, ...]:
    """Every file that is changed or has a decision, by path."""
    changes = {change.path: change for change in report.plan.changes}
    moved = Counter(each.path for each in report.plan.decisions if each.changes)
    kept = Counter(each.path for each in report.plan.decisions if not each.changes)
    waiting = Counter(each.path for each in report.plan.conflicts)
    paths = sorted({*changes, *moved, *kept, *waiting})
    return tuple(
        FileSummary(
            path,
            _sign(changes.get(path), changes=bool(moved[path]), waits=bool(waiting[path])),
            moved[path],
            kept[path],
            waiting[path],
            line_counts(changes.get(path)),
        )
        for path in paths
    )


def line_counts(change: Change | None) -> tuple[int, int]:
    """Lines that go away and lines that come, as multisets (cheap, and true for moved lines)."""
    if change is None:
        return 0, 0
    before = Counter(change.before.data.splitlines() if change.before else ())
    after = Counter(change.after.data.splitlines() if change.after else ())
    return (before - after).total(), (after - before).total()


def changed_keys(report: Report) -> int:
    """Decisions that alter something."""
    return sum(each.changes for each in report.plan.decisions)


def kept_decisions(report: Report) -> tuple[Decision, ...]:
    """Differences that stay, each with its reason."""
    return tuple(each for each in report.plan.decisions if not each.changes)


def open_keys(report: Report) -> tuple[Conflict, ...]:
    """Keys on which a person must decide."""
    return report.plan.conflicts


def never_adopted(report: Report) -> bool:
    """Whether `check` looked at a service that records no version: it was compared with inferred answers."""
    return report.verb == 'check' and not report.previous and bool(report.facts)


def regressions(report: Report) -> tuple[str, ...]:
    """What got worse, in one line each."""
    return tuple(
        f'{each.name}: {each.detail or f"{each.before} -> {each.after}"}'
        for each in report.verifications
        if each.status is Status.WORSE
    )


def versions(report: Report) -> str:
    """`v0.1.0 -> v0.2.0`, or the one version there is."""
    if report.previous and report.previous != report.version:
        return f'{report.previous} -> {report.version}'
    return report.version or report.previous


def plural(number: int, noun: str, many: str = '') -> str:
    """`1 finding`, `2 findings`."""
    return f'{number} {noun if number == 1 else many or noun + "s"}'


def joined(parts: Sequence[str]) -> str:
    """The non-empty parts, with commas."""
    return ', '.join(part for part in parts if part)


def _sign(change: Change | None, *, changes: bool, waits: bool) -> str:
    if change is not None or not (changes or waits):
        return sign_of(change)
    return '~' if changes else '?'

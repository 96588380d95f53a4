"""One file on its way through the engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from trueup.merge._strategy import Strategy
from trueup.model import Action, Conflict, Decision, KeyPath, Level, Merged, Owner
from trueup.policy import FileRules
from trueup.text.tree import Grammar, Malformed

SHOWN = 60
"""Characters of the standard's value that a reason quotes."""
LARGE = 100_000
"""Characters above which a file is merged by line: splicing and reading again costs the square of the size."""


class Job(NamedTuple):
    """One file to merge, its texts with `\\n` endings."""

    path: str
    base: str | None
    ours: str
    theirs: str
    strategy: Strategy
    rules: FileRules | None
    source: str

    def decision(self, key: KeyPath, action: Action, values: tuple[str | None, str | None], **more: object) -> Decision:
        """A decision about this file."""
        return Decision(self.path, key, action, *values, source=self.source, **more)  # type: ignore[arg-type]

    def conflict(self, reason: str) -> Merged:
        """Ours untouched, the whole file left to a person."""
        return Merged(self.ours, (), (Conflict(self.path, (), self.base, self.ours, self.theirs, reason),))


def too_large(job: Job) -> bool:
    """Whether a file is merged by line because of its size."""
    return max(len(text or '') for text in (job.base, job.ours, job.theirs)) > LARGE


def unowned(rules: FileRules | None) -> bool:
    """Whether no rule says more about a file than `default`."""
    if rules is None:
        return True
    rule = rules.rule()
    return rule.owner is Owner.DEFAULT and not rule.closed and not rules.divided(())


def quoted(text: str) -> str:
    """A value as a reason quotes it: one line, not long."""
    line = ' '.join(text.split())
    return line if len(line) <= SHOWN else f'{line[:SHOWN - 3]}...'


def parses(strategy: Strategy, text: str) -> bool:
    """Whether the reader of the format accepts a text."""
    try:
        if strategy.grammar is not None:
            strategy.grammar.check(text)
    except Malformed:
        return False
    return True


def fitting(strategy: Strategy, texts: Sequence[str | None]) -> Strategy:
    """The strategy with the grammar that suits all of the texts."""
    if strategy.grammar is None:
        return strategy
    return strategy._replace(grammar=strategy.grammar.fitting([text for text in texts if text is not None]))


def same_meaning(strategy: Strategy, one: str, two: str) -> bool:
    """Whether two texts differ in comments and layout alone."""
    if strategy.grammar is None:
        return False
    try:
        return strategy.grammar.parse(one).root.data == strategy.grammar.parse(two).root.data
    except Malformed:
        return False


def malformed(grammar: Grammar, text: str) -> str | None:
    """What is wrong with a text, None if nothing is."""
    try:
        grammar.parse(text)
    except Malformed as error:
        return str(error)
    return None


def blamed(job: Job, merged: Merged, problem: str) -> Merged:
    """The merge with the side named that could not be read."""
    if merged.conflicts:
        named = tuple(replace(each, reason=f'{problem}; {each.reason}') for each in merged.conflicts)
        return Merged(merged.text, merged.decisions, named)
    note = job.decision((), Action.KEEP, (None, None), reason=problem, heuristic='malformed', level=Level.NOTED)
    return Merged(merged.text, (*merged.decisions, note), ())

"""Three texts in, one text, decisions and conflicts out: the pure heart of check, fix, update and adopt.

The cascade: the owner of a whole file; the line merge of Git; the keyed merge of the format. The line merge is taken
only where it says the same as the keyed one (without policies: where it is clean), because it alone carries changed
comments and layout. See Khanna, Kunal and Pierce (2007) for diff3 and `git help merge-file` for the line merge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from trueup.merge import strategy_for
from trueup.merge._gates import has_marker, lost
from trueup.merge._moves import moved
from trueup.merge._strategy import Strategy
from trueup.merge._walk import Choice, Edit, Three, Walked, walk
from trueup.merge._words import Text, holds, merge_text
from trueup.model import Action, Conflict, Decision, KeyPath, Level, Merged, Owner
from trueup.policy import FileRules, Move, Policies
from trueup.text.encoding import BOM
from trueup.text.encoding import lines as to_lines
from trueup.text.encoding import restore_endings, to_unix
from trueup.text.keys import format_key, is_item
from trueup.text.tree import Document, Grammar, Malformed, Node

SHOWN = 60
"""Characters of the standard's value that a reason quotes."""


class _Job(NamedTuple):
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


def merge(
    base: str | None,
    ours: str,
    theirs: str,
    *,
    path: str,
    policies: Policies | None = None,
    moves: Sequence[Move] = (),
    source: str = '',
) -> Merged:  # pylint: disable=too-many-arguments
    """Merge one file; never raises on bad input.

    `base` is what the service last had from the standard (None: merge two-way, by owner), `path` chooses format and
    rules, `source` is written into the decisions. Without policies every key is merged three-way and what both
    changed is a conflict; with them the owner of each key decides.
    """
    mark = BOM if ours.startswith(BOM) else ''
    plain = [to_unix(text).removeprefix(BOM) if text is not None else None for text in (base, ours, theirs)]
    rules = policies.file(path) if policies is not None else None
    job = _Job(path, plain[0], plain[1] or '', plain[2] or '', strategy_for(path), rules, source)
    shaped, said = _shaped(job, moves)
    merged = _merge(shaped)
    merged = Merged(merged.text, (*said, *merged.decisions), merged.conflicts)
    if merged.text == plain[1]:
        return _with_text(merged, ours)
    return _with_text(merged, mark + restore_endings(merged.text, ours))


def _shaped(job: _Job, moves: Sequence[Move]) -> tuple[_Job, tuple[Decision, ...]]:
    """The job with base and ours in the shape of theirs, and what was moved for that."""
    grammar = job.strategy.grammar
    if grammar is None or job.ours in (job.base, job.theirs) or job.base == job.theirs and job.rules is None:
        return job, ()
    base, _ = moved(job.base, grammar, job.path, moves)
    ours, done = moved(job.ours, grammar, job.path, moves)
    said = [
        job.decision(
            move.old.key,
            Action.MOVE,
            (format_key(move.old.key), format_key(move.new.key)),
            reason=f'moved since {move.version}',
            heuristic='moves',
        )
        for move in done
    ]
    shaped = job._replace(base=base, ours=ours or '')
    if job.strategy.prepare is not None:
        base, ours, _ = job.strategy.prepare((shaped.base, shaped.ours, shaped.theirs))
        if ours != shaped.ours:
            shaped = shaped._replace(base=base, ours=ours)
            said.append(
                job.decision(
                    ('tool', 'poetry'),
                    Action.MOVE,
                    ('tool.poetry', 'project'),
                    reason='the standard uses PEP 621',
                    heuristic='poetry to PEP 621',
                    level=Level.NOTED,
                )
            )
    return shaped, tuple(said)


def _with_text(merged: Merged, text: str) -> Merged:
    return Merged(text, merged.decisions, merged.conflicts)


def _merge(job: _Job) -> Merged:
    if job.ours == job.theirs:
        return Merged(job.ours)
    if job.rules is None:
        if job.base == job.theirs:
            return Merged(job.ours)
    elif not job.rules.divided(()):
        whole = _whole(job, job.rules)
        if whole is not None:
            return whole
    if job.strategy.grammar is None:
        return _text(job)
    merged = _keyed(job, job.strategy.grammar)
    if job.strategy.retry is None or not _open(merged):
        return merged
    again = job.strategy.retry((job.base, job.ours, job.theirs))
    if again is None:
        return merged
    second = _keyed(job._replace(base=again[0], theirs=again[2]), job.strategy.grammar)
    return second if _open(second) < _open(merged) else merged


def _open(merged: Merged) -> int:
    """How many keys were changed on both sides and not merged."""
    return len(merged.conflicts) + sum(decision.heuristic == 'both changed' for decision in merged.decisions)


def _whole(job: _Job, rules: FileRules) -> Merged | None:
    """The answer where one owner has the whole file and need not be asked key by key."""
    rule = rules.rule()
    if rule.owner in (Owner.TEAM, Owner.SEED):
        reason = 'the team owns it' if rule.owner is Owner.TEAM else "the standard's start, now the team's"
        return Merged(
            job.ours,
            (job.decision((), Action.KEEP, (None, None), owner=rule.owner, reason=reason, heuristic=str(rule.owner)),),
        )
    if rule.owner is Owner.REQUIRED and (job.strategy.whole or not _parses(job.strategy, job.ours)):
        return Merged(
            job.theirs,
            (
                job.decision(
                    (),
                    Action.CHANGE,
                    (job.ours, job.theirs),
                    owner=rule.owner,
                    reason=rule.reason or 'the standard requires the file as it is',
                    heuristic='required',
                ),
            ),
        )
    return None


def _parses(strategy: Strategy, text: str) -> bool:
    try:
        if strategy.grammar is not None:
            strategy.grammar.check(text)
    except Malformed:
        return False
    return True


def _text(job: _Job) -> Merged:
    """A file without keys: by line and word; ours stands in what both changed."""
    if job.base is None:
        if job.rules is None:
            return job.conflict('both sides have the file and there is no base')
        return Merged(
            job.ours,
            (
                job.decision(
                    (),
                    Action.KEEP,
                    (None, None),
                    reason="the service's own text",
                    heuristic='no base',
                    level=Level.NOTED,
                ),
            ),
        )
    merged = merge_text(job.base, job.ours, job.theirs, both=job.strategy.both)
    if has_marker(merged.text):
        return job.conflict('conflict markers are left in the file')
    if _parses(job.strategy, job.ours) and not _parses(job.strategy, merged.text):
        return job.conflict('merged line by line, it would not parse')
    decisions = _text_decisions(job, merged)
    if job.rules is not None:
        kept = tuple(
            job.decision(
                (),
                Action.KEEP,
                (mine, mine),
                reason=f'both changed it; the standard has {_quoted(yours)}',
                heuristic='both changed',
                level=Level.NOTED,
            )
            for _, mine, yours in merged.open
        )
        return Merged(merged.text, (*decisions, *kept))
    conflicts = tuple(Conflict(job.path, (), *hunk, reason='both changed these lines') for hunk in merged.open)
    return Merged(merged.text, decisions, conflicts)


def _text_decisions(job: _Job, merged: Text) -> tuple[Decision, ...]:
    if merged.text == job.ours:
        return ()
    return (
        job.decision(
            (),
            Action.CHANGE,
            (job.ours, merged.text),
            reason='the standard changed it',
            heuristic=merged.heuristic,
            level=Level.NOTED if merged.open else merged.level,
            owner=job.rules.rule().owner if job.rules else Owner.DEFAULT,
        ),
    )


def _keyed(job: _Job, grammar: Grammar) -> Merged:
    """A file with keys: the keyed merge, in the dress of the line merge where both say the same."""
    try:
        theirs = grammar.parse(job.theirs)
    except Malformed:
        return _text(job)
    try:
        ours = grammar.parse(job.ours)
    except Malformed as error:
        if job.strategy.whole:
            return _text(job)
        return job.conflict(f'the file of the service is {error}')
    documents = Three(_parsed(grammar, job.base), ours, theirs)
    walked = walk(documents, grammar, job.rules, both=job.strategy.both)
    try:
        result = apply(ours, walked.edits, (theirs, grammar))
    except Malformed as error:
        return _unspliced(job, grammar, str(error))
    missing = lost(job.ours, result.text, _excuses(ours, walked.edits))
    if missing:
        return _unspliced(job, grammar, f'a merge would lose: {" ".join(missing[:8])}')
    if not walked.edits and _done(job):
        return _assembled(job, grammar, documents, (walked, ours))
    lines = _lines(job)
    if lines is not None and _clean(job, grammar, lines, result):
        if _meaning(grammar, lines) != result.root.data:
            walked = walk(Three(ours, ours, grammar.parse(lines)), grammar, None)
        return _assembled(job, grammar, documents, (walked, grammar.parse(lines)))
    return _assembled(job, grammar, documents, (walked, _dressed(job, grammar, result)))


def _done(job: _Job) -> bool:
    """Whether every line that the standard changed was changed alike in ours, as after a first merge."""
    if job.base is None or job.base == job.theirs:
        return False
    base, ours, theirs = (sorted(to_lines(text)) for text in (job.base, job.ours, job.theirs))
    return base != theirs and holds(base, ours, theirs)


def _dressed(job: _Job, grammar: Grammar, result: Document) -> Document:
    """The keyed merge with the comments and the layout that the standard changed, where they fit without a conflict."""
    lines = _lines(job._replace(ours=result.text))
    if lines is None or has_marker(lines) or _meaning(grammar, lines) != result.root.data:
        return result
    return grammar.parse(lines)


def _parsed(grammar: Grammar, text: str | None) -> Document | None:
    try:
        return grammar.parse(text) if text is not None else None
    except Malformed:
        return None


def apply(ours: Document, edits: Sequence[Edit], other: tuple[Document, Grammar]) -> Document:
    """Carry out edits one after the other; raises Malformed where one leads to a text that does not parse."""
    theirs, grammar = other
    document = ours
    for edit in edits:
        if edit.kind == 'remove':
            text = grammar.remove(document, edit.path)
        elif edit.kind == 'text':
            text = grammar.set_text(document, edit.path, edit.text)
        elif edit.kind == 'replace':
            text = grammar.replace(document, edit.path, theirs)
        else:
            text = grammar.insert(document, edit.path, theirs)
        document = grammar.parse(text)
        path = (*edit.path[:-1], edit.path[-1].partition('~')[0] if is_item(edit.path[-1]) else edit.path[-1])
        if edit.kind != 'remove' and document.find(edit.path) is None and document.find(path) is None:
            raise Malformed(f'the key {edit.path} did not find its place')
    grammar.check(document.text)
    return document


def _excuses(ours: Document, edits: Sequence[Edit]) -> list[str]:
    """What the edits take out of ours, on purpose."""
    texts = []
    for edit in edits:
        node = ours.find(edit.path)
        if node is not None:
            texts.extend(_pieces(ours, node, edit.kind))
    return texts


def _pieces(ours: Document, node: Node, kind: str) -> list[str]:
    start = node.start if kind == 'remove' else node.body
    own = ours.text[start : node.end] if node.end > start else ''
    inner = [piece for child in node.children for piece in _pieces(ours, child, kind)]
    return [own, *(piece for piece in inner if piece not in own)]


def _lines(job: _Job) -> str | None:
    """The clean line merge, None if there is none."""
    if job.base is None:
        return None
    merged = merge_text(job.base, job.ours, job.theirs)
    return merged.text if merged.level is Level.APPLIED else None


def _meaning(grammar: Grammar, text: str) -> object:
    try:
        return grammar.parse(text).root.data
    except Malformed:
        return None


def _clean(job: _Job, grammar: Grammar, lines: str, result: Document) -> bool:
    """Whether the line merge may stand: it means what the keyed merge means, or no owner is there to ask."""
    try:
        grammar.check(lines)
    except Malformed:
        return False
    return not has_marker(lines) and (_unowned(job.rules) or _meaning(grammar, lines) == result.root.data)


def _unowned(rules: FileRules | None) -> bool:
    """Whether no rule says more about a file than `default`."""
    if rules is None:
        return True
    rule = rules.rule()
    return rule.owner is Owner.DEFAULT and not rule.closed and not rules.divided(())


def _unspliced(job: _Job, grammar: Grammar, why: str) -> Merged:
    """The keyed merge failed: take the clean line merge if no owner has a say, else leave it to a person."""
    lines = _lines(job)
    if lines is not None and _unowned(job.rules) and _meaning(grammar, lines) is not None:
        return Merged(lines, _text_decisions(job, Text(lines)))
    if job.strategy.whole or _unowned(job.rules):
        return _text(job)
    return job.conflict(why)


def _assembled(job: _Job, grammar: Grammar, documents: Three, done: tuple[Walked, Document]) -> Merged:
    walked, result = done
    decisions: list[Decision] = []
    conflicts: list[Conflict] = []
    for choice in walked.choices:
        values = tuple(_shown(grammar, document, choice.path) for document in (*documents, result))
        if choice.verdict.conflict:
            base, mine, yours, _ = values
            conflicts.append(Conflict(job.path, choice.path, base, mine, yours, choice.verdict.reason))
        else:
            decisions.append(_decision(job, choice, values))
    if result.text != job.ours and not any(decision.changes for decision in decisions):
        decisions.append(
            job.decision((), Action.CHANGE, (None, None), reason='comments or layout only', heuristic='lines')
        )
    return Merged(result.text, tuple(decisions), tuple(conflicts))


def _decision(job: _Job, choice: Choice, values: tuple[str | None, ...]) -> Decision:
    _, mine, yours, new = values
    reason = choice.verdict.reason
    if choice.action is Action.KEEP:
        new = mine
        reason += f'; the standard has {_quoted(yours)}' if yours is not None else ''
    return job.decision(
        choice.path,
        choice.action,
        (mine, new),
        owner=choice.owner,
        reason=reason,
        heuristic=choice.verdict.heuristic,
        level=choice.verdict.level,
    )


def _shown(grammar: Grammar, document: Document | None, path: KeyPath) -> str | None:
    if document is None or document.find(path) is None:
        return None
    return grammar.shown(document, path)


def _quoted(text: str) -> str:
    line = ' '.join(text.split())
    return line if len(line) <= SHOWN else f'{line[:SHOWN - 3]}...'

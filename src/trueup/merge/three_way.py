"""Three texts in, one text, decisions and conflicts out: the pure heart of check, fix, update and adopt.

The cascade: the owner of a whole file; the line merge of Git; the keyed merge of the format. The line merge is taken
only where it says the same as the keyed one (without policies: where it is clean), because it alone carries changed
comments and layout. See Khanna, Kunal and Pierce (2007) for diff3 and `git help merge-file` for the line merge.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict, Unpack

from trueup.merge import strategy_for
from trueup.merge._careful import sure
from trueup.merge._clean import merge_clean
from trueup.merge._ends import ended
from trueup.merge._job import Job, fitting, parses, same_meaning, too_large, unowned
from trueup.merge._keyed import merge_by_key, merge_plainly
from trueup.merge._moves import moved
from trueup.merge._remarks import with_remarks
from trueup.merge._renames import follow
from trueup.merge._textual import merge_as_text
from trueup.model import Action, Decision, Level, Merged, Owner
from trueup.policy import FileRules, Move, Policies
from trueup.text.encoding import BOM, restore_endings, to_unix
from trueup.text.keys import format_key
from trueup.text.tree import Grammar

STEPS = 3
"""Merges after which the result has to stand."""


class Terms(TypedDict, total=False):
    """On whose terms is merged: the owners of keys, the keys that moved (default: as the policies
    say), the source to name in decisions, and whether only what is sure is merged (`careful`)."""

    policies: Policies | None
    moves: Sequence[Move]
    source: str
    careful: bool


def merge(base: str | None, ours: str, theirs: str, *, path: str, **terms: Unpack[Terms]) -> Merged:
    """Merge one file; never raises on bad input.

    `base` is what the service last had from the standard (None: merge two-way, by owner), `path` chooses format and
    rules. Without policies every key is merged three-way and what both changed is a conflict; with them the owner of
    each key decides.
    """
    policies = terms.get('policies')
    moves = terms.get('moves', policies.moves if policies is not None else ())
    mark = BOM if ours.startswith(BOM) else ''
    plain = [to_unix(text).removeprefix(BOM) if text is not None else None for text in (base, ours, theirs)]
    texts = ended(plain[0], plain[1] or '', plain[2] or '')
    before, plain = plain[1], list(texts.all)
    rules = policies.file(path) if policies is not None else None
    strategy = fitting(strategy_for(path), plain)
    job = Job(path, plain[0], plain[1] or '', plain[2] or '', strategy, rules, terms.get('source', ''))
    try:
        merged = _decided(job, moves, careful=terms.get('careful', False))
    except RecursionError:
        merged = merge_plainly(job, 'the file is nested too deep to be compared by key')
    merged = _with_text(merged, texts.closed(merged.text, whole=rules is not None))
    if merged.text == before:
        return _with_text(merged, ours)
    return _with_text(merged, mark + restore_endings(merged.text, ours))


def _decided(job: Job, moves: Sequence[Move], *, careful: bool) -> Merged:
    """The merge of texts with plain line endings."""
    shaped, said = _shaped(job, moves)
    clean = None if careful else _quick(shaped)
    merged = clean or _settled(shaped, _merge(shaped), moves)
    if careful:
        merged = sure(shaped, merged)
    if clean is None:
        merged = with_remarks(shaped, merged)
    return Merged(merged.text, (*said, *merged.decisions), merged.conflicts)


def _shaped(job: Job, moves: Sequence[Move]) -> tuple[Job, tuple[Decision, ...]]:
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


def _quick(job: Job) -> Merged | None:
    """The line merge alone, where nobody is to be asked and it is clean."""
    grammar = job.strategy.grammar
    if job.rules is not None or grammar is None or job.base in (None, job.theirs) or job.ours == job.theirs:
        return None
    return None if too_large(job) else merge_clean(job, grammar)


def _settled(job: Job, merged: Merged, moves: Sequence[Move]) -> Merged:
    """The merge if a second one, of its result, changes nothing.

    What an owner decides may need two steps, and so may comments and layout, which fit once the keys are merged.
    """
    if merged.text in (job.ours, job.theirs):
        return merged
    if too_large(job) and {one.heuristic for one in merged.decisions} <= {'lines', 'malformed'}:
        return merged  # only lines apart from each other were merged, as Git does
    found = merged
    for _ in range(STEPS):
        again = _merge(_shaped(job._replace(ours=found.text), moves)[0])
        if again.text == found.text:
            return found
        if unowned(job.rules) and not same_meaning(job.strategy, found.text, again.text):
            break
        found = Merged(again.text, (*found.decisions, *again.decisions), again.conflicts)
    return job.conflict('merging the result once more would change it again')


def _with_text(merged: Merged, text: str) -> Merged:
    return Merged(text, merged.decisions, merged.conflicts)


def _merge(job: Job) -> Merged:
    if job.ours == job.theirs:
        return Merged(job.ours)
    if job.rules is None:
        if job.base == job.theirs:
            return Merged(job.ours)
        if not job.ours.strip() and (job.base or '').strip():
            return job.conflict('the service emptied the file, the standard changed it')
    elif not job.rules.divided(()):
        whole = _whole(job, job.rules)
        if whole is not None:
            return whole
    if job.strategy.grammar is None:
        return merge_as_text(job)
    grammar = job.strategy.grammar
    job, said = _named(job, grammar)
    merged = merge_by_key(job, grammar)
    if said:
        return Merged(merged.text, (*said, *merged.decisions), merged.conflicts)
    if job.strategy.retry is None or not (_open(merged) or _mixed(merged)):
        return merged
    again = job.strategy.retry((job.base, job.ours, job.theirs))
    if again is None:
        return merged
    second = merge_by_key(job._replace(base=again[0], theirs=again[2]), grammar)
    return second if _open(second) <= _open(merged) else merged


def _named(job: Job, grammar: Grammar) -> tuple[Job, tuple[Decision, ...]]:
    """The job with keys called as the side calls them that gave them another name, and what that did to ours."""
    if job.base is None or not unowned(job.rules) or too_large(job):
        return job, ()
    base, ours, theirs, done = follow((job.base, job.ours, job.theirs), grammar)
    said = tuple(
        job.decision(
            old,
            Action.MOVE,
            (format_key(old), format_key(new)),
            reason='the standard calls it so',
            heuristic='renamed',
            level=Level.NOTED,
        )
        for old, new in done
    )
    return job._replace(base=base, ours=ours, theirs=theirs), said


def _open(merged: Merged) -> int:
    """How many keys were changed on both sides and not merged."""
    return len(merged.conflicts) + sum(decision.heuristic == 'both changed' for decision in merged.decisions)


def _mixed(merged: Merged) -> bool:
    """Whether a value was put together from both sides, perhaps of two layouts."""
    return any(decision.heuristic in ('words', 'both inserted', 'adjacent lines') for decision in merged.decisions)


def _whole(job: Job, rules: FileRules) -> Merged | None:
    """The answer where one owner has the whole file and need not be asked key by key."""
    rule = rules.rule()
    if rule.owner in (Owner.TEAM, Owner.SEED):
        reason = 'the team owns it' if rule.owner is Owner.TEAM else "the standard's start, now the team's"
        return Merged(
            job.ours,
            (job.decision((), Action.KEEP, (None, None), owner=rule.owner, reason=reason, heuristic=str(rule.owner)),),
        )
    if rule.owner is Owner.REQUIRED and (job.strategy.whole or not parses(job.strategy, job.ours)):
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

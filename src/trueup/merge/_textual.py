"""A file without keys, or one whose keys can not be read: merged by line and word."""

from __future__ import annotations

from trueup.merge._gates import has_marker
from trueup.merge._job import Job, parses, quoted
from trueup.merge._words import Text, merge_text
from trueup.model import Action, Conflict, Decision, Level, Merged, Owner


def merge_as_text(job: Job) -> Merged:
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
    if parses(job.strategy, job.ours) and not parses(job.strategy, merged.text):
        return job.conflict('merged line by line, it would not parse')
    decisions = text_decisions(job, merged)
    if job.rules is not None:
        kept = tuple(
            job.decision(
                (),
                Action.KEEP,
                (mine, mine),
                reason=f'both changed it; the standard has {quoted(yours)}',
                heuristic='both changed',
                level=Level.NOTED,
            )
            for _, mine, yours in merged.open
        )
        return Merged(merged.text, (*decisions, *kept))
    conflicts = tuple(Conflict(job.path, (), *hunk, reason='both changed these lines') for hunk in merged.open)
    return Merged(merged.text, decisions, conflicts)


def text_decisions(job: Job, merged: Text) -> tuple[Decision, ...]:
    """The one decision on a text that was merged as a whole."""
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

"""The careful mode: a file stands merged only where each decision in it is of a kind that was right nearly always."""

from __future__ import annotations

from trueup.merge._diff3 import diff3
from trueup.merge._gates import lost
from trueup.merge._job import Job
from trueup.model import Action, Decision, Merged
from trueup.text.encoding import lines
from trueup.text.keys import is_item

MARGIN = 3
"""Unchanged lines between changes of both sides that have nothing to do with each other, as in a patch."""
SURE = frozenset(
    {'only the standard changed', 'only the service changed', 'newer version', 'lines', 'service', 'blanks'}
)
"""Rules of high precision, as measured by benchmarks/merge.py."""


def sure(job: Job, merged: Merged) -> Merged:
    """The merge itself where it is the line merge or holds sure decisions alone; else the whole file is left open.

    What the standard removed and the service never touched goes, and an item comes into a list in which each has a
    name. Any other new key is doubtful: services often want it elsewhere, or not at all.
    """
    if merged.conflicts or (job.base is not None and _clean(job)):
        return merged
    doubtful = {one.heuristic for one in merged.decisions if one.heuristic not in SURE}
    doubtful |= {'a key to add' for one in merged.decisions if one.action is Action.ADD and not _item(one)}
    if not doubtful and _unsaid(job, merged):
        doubtful = {'words of the standard would be missing'}
    if not doubtful:
        return merged
    return job.conflict(f'not sure enough: {", ".join(sorted(doubtful))}')


def _item(decision: Decision) -> bool:
    return bool(decision.key) and is_item(decision.key[-1])


def _unsaid(job: Job, merged: Merged) -> bool:
    """Whether something that the standard wrote is neither in the result nor named by a decision."""
    said = [text for one in merged.decisions for text in (one.before, one.reason) if text]
    return bool(lost(job.theirs, merged.text, [job.base or '', *said]))


def _clean(job: Job) -> bool:
    """Whether the line merge has no conflict and the changes of both sides stand well apart."""
    last, room = '', MARGIN
    for hunk in diff3(lines(job.base or ''), lines(job.ours), lines(job.theirs), strict=True):
        if hunk.kind == 'same':
            room = len(hunk.base)
            continue
        if hunk.kind == 'conflict' or (last not in ('', hunk.kind) and room < MARGIN):
            return False
        last = hunk.kind
    return True

"""The careful mode: a file stands merged only where each decision in it is of a kind that was right nearly always."""

from __future__ import annotations

from trueup.merge._diff3 import diff3
from trueup.merge._job import Job
from trueup.model import Action, Merged
from trueup.text.encoding import lines

MARGIN = 3
"""Unchanged lines between changes of both sides that have nothing to do with each other, as in a patch."""
SURE = frozenset({'only the standard changed', 'only the service changed', 'newer version', 'lines', 'service'})
"""Rules of high precision, as measured by benchmarks/merge.py."""


def sure(job: Job, merged: Merged) -> Merged:
    """The merge itself where it is the line merge or holds sure decisions alone; else the whole file is left open.

    What came or went on one side often moved, or was not wanted: only keys that all three sides have are sure.
    """
    if merged.conflicts or (job.base is not None and _clean(job)):
        return merged
    doubtful = {one.heuristic for one in merged.decisions if one.heuristic not in SURE}
    doubtful |= {f'a key to {one.action}' for one in merged.decisions if one.action in (Action.ADD, Action.REMOVE)}
    if not doubtful:
        return merged
    return job.conflict(f'not sure enough: {", ".join(sorted(doubtful))}')


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

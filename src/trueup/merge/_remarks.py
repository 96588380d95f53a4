"""What the standard wrote and the result lacks: mostly comments beside a key that the service changed.

It is no loss of the service, so that the merge stands; but nobody should have to compare the files to hear of it.
"""

from __future__ import annotations

from collections import Counter

from trueup.merge._clean import key_at
from trueup.merge._gates import TOKEN
from trueup.merge._job import Job, too_large
from trueup.model import Action, KeyPath, Level, Merged, Owner
from trueup.text.encoding import lines
from trueup.text.tree import Document, Malformed

WOVEN = frozenset({'lines', 'adjacent lines', 'words', 'both inserted'})
"""Rules that put a text together from both sides: of those nothing is named."""


def with_remarks(job: Job, merged: Merged) -> Merged:
    """The merge, with a note on each line of the standard that did not come along and that nothing else names."""
    whole = any(not conflict.key for conflict in merged.conflicts)
    done = job.base in (None, job.theirs) or merged.text == job.theirs or too_large(job)
    if done or whole or _service_owns(job, ()):
        return merged
    missing = _missing(job, merged)
    if not missing:
        return merged
    document = _read(job)
    missing = _unnamed(missing, merged, document)
    notes = _notes(job, missing, merged.text, document) if missing else {}
    said = tuple(
        job.decision(
            key,
            Action.KEEP,
            (None, None),
            reason=f'lines of the standard that are not in the result: {" | ".join(rows)}',
            heuristic='left out',
            level=Level.NOTED,
        )
        for key, rows in notes.items()
    )
    return Merged(merged.text, (*merged.decisions, *said), merged.conflicts) if said else merged


def _missing(job: Job, merged: Merged) -> Counter[str]:
    """Words of the standard that are not in the result, though the service did not take them out."""
    base, ours, theirs, got = (_words(text or '') for text in (job.base, job.ours, job.theirs, merged.text))
    return theirs - got - (base - ours)


def _words(text: str) -> Counter[str]:
    return Counter(TOKEN.findall(text))


def _service_owns(job: Job, key: KeyPath) -> bool:
    """Whether the standard has no say there."""
    return job.rules is not None and job.rules.rule(key).owner in (Owner.TEAM, Owner.SEED)


def _unnamed(missing: Counter[str], merged: Merged, document: Document | None) -> Counter[str]:
    """The words without those that decisions and conflicts name."""
    for conflict in merged.conflicts:
        missing -= _words(conflict.theirs or '')
    for decision in merged.decisions:
        node = document.find(decision.key) if document is not None else None
        if decision.changes or not decision.key or node is None or document is None or decision.heuristic in WOVEN:
            continue
        missing -= _words(document.text[node.body : node.end])
    return missing


def _notes(job: Job, missing: Counter[str], result: str, document: Document | None) -> dict[KeyPath, list[str]]:
    """Lines of the standard with words that are missing, by the key where they stand."""
    found: dict[KeyPath, list[str]] = {}
    left = Counter(lines(result))
    position = 0
    for line in lines(job.theirs):
        start, position = position, position + len(line)
        if left[line]:
            left[line] -= 1
            continue
        words = _words(line)
        if words & missing:
            missing -= words
            key = key_at(document, start, position) if document is not None else ()
            if not _service_owns(job, key):
                found.setdefault(key, []).append(line.strip())
    return found


def _read(job: Job) -> Document | None:
    try:
        return job.strategy.grammar.parse(job.theirs) if job.strategy.grammar is not None else None
    except (Malformed, RecursionError):
        return None

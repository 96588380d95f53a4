"""The line merge, where it is clean and may stand as it is: most files, and no side has to be read by key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trueup.merge._diff3 import Hunk, diff3
from trueup.merge._gates import doubled, has_marker
from trueup.merge._job import Job
from trueup.merge._words import holds, rewritten
from trueup.model import Action, Decision, KeyPath, Merged
from trueup.text.encoding import lines
from trueup.text.tree import Document, Grammar, Malformed, Node

IMPORT = re.compile(r'\s*(?:from|import)\b')


def merge_clean(job: Job, grammar: Grammar) -> Merged | None:
    """The clean line merge; None where the keys have to be asked.

    It stands where every side and the result can be read, no key is doubled by it, merging it once more changes
    nothing, and ours does not hold already what the standard changed (in another place perhaps: then the line merge
    would put it in twice).
    """
    base, ours, theirs = (lines(text) for text in (job.base or '', job.ours, job.theirs))
    hunks = _hunks(base, ours, theirs)
    if hunks is None:
        return None
    if job.strategy.settle is not None and any(_imports(hunk) for hunk in hunks):
        return None
    text = _joined(hunks)
    if text != job.ours and holds(base, ours, theirs):
        return None
    again = _hunks(base, lines(text), theirs)
    if again is None or _joined(again) != text:
        return None
    document = _read(job, grammar, text)
    if document is None or has_marker(text):
        return None
    return Merged(text, _decisions(job, hunks, document))


def _imports(hunk: Hunk) -> bool:
    """Whether the standard touches imports: whether ours needs them is asked of the keyed merge."""
    return hunk.kind == 'theirs' and any(IMPORT.match(str(line)) for line in (*hunk.base, *hunk.theirs))


def _hunks(base: list[str], ours: list[str], theirs: list[str]) -> list[Hunk] | None:
    """The hunks of a clean line merge; a run in which ours holds the change of theirs already is clean too."""
    hunks = list(diff3(base, ours, theirs, strict=True))
    for number, hunk in enumerate(hunks):
        if hunk.kind == 'conflict':
            low, mine, yours = ([str(line) for line in run] for run in hunk[1:])
            if not holds(low, mine, yours) or rewritten(low, mine, yours):
                return None
            hunks[number] = hunk._replace(kind='ours')
    return hunks


def _joined(hunks: Sequence[Hunk]) -> str:
    return ''.join(''.join(_side(hunk)) for hunk in hunks)


def _read(job: Job, grammar: Grammar, text: str) -> Document | None:
    """The result as a document, None if a side can not be read or if a key stands more often than on both sides."""
    try:
        if not job.strategy.whole:
            for side in (job.base, job.ours, job.theirs):
                grammar.skim(side or '')
        document = grammar.parse(text)
        twice = doubled(document.root)
        if twice and not twice <= doubled(grammar.parse(job.ours).root) | doubled(grammar.parse(job.theirs).root):
            return None
    except (Malformed, RecursionError):
        return None
    return document


def _side(hunk: Hunk) -> Sequence[str]:
    return hunk.theirs if hunk.kind == 'theirs' else hunk.ours  # type: ignore[return-value]


def _decisions(job: Job, hunks: Sequence[Hunk], document: Document) -> tuple[Decision, ...]:
    """One decision for each run of lines that the standard changed, at the key that holds it."""
    found: list[Decision] = []
    position = 0
    for hunk in hunks:
        new = ''.join(_side(hunk))
        if hunk.kind == 'theirs':
            old = ''.join(map(str, hunk.ours))
            found.append(_decision(job, (old, new), key_at(document, position, position + len(new))))
        position += len(new)
    return tuple(found)


def _decision(job: Job, values: tuple[str, str], key: KeyPath) -> Decision:
    old, new = (text.strip('\n') or None for text in values)
    action = Action.ADD if old is None else Action.REMOVE if new is None else Action.CHANGE
    if old is None and new is None:
        action = Action.CHANGE
    return job.decision(
        key, action, (old, new), reason='only the standard changed these lines', heuristic='only the standard changed'
    )


def key_at(document: Document, start: int, end: int) -> KeyPath:
    """The key of the smallest entry that holds a run of a text; blank lines at its ends don't count."""
    text = document.text
    while start < end and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    path: KeyPath = ()
    node = document.root
    while start < end:
        inner = next((one for one in node.children if one.start <= start and end <= _reach(one)), None)
        if inner is None:
            break
        path, node = (*path, inner.key), inner
    return path


def _reach(node: Node) -> int:
    """Where the last of all that a node holds ends: the span of a table may be no more than its header."""
    return max(node.end, _reach(node.children[-1])) if node.children else node.end

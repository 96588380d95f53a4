"""A file with keys: the keyed merge, in the dress of the line merge where both say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trueup.merge._gates import doubled, has_marker, lost
from trueup.merge._job import Job, blamed, malformed, parses, quoted, too_large, unowned
from trueup.merge._splice import Splicer, TooMuch
from trueup.merge._textual import merge_as_text, text_decisions
from trueup.merge._walk import Choice, Edit, Three, Walked, walk
from trueup.merge._words import Text, holds, merge_text
from trueup.model import Action, Conflict, Decision, KeyPath, Level, Merged
from trueup.text.encoding import lines as to_lines
from trueup.text.tree import Document, Grammar, Malformed, Node


def merge_by_key(job: Job, grammar: Grammar) -> Merged:
    """A file with keys: the keyed merge, in the dress of the line merge where both say the same."""
    if too_large(job):
        return merge_plainly(job, 'the file is too large to be read by key')
    try:
        merged = _by_key(job, grammar)
    except TooMuch as error:
        return merge_plainly(job, str(error))
    except RecursionError:
        return merge_plainly(job, 'the file is nested too deep to be read by key')
    problem = malformed(grammar, job.base) if job.base is not None else None
    if problem is None or not (parses(job.strategy, job.ours) and parses(job.strategy, job.theirs)):
        return merged
    return blamed(job, merged, f'the base is {problem}')


def merge_plainly(job: Job, why: str) -> Merged:
    """The line merge of what is too much for a merge by key, which is said."""
    plain = job._replace(strategy=job.strategy._replace(grammar=None))
    return blamed(job, merge_as_text(plain), f'{why}: merged by line')


def _by_key(job: Job, grammar: Grammar) -> Merged:
    try:
        theirs = grammar.parse(job.theirs)
    except Malformed as error:
        merged = merge_as_text(job)
        # Where neither side is of the format, nobody means it to be, such as a Helm template.
        readable = malformed(grammar, job.ours) is None
        return blamed(job, merged, f'the file of the standard is {error}') if readable else merged
    try:
        ours = grammar.parse(job.ours)
    except Malformed as error:
        if job.strategy.whole:
            return blamed(job, merge_as_text(job), f'the file of the service is {error}')
        problem = 'still in conflict: it holds markers of Git' if has_marker(job.ours) else error
        return job.conflict(f'the file of the service is {problem}')
    grammar = grammar if job.base is not None else grammar.without_base(ours)
    return _spliced(job, grammar, Three(_parsed(grammar, job.base), ours, theirs))


def _spliced(job: Job, grammar: Grammar, documents: Three) -> Merged:
    """The keyed merge of three documents that were read, past the gates."""
    ours, theirs = documents.ours, documents.theirs
    walked = first = walk(documents, grammar, job.rules, both=job.strategy.both)
    try:
        result = Splicer(grammar, theirs, documents.base, walked.edits).apply(ours)
        if job.strategy.settle is not None:
            walked = job.strategy.settle(walked, theirs, result)
        if walked is not first:
            result = Splicer(grammar, theirs, documents.base, walked.edits).apply(ours)
    except TooMuch:
        raise
    except Malformed as error:
        return _unspliced(job, grammar, str(error))
    missing = lost(job.ours, result.text, _excuses(ours, walked.edits))
    if missing:
        return _unspliced(job, grammar, f'a merge would lose: {" ".join(missing[:8])}')
    if walked is not first:  # the line merge knows nothing of what was taken back
        return _assembled(job, grammar, documents, (walked, _dressed(job, grammar, result)))
    return _final(job, grammar, documents, (walked, result))


def _final(job: Job, grammar: Grammar, documents: Three, done: tuple[Walked, Document]) -> Merged:
    """The keyed result, or the clean line merge where it says the same and carries comments and layout too."""
    walked, result = done
    ours = documents.ours
    if not walked.edits and _done(job):
        return _assembled(job, grammar, documents, (walked, ours))
    lines = _lines(job)
    if lines is not None and _clean(job, grammar, lines, result):
        if _meaning(grammar, lines) != result.root.data:
            walked = walk(Three(ours, ours, grammar.parse(lines)), grammar, None)
        return _assembled(job, grammar, documents, (walked, grammar.parse(lines)))
    return _assembled(job, grammar, documents, (walked, _dressed(job, grammar, result)))


def _done(job: Job) -> bool:
    """Whether every line that the standard changed was changed alike in ours, as after a first merge."""
    if job.base is None or job.base == job.theirs:
        return False
    base, ours, theirs = (sorted(to_lines(text)) for text in (job.base, job.ours, job.theirs))
    return base != theirs and holds(base, ours, theirs)


def _dressed(job: Job, grammar: Grammar, result: Document) -> Document:
    """The keyed merge with the comments and the layout that the standard changed, where they fit without a conflict."""
    if job.base is None:
        return result
    merged = merge_text(job.base, result.text, job.theirs)
    lines = merged.text
    if (
        job.strategy.whole
        and merged.level is not Level.APPLIED
        or lines == result.text
        or has_marker(lines)
        or _meaning(grammar, lines) != result.root.data
    ):
        return result
    # Where lines of both touch, those of the result stand: nothing may be said twice for that.
    known = Counter(to_lines(result.text)) | Counter(to_lines(job.theirs))
    return grammar.parse(lines) if not Counter(to_lines(lines)) - known else result


def _parsed(grammar: Grammar, text: str | None) -> Document | None:
    try:
        return grammar.parse(text) if text is not None else None
    except Malformed:
        return None


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


def _lines(job: Job) -> str | None:
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


def _clean(job: Job, grammar: Grammar, lines: str, result: Document) -> bool:
    """Whether the line merge may stand: it means what the keyed merge means, or no owner is there to ask."""
    try:
        grammar.check(lines)
    except Malformed:
        return False
    if has_marker(lines):
        return False
    if _meaning(grammar, lines) == result.root.data:
        return True
    known = doubled(grammar.parse(job.ours).root) | doubled(grammar.parse(job.theirs).root)
    return unowned(job.rules) and doubled(grammar.parse(lines).root) <= known


def _unspliced(job: Job, grammar: Grammar, why: str) -> Merged:
    """The keyed merge failed: take the clean line merge if no owner has a say, else leave it to a person."""
    lines = _lines(job)
    if lines is not None and unowned(job.rules) and _meaning(grammar, lines) is not None:
        return Merged(lines, text_decisions(job, Text(lines)))
    if job.strategy.whole or unowned(job.rules):
        return merge_as_text(job)
    return job.conflict(why)


def _assembled(job: Job, grammar: Grammar, documents: Three, done: tuple[Walked, Document]) -> Merged:
    walked, result = done
    decisions: list[Decision] = []
    conflicts: list[Conflict] = []
    for choice in walked.choices:
        shown = (_shown(grammar, document, choice.path) for document in (*documents, result))
        values = choice.values or tuple(shown)
        if choice.action is not Action.KEEP and not choice.values:
            values = (values[0], _taken(documents.ours, choice.path, values[1], result), *values[2:])
        if choice.verdict.conflict:
            base, mine, yours, _ = values
            conflicts.append(Conflict(job.path, choice.path, base, mine, yours, choice.verdict.reason))
        else:
            decisions.append(_decision(job, choice, values))
    if result.text != job.ours and not any(decision.changes for decision in decisions):
        sides = _only(job.ours, result.text), _only(result.text, job.ours)
        decisions.append(job.decision((), Action.CHANGE, sides, reason='comments or layout only', heuristic='lines'))
    return Merged(result.text, tuple(decisions), tuple(conflicts))


def _only(text: str, other: str) -> str | None:
    """The lines of a text that the other lacks."""
    known = set(to_lines(other))
    return ''.join(line for line in to_lines(text) if line.strip() and line not in known).rstrip('\n') or None


def _taken(document: Document, path: KeyPath, shown: str | None, result: Document) -> str | None:
    """What a change takes from ours: comments that go with the entry are named with it."""
    node, left = document.find(path), result.find(path)
    if node is None or shown is None:
        return shown
    whole = document.text[node.start : node.end]
    if not lost(whole, result.text[left.start : left.end] if left else '', (shown, *path)):
        return shown
    whole = whole.strip('\n')
    return whole if shown in whole else f'{whole}\n{shown}'


def _decision(job: Job, choice: Choice, values: tuple[str | None, ...]) -> Decision:
    _, mine, yours, new = values
    reason = choice.verdict.reason
    if choice.action is Action.KEEP:
        new = mine
        reason += f'; the standard has {quoted(yours)}' if yours is not None else ''
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

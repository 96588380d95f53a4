"""A file with keys: the keyed merge, in the dress of the line merge where both say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trueup.merge._gates import doubled, has_marker, lost
from trueup.merge._job import Job, blamed, malformed, parses, quoted, too_large, unowned
from trueup.merge._textual import merge_as_text, text_decisions
from trueup.merge._walk import Choice, Edit, Three, Walked, walk
from trueup.merge._words import Text, holds, merge_text
from trueup.model import Action, Conflict, Decision, KeyPath, Level, Merged
from trueup.text.encoding import lines as to_lines
from trueup.text.keys import is_item
from trueup.text.tree import Document, Grammar, Malformed, Node, need


def merge_by_key(job: Job, grammar: Grammar) -> Merged:
    """A file with keys: the keyed merge, in the dress of the line merge where both say the same."""
    if too_large(job):
        plain = job._replace(strategy=job.strategy._replace(grammar=None))
        return blamed(job, merge_as_text(plain), 'the file is too large to be read by key: merged by line')
    merged = _by_key(job, grammar)
    problem = malformed(grammar, job.base) if job.base is not None else None
    if problem is None or not (parses(job.strategy, job.ours) and parses(job.strategy, job.theirs)):
        return merged
    return blamed(job, merged, f'the base is {problem}')


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
        return job.conflict(f'the file of the service is {error}')
    grammar = grammar if job.base is not None else grammar.without_base(ours)
    return _spliced(job, grammar, Three(_parsed(grammar, job.base), ours, theirs))


def _spliced(job: Job, grammar: Grammar, documents: Three) -> Merged:
    """The keyed merge of three documents that were read, past the gates."""
    ours, theirs = documents.ours, documents.theirs
    walked = walk(documents, grammar, job.rules, both=job.strategy.both)
    try:
        result = apply(ours, walked.edits, (theirs, grammar), documents.base)
        if job.strategy.settle is not None:
            walked = job.strategy.settle(walked, theirs, result)
            result = apply(ours, walked.edits, (theirs, grammar), documents.base)
    except Malformed as error:
        return _unspliced(job, grammar, str(error))
    missing = lost(job.ours, result.text, _excuses(ours, walked.edits))
    if missing:
        return _unspliced(job, grammar, f'a merge would lose: {" ".join(missing[:8])}')
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
    lines = _lines(job._replace(ours=result.text))
    if lines is None or has_marker(lines) or _meaning(grammar, lines) != result.root.data:
        return result
    return grammar.parse(lines)


def _parsed(grammar: Grammar, text: str | None) -> Document | None:
    try:
        return grammar.parse(text) if text is not None else None
    except Malformed:
        return None


def apply(
    ours: Document, edits: Sequence[Edit], other: tuple[Document, Grammar], base: Document | None = None
) -> Document:
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
            text = grammar.insert(document, edit.path, _with_gone(theirs, base, edits, edit.path))
        document = grammar.parse(text)
        path = (*edit.path[:-1], edit.path[-1].partition('~')[0] if is_item(edit.path[-1]) else edit.path[-1])
        if edit.kind in ('insert', 'replace') and document.find(edit.path) is None and document.find(path) is None:
            raise Malformed(f'the key {edit.path} did not find its place')
    grammar.check(document.text)
    return document


def _with_gone(theirs: Document, base: Document | None, edits: Sequence[Edit], path: KeyPath) -> Document:
    """Theirs with the neighbours that it is about to remove where they stood: a new entry goes where the old one was."""
    gone = {edit.path[-1] for edit in edits if edit.kind == 'remove' and edit.path[:-1] == path[:-1]}
    before = base.find(path[:-1]) if base is not None and gone else None
    if before is None:
        return theirs
    old = {node.key: node for node in before.children}
    parent = need(theirs, path[:-1])
    order = [key for key in parent.keys]
    for at, key in enumerate(before.keys):
        if key in gone and key not in order:
            above = before.keys[at - 1] if at else ''
            order.insert(order.index(above) + 1 if above in order else 0 if not at else len(order), key)
    mine = {node.key: node for node in parent.children}
    children = tuple(mine.get(key) or old[key] for key in order)
    return Document(theirs.text, _changed(theirs.root, path[:-1], children))


def _changed(node: Node, path: KeyPath, children: tuple[Node, ...]) -> Node:
    """A tree with other children at a path."""
    if not path:
        return replace(node, children=children)
    inner = tuple(_changed(child, path[1:], children) if child.key == path[0] else child for child in node.children)
    return replace(node, children=inner)


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
        if choice.action is Action.REMOVE:
            values = (values[0], _with_remarks(documents.ours, choice.path, values[1]), *values[2:])
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


def _with_remarks(document: Document, path: KeyPath, shown: str | None) -> str | None:
    """What a removal takes: the comments above go with the entry, so they are named with it."""
    node = document.find(path)
    remarks = document.text[node.start : node.body].strip() if node else ''
    return f'{remarks}\n{shown}' if remarks and shown is not None else shown


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

"""What stays open, written into the text the way Git shows it."""

from __future__ import annotations

from trueup.merge import strategy_for
from trueup.model import Conflict, Merged
from trueup.text.diff import changes
from trueup.text.encoding import BOM, line_ending, lines, restore_endings, to_unix
from trueup.text.tree import Document, Grammar, Malformed


def marked(merged: Merged, theirs: str, *, path: str) -> str:
    """The merged text with both values, between Git's markers, wherever a conflict is left."""
    text, yours = (to_unix(one).removeprefix(BOM) for one in (merged.text, theirs))
    grammar = strategy_for(path).grammar
    grammar = grammar.fitting((text, yours)) if grammar is not None else None
    other = text
    for conflict in merged.conflicts:
        other = _taken(other, yours, conflict, grammar)
    mark = BOM if merged.text.startswith(BOM) else ''
    end = line_ending(merged.text)
    result = between(text, other)
    return mark + (result.replace('\n', end) if end != '\n' else restore_endings(result, merged.text))


def between(ours: str, theirs: str) -> str:
    """The two texts as one, their differences between markers."""
    mine, yours = lines(ours), lines(theirs)
    parts: list[str] = []
    position = 0
    for change in changes(mine, yours):
        parts.extend(mine[position : change.start])
        parts.append('<<<<<<< ours\n' + _ended(''.join(mine[change.start : change.end])))
        parts.append('=======\n' + _ended(''.join(yours[change.low : change.high])) + '>>>>>>> theirs\n')
        position = change.end
    return ''.join([*parts, *mine[position:]])


def _taken(text: str, theirs: str, conflict: Conflict, grammar: Grammar | None) -> str:
    """The text with the standard's value for one conflict."""
    if not conflict.key:
        old, new = conflict.ours or '', conflict.theirs or ''
        if old not in text and text.endswith(old.removesuffix('\n')):  # the last line has no end
            old, new = old.removesuffix('\n'), new.removesuffix('\n')
        return text.replace(old, new, 1) if old and old != text and old in text else theirs
    if grammar is None:
        return text
    try:
        if _replaced(conflict, grammar.parse(text)):
            return text.replace(conflict.ours or '', conflict.theirs or '', 1)
        mine, yours = grammar.parse(text), grammar.parse(theirs)
        if conflict.theirs is None:
            return grammar.remove(mine, conflict.key)
        if mine.find(conflict.key) is None:
            return grammar.insert(mine, conflict.key, yours)
        return grammar.replace(mine, conflict.key, yours)
    except Malformed:
        return theirs


def _replaced(conflict: Conflict, document: Document) -> bool:
    """Whether both sides put something else in the place of an item, so that it is known by the base's text alone."""
    if not conflict.ours or not conflict.theirs or conflict.ours not in document.text:
        return False
    return document.find(conflict.key) is None


def _ended(text: str) -> str:
    return text if text.endswith('\n') or not text else text + '\n'

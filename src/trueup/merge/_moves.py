"""Moved keys: base and ours get the new spelling before they are compared."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.policy import Move
from trueup.text.tree import Grammar, Malformed


def moved(text: str | None, grammar: Grammar, path: str, moves: Sequence[Move]) -> tuple[str | None, tuple[Move, ...]]:
    """The text with the keys that the standard has moved at their new place, and the moves that were made."""
    done: tuple[Move, ...] = ()
    for move in moves:
        if text is None or not (move.old.key and move.new.key and move.old.covers(path, move.old.key)):
            continue
        try:
            document = grammar.parse(text)
            if document.find(move.old.key) is not None and document.find(move.new.key) is None:
                changed = grammar.rename(document, move.old.key, move.new.key)
                grammar.check(changed)
                done, text = (*done, move), changed
        except Malformed:
            continue
    return text, done

"""Moved keys: base and ours get the new spelling before they are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from trueup.policy import Move
from trueup.text.tree import Grammar, Malformed

Text = TypeVar('Text', str, str | None)


def moved(text: Text, grammar: Grammar, path: str, moves: Sequence[Move]) -> Text:
    """The text with the keys that the standard has moved at their new place; unchanged where that can not be done."""
    for move in moves:
        if text is None or not move.old.key or not move.new.key or not move.old.covers(path, move.old.key):
            continue
        try:
            document = grammar.parse(text)
            if document.find(move.old.key) is not None and document.find(move.new.key) is None:
                changed = grammar.rename(document, move.old.key, move.new.key)
                grammar.check(changed)
                text = changed
        except Malformed:
            continue
    return text

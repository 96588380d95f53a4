"""One key of a document by its path: read, or taken out with every other byte left as it is."""

from __future__ import annotations

from trueup.merge import strategy_for
from trueup.model import KeyPath
from trueup.text.encoding import restore_endings, to_unix
from trueup.text.tree import Malformed


def get_value(text: str, path: str, key: KeyPath) -> str | None:
    """The value as written, None where there is no such key or the text can't be read."""
    grammar = strategy_for(path).grammar
    if grammar is None:
        return None
    try:
        document = grammar.parse(to_unix(text))
    except Malformed:
        return None
    node = document.find(key)
    return document.source(node) if node is not None else None


def remove_key(text: str, path: str, key: KeyPath) -> str | None:
    """The text without the key and its comments, None where it isn't there or the text can't be read."""
    grammar = strategy_for(path).grammar
    if grammar is None:
        return None
    try:
        document = grammar.parse(to_unix(text))
        return restore_endings(grammar.remove(document, key), text) if document.find(key) is not None else None
    except Malformed:
        return None

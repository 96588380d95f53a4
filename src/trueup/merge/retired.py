"""One key of a text: read, or taken out byte-exactly, as the retired list of a standard asks for."""

from __future__ import annotations

from trueup.merge import strategy_for
from trueup.model import KeyPath
from trueup.text.encoding import BOM, restore_endings, to_unix
from trueup.text.tree import Document, Grammar, Malformed


def get_value(text: str, path: str, key: KeyPath) -> str | None:
    """The value of a key as written; None where the key, or a reader for the format, is missing."""
    found = _parsed(text, path)
    if found is None or found[1].find(key) is None:
        return None
    grammar, document = found
    return grammar.shown(document, key)


def remove_key(text: str, path: str, key: KeyPath) -> str | None:
    """The text without a key or section and the comments directly above it; None where that can not be done."""
    found = _parsed(text, path)
    if found is None or not key or found[1].find(key) is None:
        return None
    grammar, document = found
    try:
        result = grammar.remove(document, key)
        grammar.check(result)
    except Malformed:
        return None
    mark = BOM if text.startswith(BOM) else ''
    return mark + restore_endings(result, text.removeprefix(BOM))


def _parsed(text: str, path: str) -> tuple[Grammar, Document] | None:
    grammar = strategy_for(path).grammar
    try:
        return (grammar, grammar.parse(to_unix(text).removeprefix(BOM))) if grammar is not None else None
    except Malformed:
        return None

"""Every key of a text, the plain values at them, and which of many names a mistyped one was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from trueup.merge import strategy_for
from trueup.model import KeyPath
from trueup.text.encoding import BOM, to_unix
from trueup.text.keys import format_key
from trueup.text.tree import Document, Kind, Malformed, Node

SUGGESTED = 3
CUTOFF = 0.6


def keys_of(path: str, text: str) -> tuple[KeyPath, ...] | None:
    """The key paths of a text, those above before those below; None where it can't be read by key."""
    document = _parsed(path, text)
    return None if document is None else tuple(key for key, _ in _nodes(document.root))


def values_of(path: str, text: str) -> Mapping[KeyPath, str]:
    """Single values by key as written: no table, and no list with items of its own."""
    document = _parsed(path, text)
    if document is None:
        return {}
    return {key: document.source(node) for key, node in _nodes(document.root) if node.kind is Kind.LEAF}


def target_of(path: str, key: KeyPath) -> str:
    """`FILE::KEY`, or the file alone."""
    return f'{path}::{format_key(key)}' if key else path


def nearest(name: str, names: Sequence[str]) -> str:
    """A hint with the names that look most like a mistyped one, '' when none does."""
    found = difflib.get_close_matches(name, names, SUGGESTED, CUTOFF)
    return f'did you mean {" or ".join(found)}?' if found else ''


def _parsed(path: str, text: str) -> Document | None:
    grammar = strategy_for(path).grammar
    try:
        return None if grammar is None else grammar.parse(to_unix(text).removeprefix(BOM))
    except Malformed:
        return None


def _nodes(node: Node, above: KeyPath = ()) -> Iterator[tuple[KeyPath, Node]]:
    for child in node.children:
        path = (*above, child.key)
        yield path, child
        yield from _nodes(child, path)

"""The line of the key that a finding is about, as far as the service has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from trueup.merge import strategy_for
from trueup.model import Finding, KeyPath
from trueup.text.encoding import to_unix
from trueup.text.tree import Document, Malformed, Node

Read = Callable[[str], str | None]
"""Text of a file by its path from the top, None where there is none."""


def with_lines(findings: Iterable[Finding], read: Read) -> Iterator[Finding]:
    """Each finding with its line; a key that is missing has the line of the table or list it belongs to."""
    documents: dict[str, Document | None] = {}
    for finding in findings:
        if finding.line or not finding.key:
            yield finding
            continue
        if finding.path not in documents:
            documents[finding.path] = _document(finding.path, read(finding.path))
        document = documents[finding.path]
        yield finding if document is None else replace(finding, line=line_of(document, finding.key))


def line_of(document: Document, key: KeyPath) -> int:
    """The line of the deepest part of the key that is there, counted from 1; 0 where nothing of it is."""
    node: Node = document.root
    line = 0
    for name in key:
        child = node.child(name)
        if child is None:
            break
        node = child
        line = document.text.count('\n', 0, node.body) + 1
    return line


def _document(path: str, text: str | None) -> Document | None:
    grammar = strategy_for(path).grammar
    if text is None or grammar is None:
        return None
    try:
        return grammar.parse(to_unix(text))
    except Malformed:
        return None

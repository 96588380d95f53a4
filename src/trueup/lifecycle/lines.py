"""The line of the key that a finding is about, as far as the service has it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from trueup.lifecycle.service import Service
from trueup.merge import document_of
from trueup.model import Finding, KeyPath
from trueup.repo import Repo, read_file
from trueup.text.encoding import decode
from trueup.text.tree import Document, Node

Read = Callable[[str], str | None]
"""Text of a file by its path from the top, None where there is none."""


def reader(service: Service, repo: Repo) -> Read:
    """Texts of a service, and of the repository around it, by path from the top."""

    def read(path: str) -> str | None:
        if path.startswith(service.prefix):
            return repo.text(path.removeprefix(service.prefix))
        file = read_file(service.top / path)
        found = decode(file.data) if file is not None else None
        return None if found is None else found.text

    return read


def with_lines(findings: Iterable[Finding], read: Read) -> Iterator[Finding]:
    """Each finding with its line; a key that is missing has the line of the table or list it belongs to."""
    documents: dict[str, Document | None] = {}
    for finding in findings:
        if finding.line or not finding.key:
            yield finding
            continue
        if finding.path not in documents:
            documents[finding.path] = document_of(finding.path, read(finding.path))
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
        line = _line(document.text, node.body)
    return line


def _line(text: str, start: int) -> int:
    """The first line from an offset on that is not blank."""
    blank = len(text[start:]) - len(text[start:].lstrip())
    return text.count('\n', 0, start + blank) + 1


def first_difference(before: str, after: str) -> int:
    """The line of `before` from which on two texts differ."""
    old, new = before.splitlines(), after.splitlines()
    same = next((number for number, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), None)
    return min(len(old), len(new) if same is None else same) + (same is not None or len(old) > len(new))

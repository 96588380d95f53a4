"""Notebooks of the repository and whether their outputs were committed."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.facts._view import View, at
from trueup.model import Fact

LISTED = 20


def read(view: View) -> Iterator[Fact]:
    """`notebooks`, with the number of those that carry outputs."""
    paths = [path for path in view.paths if path.endswith('.ipynb')]
    if paths:
        full = sum(_has_outputs(view, path) for path in paths)
        note = f'{full} of {len(paths)} with committed outputs' if full else 'without outputs'
        yield Fact('notebooks', tuple(paths[:LISTED]), tuple(at(path) for path in paths[:3]), 1.0, note)


def _has_outputs(view: View, path: str) -> bool:
    found = view.repo.file(path)
    return found is not None and b'"output_type"' in found.data

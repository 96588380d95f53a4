"""Which continuous-integration systems run the service's pipelines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._view import PIPELINES, View, at
from trueup.model import Evidence, Fact


def read(view: View) -> Iterator[Fact]:
    """`ci`, all systems, with the files that show them."""
    found: dict[str, Evidence] = {}
    for system, pattern in PIPELINES.items():
        for path in view.named(rf'(\.\./)*({pattern})', outer=True):
            found.setdefault(system, at(path))
    yield Fact('ci', tuple(found), tuple(found.values()), 1.0 if found else 0.9, '' if found else 'no pipeline file')
    runs = [
        at(path, line)
        for path in view.pipelines
        for line, _ in view.search(
            path, r'\b(pytest|py\.test|unittest|tox|nox|make test|manage\.py test)\b', re.IGNORECASE
        )
    ]
    if runs:
        yield Fact('ci_runs_tests', True, tuple(runs[:3]))

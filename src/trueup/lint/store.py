"""What linters said before, kept as JSON in the user's cache folder.

Two kinds: a shelf holds one linter's rows for many files (read and written as a whole), a single result stands alone.
A file is written beside its place and then moved there, so a reader sees the old or the new one, never a half; what
two runs write at the same time, one of them loses, and finds again. What does not look as expected counts as absent.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from trueup.lint.replay import cache_place

Row = list[str | int]
"""One message without tool and path: rule, symbol, line, column, text, object."""

SHELF_LIMIT = 30_000
"""Files that one shelf remembers."""
SIZE_LIMIT = 200_000_000
"""Bytes of all that is kept; beyond them the files that were not used for longest are removed."""


class Single(NamedTuple):
    """The result of a run over a whole list of files: rows by path, and the statements that were counted."""

    rows: tuple[tuple[str, Row], ...]
    statements: int | None


def default_folder() -> Path:
    """Where results are kept; `TRUEUP_CACHE` moves it."""
    return Path(cache_place()) / 'results'


class Store:
    """Results by key below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def shelf(self, key: str) -> dict[str, list[Row]]:
        """All rows of one linter under one configuration, by what they depend on."""
        document = self._load(f'shelf-{key}')
        if not isinstance(document, dict):
            return {}
        return {name: rows for name, rows in document.items() if isinstance(rows, list) and all(map(_is_row, rows))}

    def put_on_shelf(self, key: str, used: Mapping[str, list[Row]], fresh: Mapping[str, list[Row]]) -> None:
        """Add rows to what another run may have written meanwhile; the least recently used go when it is full."""
        found = {**self.shelf(key), **used}
        for name in (*used, *fresh):
            found.pop(name, None)
        found |= {**used, **fresh}
        for name in list(found)[: max(0, len(found) - SHELF_LIMIT)]:
            del found[name]
        self._save(f'shelf-{key}', found)

    def single(self, key: str) -> Single | None:
        """One result, None if it is not known."""
        document = self._load(f'single-{key}')
        if not isinstance(document, dict) or not isinstance(document.get('rows'), list):
            return None
        pairs = document['rows']
        sound = all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs)
        statements = document.get('statements')
        if not sound or not all(_is_row(pair[1]) for pair in pairs) or not isinstance(statements, int | None):
            return None
        return Single(tuple((path, row) for path, row in pairs), statements)

    def put_single(self, key: str, result: Single) -> None:
        """Keep one result."""
        self._save(f'single-{key}', {'rows': [list(pair) for pair in result.rows], 'statements': result.statements})

    def _load(self, name: str) -> object:
        path = self._folder / f'{name}.json'
        try:
            document = json.loads(path.read_bytes())
            os.utime(path)
        except (OSError, ValueError, RecursionError):
            return None
        return document

    def _save(self, name: str, document: object) -> None:
        path = self._folder / f'{name}.json'
        fresh = path.with_name(f'{path.name}.{os.getpid()}.new')
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(json.dumps(document, separators=(',', ':')).encode())
            os.replace(fresh, path)
            prune(self._folder.parent, SIZE_LIMIT)
        except OSError:
            fresh.unlink(missing_ok=True)


def prune(folder: Path, limit: int) -> None:
    """Keep a folder below a size; what a killed run left half-written is the oldest one day."""
    seen = [(path.stat(), path) for path in folder.rglob('*') if path.is_file()]
    size = sum(stat.st_size for stat, _ in seen)
    for stat, path in sorted(seen, key=lambda item: item[0].st_mtime):
        if size <= limit:
            return
        path.unlink(missing_ok=True)
        size -= stat.st_size


def _is_row(row: object) -> bool:
    if not isinstance(row, list) or len(row) != 6:
        return False
    return all(isinstance(row[index], int if index in (2, 3) else str) for index in range(6))

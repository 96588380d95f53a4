"""`reports/summary.json`: how each session ended, kept right when sessions run at the same time."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PARTS = '.sessions'


def prepare_folder(folder: Path) -> Path:
    """Make the reports folder; one that we make is ignored by Git, one that the team had is left as it is."""
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        return folder
    (folder / '.gitignore').write_text('*\n', encoding='utf-8')
    return folder


def record(folder: Path, entry: Mapping[str, Any], *, known: Sequence[str]) -> Path:
    """Write one session's entry and the summary of all; entries of sessions that are gone (not `known`) are dropped.

    Needs no lock: whoever writes the summary looks again afterwards, so the last writer has seen every entry.
    """
    parts = prepare_folder(folder) / PARTS
    parts.mkdir(exist_ok=True)
    _replace(parts / f'{_file_name(str(entry["name"]))}.json', json.dumps(entry, indent=2))
    summary = folder / 'summary.json'
    written = None
    while written != (entries := _entries(parts, known)):
        document = {'schema': 1, 'status': overall(entries), 'sessions': entries}
        _replace(summary, json.dumps(document, indent=2) + '\n')
        written = entries
    return summary


def overall(entries: Sequence[Mapping[str, Any]]) -> str:
    """One failure fails the whole; where nothing was done, nothing passed."""
    statuses = {entry['status'] for entry in entries}
    return next((status for status in ('failed', 'passed') if status in statuses), 'skipped')


def recorded_since(folder: Path, moment: float, *, known: Sequence[str]) -> list[dict[str, Any]]:
    """Entries of the sessions that ended after `moment`, in the order of `known`."""
    parts = folder / PARTS
    names = [name for name in known if _is_fresh(parts / f'{_file_name(name)}.json', moment)]
    return [entry for entry in _entries(parts, known) if entry['name'] in names]


def table(entries: Sequence[Mapping[str, Any]]) -> str:
    """What came of each session, one line each, for a person."""
    rows = [('session', 'result', 'seconds', 'tests', 'coverage', 'see')]
    for entry in entries:
        coverage, reports = entry.get('coverage'), entry.get('reports', [])
        shown = next((name for name in reports if name.endswith('.html')), reports[0] if reports else '')
        rows.append(
            (
                str(entry['name']),
                str(entry['status']),
                f'{entry["seconds"]:.1f}' if 'seconds' in entry else '',
                _counts(entry.get('tests', {})),
                '' if coverage is None else f'{coverage:.1f} %',
                ', '.join(part for part in (shown, entry.get('note', '')) if part),
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    columns = [column for column, head in enumerate(rows[0]) if any(row[column] for row in rows[1:])]
    lines = [
        '  '.join(
            row[column].rjust(widths[column]) if column in {2, 4} else row[column].ljust(widths[column])
            for column in columns
        ).rstrip()
        for row in rows
    ]
    return '\n'.join(lines)


def _counts(tests: Mapping[str, int]) -> str:
    return ', '.join(f'{count} {name}' for name, count in tests.items() if count and name != 'total')


def _is_fresh(path: Path, moment: float) -> bool:
    try:
        return path.stat().st_mtime >= moment
    except OSError:
        return False


def _entries(parts: Path, known: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted(parts.glob('*.json')):
        entry = json.loads(path.read_text(encoding='utf-8'))
        if entry['name'] in known:
            found.append(entry)
    return sorted(found, key=lambda entry: known.index(entry['name']))


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(f'{path.name}.{os.getpid()}.tmp')
    draft.write_text(text, encoding='utf-8')
    draft.replace(path)


def _file_name(name: str) -> str:
    return re.sub(r'[^\w.-]', '_', name)

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
        passed = all(item['status'] == 'passed' for item in entries)
        document = {'schema': 1, 'status': 'passed' if passed else 'failed', 'sessions': entries}
        _replace(summary, json.dumps(document, indent=2) + '\n')
        written = entries
    return summary


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

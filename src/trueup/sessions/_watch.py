"""What happens around the sessions: those that Nox never started are recorded too, and a table ends the run."""

from __future__ import annotations

import atexit
import logging
import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from trueup.sessions._summary import PARTS, overall
from trueup.sessions._summary import record as write_entry
from trueup.sessions._summary import recorded_since, table

ENDED = re.compile(r'Session (?P<name>\S+) (?P<status>failed|skipped|aborted): (?P<reason>.+?)\.?')
"""How Nox tells of a session that it ended itself, as when an interpreter is missing."""


class Listener(logging.Handler):
    """Records what Nox says of a session that it never called: a pipeline's summary must not look green then."""

    def __init__(self, folder: Path, known: Sequence[str]) -> None:
        super().__init__()
        self._folder, self._known, self._since = folder, known, time.time()

    def emit(self, record: logging.LogRecord) -> None:
        """One message of Nox."""
        found = ENDED.fullmatch(record.getMessage())
        if found is None or found['name'] not in self._known:
            return
        entries = recorded_since(self._folder, self._since, known=self._known)
        if found['name'] not in {entry['name'] for entry in entries}:
            _note(self._folder, self._known, found)


def watch(folder: Path, known: Sequence[str]) -> None:
    """Listen to Nox from now on, and print the table when its process ends; workers of `nox -j` leave that to it."""
    logging.getLogger('nox').addHandler(Listener(folder, known))
    if '--parallel-worker' not in sys.argv:
        atexit.register(_print_table, folder, known, time.time())


def _note(folder: Path, known: Sequence[str], found: re.Match[str]) -> None:
    status = 'skipped' if found['status'] == 'skipped' else 'failed'
    finished = datetime.now(UTC).isoformat(timespec='seconds')
    write_entry(
        folder, {'name': found['name'], 'finished': finished, 'status': status, 'note': found['reason']}, known=known
    )


def _print_table(folder: Path, known: Sequence[str], moment: float) -> None:
    if not (folder / PARTS).is_dir():
        return
    if entries := recorded_since(folder, moment, known=known):
        print(f'\n{table(entries)}\n{overall(entries)}; for programs: {folder.name}/summary.json', file=sys.stderr)

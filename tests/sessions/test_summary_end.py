"""What a run says at its end: the table, the schema, and sessions that Nox never started."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import jsonschema
import pytest

from trueup.sessions._summary import overall, record, recorded_since, table
from trueup.sessions._watch import Listener

SCHEMA = json.loads((Path(__file__).parents[2] / 'docs/reference/summary.schema.json').read_text(encoding='utf-8'))
KNOWN = ('lint', 'tests-3.11', 'tests-3.12', 'build')
ENTRIES = (
    {'name': 'lint', 'status': 'failed', 'seconds': 3.25},
    {
        'name': 'tests-3.11',
        'status': 'passed',
        'seconds': 12.0,
        'python': '3.11',
        'tests': {'total': 5, 'passed': 4, 'failed': 0, 'errors': 0, 'skipped': 1},
        'coverage': 93.1,
        'reports': ['reports/3.11/junit.xml', 'reports/3.11/tests.html'],
    },
    {'name': 'tests-3.12', 'status': 'skipped', 'note': 'Python interpreter 3.12 not found'},
)
TABLE = """\
session     result   seconds  tests                coverage  see
lint        failed       3.2
tests-3.11  passed      12.0  4 passed, 1 skipped    93.1 %  reports/3.11/tests.html
tests-3.12  skipped                                          Python interpreter 3.12 not found"""


def test_table() -> None:
    """One line per session; a column that nobody fills is left out."""
    assert table(ENTRIES) == TABLE
    assert table(ENTRIES[:1]) == 'session  result  seconds\nlint     failed      3.2'


@pytest.mark.parametrize(
    ('statuses', 'expected'),
    [
        (['passed', 'failed', 'skipped'], 'failed'),
        (['passed', 'skipped'], 'passed'),
        (['skipped'], 'skipped'),
        ([], 'skipped'),
    ],
)
def test_overall(statuses: list[str], expected: str) -> None:
    """Nothing done is nothing passed."""
    assert overall([{'status': status} for status in statuses]) == expected


def test_summary_follows_its_schema(tmp_path: Path) -> None:
    """What programs read is what the reference promises; a status that it doesn't know is refused."""
    for entry in ENTRIES:
        record(tmp_path, entry | {'finished': '2026-11-22T01:00:00+00:00'}, known=KNOWN)
    document = json.loads((tmp_path / 'summary.json').read_text())
    jsonschema.validate(document, SCHEMA)
    document['sessions'][0]['status'] = 'green'
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_only_this_run_is_in_the_table(tmp_path: Path) -> None:
    """Results of yesterday are in the summary, but not in the table of today."""
    record(tmp_path, ENTRIES[0], known=KNOWN)
    path = next((tmp_path / '.sessions').iterdir())
    moment = path.stat().st_mtime
    assert [entry['name'] for entry in recorded_since(tmp_path, moment, known=KNOWN)] == ['lint']
    assert not recorded_since(tmp_path, moment + 1, known=KNOWN)


@pytest.mark.parametrize(
    ('message', 'expected'),
    [
        (
            'Session tests-3.12 skipped: Python interpreter 3.12 not found.',
            ('tests-3.12', 'skipped', 'Python interpreter 3.12 not found'),
        ),
        (
            'Session tests-3.12 failed: Python interpreter 3.12 not found.',
            ('tests-3.12', 'failed', 'Python interpreter 3.12 not found'),
        ),
        ('Session tests-3.12 was successful in 3 seconds.', None),
        ('Session docs failed: of the team.', None),
        ('* tests-3.12: failed', None),
    ],
)
def test_sessions_that_never_started(tmp_path: Path, message: str, expected: tuple[str, str, str] | None) -> None:
    """A missing interpreter fails a pipeline: its summary must not say that all is well."""
    listener = Listener(tmp_path, KNOWN)
    listener.emit(logging.LogRecord('nox', logging.INFO, __file__, 1, message, None, None))
    if expected is None:
        assert not (tmp_path / 'summary.json').exists()
        return
    document = json.loads((tmp_path / 'summary.json').read_text())
    jsonschema.validate(document, SCHEMA)
    [entry] = document['sessions']
    assert (entry['name'], entry['status'], entry['note']) == expected


def test_what_a_session_said_itself_stays(tmp_path: Path) -> None:
    """Nox's words on a session that did run add nothing: the entry of the session is better."""
    listener = Listener(tmp_path, KNOWN)
    record(tmp_path, ENTRIES[1], known=KNOWN)
    listener.emit(logging.LogRecord('nox', logging.INFO, __file__, 1, 'Session tests-3.11 failed: boo.', None, None))
    [entry] = json.loads((tmp_path / 'summary.json').read_text())['sessions']
    assert entry == ENTRIES[1]

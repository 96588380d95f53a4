"""The summary of a run: right also when sessions end at the same time."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from trueup.sessions._results import read_coverage, read_junit
from trueup.sessions._summary import prepare_folder, record

JUNIT = '<testsuites><testsuite tests="5" failures="1" errors="1" skipped="2"/></testsuites>'


def _record(folder: Path, number: int) -> None:
    known = [f'tests-{each}' for each in range(8)]
    record(folder, {'name': f'tests-{number}', 'status': 'passed'}, known=known)


def test_no_entry_is_lost(tmp_path: Path) -> None:
    """`nox -j` runs sessions in processes of their own; each of them must be in the summary."""
    folder = tmp_path / 'reports'
    with ProcessPoolExecutor(max_workers=4) as pool:
        for waiting in [pool.submit(_record, folder, number) for number in range(8)]:
            waiting.result()
    document = json.loads((folder / 'summary.json').read_text())
    assert [entry['name'] for entry in document['sessions']] == [f'tests-{number}' for number in range(8)]
    assert document['status'] == 'passed' and not list(folder.rglob('*.tmp'))


def test_status_and_forgotten_sessions(tmp_path: Path) -> None:
    """One failure fails the whole; a session that the noxfile no longer has is dropped."""
    record(tmp_path, {'name': 'tests-3.9', 'status': 'passed'}, known=['tests-3.9'])
    record(tmp_path, {'name': 'lint', 'status': 'failed'}, known=['lint', 'check'])
    record(tmp_path, {'name': 'check', 'status': 'passed'}, known=['lint', 'check'])
    assert json.loads((tmp_path / 'summary.json').read_text()) == {
        'schema': 1,
        'status': 'failed',
        'sessions': [{'name': 'lint', 'status': 'failed'}, {'name': 'check', 'status': 'passed'}],
    }


def test_folder_of_the_team_is_left_alone(tmp_path: Path) -> None:
    """Many services keep figures in `reports/`: only a folder that we make is ignored by Git."""
    ours = prepare_folder(tmp_path / 'ours')
    assert (ours / '.gitignore').read_text() == '*\n'
    theirs = tmp_path / 'theirs'
    theirs.mkdir()
    assert list(prepare_folder(theirs).iterdir()) == []


def test_read_reports(tmp_path: Path) -> None:
    """Counts and coverage as the reports say; an absent or broken one says nothing."""
    report = tmp_path / 'junit.xml'
    assert read_junit(report) == {} and read_coverage(report) is None
    report.write_text(JUNIT)
    assert read_junit(report) == {'total': 5, 'passed': 1, 'failed': 1, 'errors': 1, 'skipped': 2}
    report.write_text('<testsuite')
    assert read_junit(report) == {} and read_coverage(report) is None
    report.write_text(
        '<coverage lines-valid="8" lines-covered="7" branches-valid="0" branches-covered="0" line-rate="0.875"/>'
    )
    assert read_coverage(report) == 87.5
    report.write_text('<coverage lines-valid="8" lines-covered="7" branches-valid="4" branches-covered="2"/>')
    assert read_coverage(report) == 75.0
    report.write_text('<coverage lines-valid="0" line-rate="1"/>')
    assert read_coverage(report) is None

"""Waivers by command: written without touching another byte, refused when they say nothing, listed before they end."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import git
from tests.lifecycle.conftest import Trueup
from trueup.cli._waivers import list_waivers
from trueup.errors import UserError
from trueup.lifecycle.check import check
from trueup.lifecycle.run import Run
from trueup.lifecycle.waive import Request, ending, waive
from trueup.model import Clean, Drifted

PROJECT = 'pyproject.toml'
KEY = 'pyproject.toml::tool.black.extend-exclude'
TODAY = date(2026, 11, 22)
NEXT = '2027-02-28'


@pytest.fixture
def service(kept: Path) -> Path:
    """A generated service that excludes generated code from black, which the standard does not allow."""
    project = kept / PROJECT
    project.write_text(project.read_text().replace('[tool.black]\n', '[tool.black]\nextend-exclude = "gen/"  # ours\n'))
    git(kept, 'commit', '-qam', 'feat: generated code')
    return kept


def run_at(day: date) -> Run:
    """The clock of a test."""
    return Run(today=day)


@pytest.mark.parametrize('ending', ['\n', '\r\n'])
def test_a_waiver_is_written_and_nothing_else(trueup: Trueup, service: Path, ending: str) -> None:
    """Comments and line endings stay; `check` then passes and still says it."""
    project = service / PROJECT
    project.write_bytes(project.read_bytes().replace(b'\n', ending.encode()))
    before = project.read_bytes()
    assert trueup('check', service).code == 1
    until = date.today() + timedelta(days=90)
    said = trueup('waive', KEY, service, '--reason', 'generated "client"', '--expires', str(until))
    assert said.code == 0, said.err
    after = project.read_bytes()
    assert (
        said.out
        == f'pyproject.toml:{after.decode().splitlines().index(line_of(after)) + 1}: {KEY} is waived until {until} (Tester)\n'
    )
    added = after.replace(before, b'')
    assert after.startswith(before) and added.count(b'\n') == added.count(ending.encode()) > 0
    checked = trueup('check', service)
    assert checked.code == 0 and 'generated "client"' in checked.out and f'until {until}' in checked.out


def line_of(data: bytes) -> str:
    """The line of the waiver."""
    return next(line for line in data.decode().splitlines() if KEY in line)


def test_a_waiver_holds_through_its_last_day(service: Path) -> None:
    """And fails the day after it, together with what it covered."""
    waive(service, Request(KEY, 'generated', NEXT, 'ml'), run_at(TODAY))
    held = check(service, run_at(date(2027, 2, 28)))
    assert isinstance(held, Clean) and [words for _, words in held.report.waived] == [
        'generated (ml, until 2027-02-28)'
    ]
    late = check(service, run_at(date(2027, 3, 1)))
    assert isinstance(late, Drifted)
    assert sorted(finding.rule for finding in late.report.findings) == [
        'STD001',
        'TOL002',
        'WVR001',
    ]  # the note is of packaging=keep


def test_a_second_waiver_needs_replace(service: Path) -> None:
    """However the key is quoted; the old line goes."""
    where, first = waive(service, Request(KEY, 'generated', NEXT, 'ml'), run_at(TODAY))
    again = Request('pyproject.toml::tool."black"."extend-exclude"', 'still', '2027-03-31', 'ml')
    with pytest.raises(UserError, match='waived already, until 2027-02-28') as caught:
        waive(service, again, run_at(TODAY))
    assert caught.value.where == f'{where}:{first.line}' and '--replace' in caught.value.hint
    waive(service, Request(again.target, 'still', '2027-03-31', 'ml', renew=True), run_at(TODAY))
    text = (service / PROJECT).read_text()
    assert text.count('extend-exclude') == 2 and '2027-03-31' in text and '2027-02-28' not in text


@pytest.mark.parametrize(
    ('target', 'reason', 'expires', 'words'),
    [
        (KEY, '', NEXT, 'needs a reason'),
        (KEY, 'r', '2026-11-21', 'over already'),
        (KEY, 'r', '2028-01-01', 'more than a year away'),
        (KEY, 'r', 'soon', "'soon' is no date"),
        (KEY, 'r', '20270228', 'is no date'),
        ('**', 'r', NEXT, 'would cover everything'),
        ('pyproject.toml::', 'r', NEXT, 'names no key'),
        ('pyproject.toml::a..b', 'r', NEXT, 'not a key path'),
        ('CFG009', 'r', NEXT, 'unknown rule CFG009'),
        ('STD001', 'r', NEXT, 'STD001 can not be waived as a whole'),
        ('WVR001', 'r', NEXT, 'WVR001 can not be waived as a whole'),
        ('pyprojct.toml', 'r', NEXT, 'a file that is nowhere'),
        ('pyproject.toml::tool.black.line-lenght', 'r', NEXT, 'a key that is nowhere'),
    ],
)
def test_a_bad_waiver_is_refused_and_nothing_written(
    service: Path, target: str, reason: str, expires: str, words: str
) -> None:
    """An exception that says nothing, covers all or lasts for ever is none."""
    before = (service / PROJECT).read_bytes()
    with pytest.raises(UserError, match=words) as caught:
        waive(service, Request(target, reason, expires, 'ml'), run_at(TODAY))
    assert caught.value.exit_code == 2 and caught.value.hint
    assert (service / PROJECT).read_bytes() == before


def test_a_mistyped_target_is_told_the_nearest(service: Path) -> None:
    """In a command, and in a waiver that stands in the file already: that one with its line."""
    (service / PROJECT).write_text(
        (service / PROJECT).read_text()
        + '\n[tool.trueup.waivers]\n"pyproject.toml::tool.black.line-lenght" = '
        + '{ reason = "r", owner = "o", expires = 2027-01-01 }\n'
    )
    line = (service / PROJECT).read_text().count('\n')
    with pytest.raises(UserError) as caught:
        check(service, run_at(TODAY))
    assert caught.value.where == f'pyproject.toml:{line}'
    assert caught.value.hint.startswith('did you mean pyproject.toml::tool.black.line-length or ')


def test_waivers_that_end_soon_are_listed(service: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The first to end first; one that is over makes the exit code 1."""
    waive(service, Request(KEY, 'generated', '2026-12-20', 'ml'), run_at(TODAY))
    waive(service, Request('CFG001', 'old pytest.ini', '2027-02-28', 'Ada'), run_at(TODAY))
    assert [(one.waiver.target, one.days) for one in ending(service, run_at(TODAY), 30)] == [(KEY, 28)]
    assert list_waivers([service], run_at(TODAY), 30, 'text') == 0
    assert capfd.readouterr().out == f'2026-12-20  28 days left  scorer  {KEY}: generated (ml)\n'
    assert list_waivers([service], run_at(date(2026, 12, 21)), 100, 'text') == 1
    assert capfd.readouterr().out == (
        f'2026-12-20  over          scorer  {KEY}: generated (ml)\n'
        '2027-02-28  69 days left  scorer  CFG001: old pytest.ini (Ada)\n'
    )
    assert list_waivers([service], run_at(TODAY), 5, 'text') == 0
    assert capfd.readouterr().out == 'no waiver ends within 5 days\n'


def test_the_list_is_an_option_of_check(trueup: Trueup, service: Path) -> None:
    """As JSON too; another format is a usage error."""
    until = date.today() + timedelta(days=10)
    assert trueup('waive', KEY, service, '--reason', 'r', '--expires', str(until), '--owner', 'ml').code == 0
    said = trueup('check', service, '--waivers', '--within', '10', '--format', 'json')
    assert said.code == 0
    assert said.data['waivers'] == [
        {'service': 'scorer', 'target': KEY, 'reason': 'r', 'owner': 'ml', 'expires': str(until), 'days': 10}
        | {'line': (service / PROJECT).read_text().splitlines().index(line_of((service / PROJECT).read_bytes())) + 1}
    ]
    assert trueup('check', service, '--waivers', '--format', 'html').code == 2

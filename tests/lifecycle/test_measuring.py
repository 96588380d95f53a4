"""What the options of verification mean, and what is wrong with them before anything is done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import git
from trueup.errors import UserError
from trueup.lifecycle.measuring import verify_options
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.settings import Settings


@pytest.fixture
def service(tmp_path: Path) -> Service:
    """A repository whose last commit is of 2021."""
    git(tmp_path, 'init', '-q')
    (tmp_path / '.gitignore').write_text('.env\nmodels/\n', encoding='utf-8')
    (tmp_path / '.env').write_text('KEY=1\n', encoding='utf-8')
    (tmp_path / 'models').mkdir()
    git(tmp_path, 'add', '-A')
    git(tmp_path, 'commit', '-qm', 'x', '--date', '2021-05-08T20:00:00+01:00')
    return Service(tmp_path, '')


def test_files_time_and_day(service: Service) -> None:
    """Names by comma or one by one; a day as given."""
    settings = Settings(verify_with=('.env,models/',), verify_timeout=7, verify_date='2020-01-31')
    found = verify_options(service, Run(settings))
    assert [name for _, name in found.brought] == ['.env', 'models/']
    assert (found.seconds, found.date) == (7, '2020-01-31')


def test_the_day_of_the_commit(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The committer's day, which is when the commit came about."""
    monkeypatch.setenv('GIT_COMMITTER_DATE', '2021-05-08T23:30:00+01:00')
    git(service.top, 'commit', '-q', '--amend', '--no-edit')
    assert verify_options(service, Run(Settings(verify_date='commit'))).date == '2021-05-08'


@pytest.mark.parametrize(
    ('settings', 'message'),
    [
        (Settings(verify_with=('.env,nothing',)), 'nothing: no such file or folder'),
        (Settings(verify_with=('..',)), '..: lies outside of the service'),
        (Settings(verify_with=('.git/config',)), '.git/config: lies outside of the service'),
        (Settings(verify_date='yesterday'), "--verify-date: 'yesterday' is no day"),
        (Settings(verify_date='2021-02-30'), "--verify-date: '2021-02-30' is no day"),
        (Settings(verify_date='20210208'), "--verify-date: '20210208' is no day"),
    ],
)
def test_what_is_wrong_is_said_at_once(service: Service, settings: Settings, message: str) -> None:
    """One line, with where."""
    with pytest.raises(UserError) as caught:
        verify_options(service, replace(Run(), settings=settings))
    assert f'{caught.value.where}: {caught.value.message}' == message

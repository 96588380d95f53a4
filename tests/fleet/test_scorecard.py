"""Several services give one table; what is wrong with one is that one's row."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeRepository
from trueup.cli.main import main
from trueup.fleet.scorecard import check_many
from trueup.lifecycle.run import Run
from trueup.model import Drifted, Failed, Refused
from trueup.settings import Settings


def test_each_service_has_its_outcome(make_repository: MakeRepository, standard: Path, tmp_path: Path) -> None:
    """Never adopted, foreign, malformed, no repository: the rest is still checked."""
    fresh = make_repository({'app.py': ''}, 'fresh')
    foreign = make_repository(
        {'.copier-answers.yml': '_commit: v1\n_src_path: https://evil.example/s.git\n'}, 'foreign'
    )
    broken = make_repository({'.copier-answers.yml': '- a\n'}, 'broken')
    (tmp_path / 'plain').mkdir()
    paths = [fresh, foreign, broken, tmp_path / 'plain', tmp_path / 'nowhere']
    outcomes = check_many(paths, Run(Settings(standard=f'{standard}@v0.1.0')))
    assert [type(outcome) for outcome in outcomes] == [Drifted, Refused, Failed, Refused, Failed]


def test_the_command_prints_one_table_and_the_worst_code(
    make_repository: MakeRepository, standard: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line per service."""
    services = [str(make_repository({'app.py': ''}, name)) for name in ('one', 'two')]
    assert main(['check', *services, '--standard', f'{standard}@v0.1.0']) == 1
    lines = [line for line in capsys.readouterr().out.splitlines() if line.strip().startswith(('one', 'two'))]
    assert len(lines) == 2

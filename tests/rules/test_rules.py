"""Rules on services in memory, and the lock's hash against the real Poetry."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from trueup.model import File
from trueup.repo import repo_from_tree
from trueup.rules import Situation, run_rules
from trueup.rules.lock import content_hash

PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n'
LOCK = '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = "{hash}"\n'


def _rules(files: dict[str, str], situation: Situation = Situation()) -> list[tuple[str, str]]:
    repo = repo_from_tree({path: File(text.encode()) for path, text in files.items()})
    return [(finding.rule, finding.path) for finding in run_rules(repo, situation)]


def _locked(project: str) -> str:
    return LOCK.format(hash=content_hash(tomllib.loads(project)))


NOTHING_TO_SAY: list[tuple[dict[str, str], Situation]] = [
    ({'pyproject.toml': PROJECT, 'poetry.lock': _locked(PROJECT)}, Situation()),
    ({'pyproject.toml': PROJECT}, Situation(packaging='keep')),
    ({'pyproject.toml': PROJECT}, Situation(scope='config')),
    ({'pytest.ini': '[pytest]\n'}, Situation(packaging='keep')),
    ({'pyproject.toml': '[tool.trueup.open]\n'}, Situation(packaging='keep')),
    ({'requirements.txt': 'a==1\n', 'pyproject.toml': PROJECT, 'poetry.lock': _locked(PROJECT)}, Situation()),
]
FOUND = [
    ({'pyproject.toml': PROJECT}, [('LCK001', 'poetry.lock')]),
    ({'pyproject.toml': PROJECT, 'poetry.lock': '<<<<<<< HEAD\n'}, [('LCK002', 'poetry.lock')]),
    ({'pyproject.toml': PROJECT.replace('[]', '["a"]'), 'poetry.lock': _locked(PROJECT)}, [('LCK003', 'poetry.lock')]),
    (
        {
            'pyproject.toml': PROJECT + '[tool.pytest.ini_options]\n',
            'poetry.lock': _locked(PROJECT),
            'pytest.ini': '[pytest]\n',
        },
        [('CFG001', 'pytest.ini')],
    ),
    (
        {
            'pyproject.toml': PROJECT + '[tool.coverage.run]\n',
            'poetry.lock': _locked(PROJECT),
            '.coveragerc': '[run]\n',
        },
        [('CFG001', '.coveragerc')],
    ),
    (
        {
            'pyproject.toml': PROJECT
            + '[tool.trueup.open]\n"pyproject.toml::project.dependencies[name=a]" = "1 or 2?"\n',
            'poetry.lock': _locked(PROJECT),
        },
        [('OPN001', 'pyproject.toml')],
    ),
]


@pytest.mark.parametrize(('files', 'situation'), NOTHING_TO_SAY)
def test_nothing_to_say(files: dict[str, str], situation: Situation) -> None:
    """No rule cries where all is well."""
    assert [rule for rule, _ in _rules(files, situation) if rule != 'TOL002'] == []  # a note, see test_team_rules


@pytest.mark.parametrize(('files', 'findings'), FOUND)
def test_found(files: dict[str, str], findings: list[tuple[str, str]]) -> None:
    """Each lack is one finding."""
    assert _rules(files) == findings


@pytest.mark.skipif(shutil.which('poetry') is None, reason='needs Poetry on PATH')
@pytest.mark.parametrize(
    'more',
    [
        '',
        '[dependency-groups]\ntest = []\n',
        '[tool.poetry]\npackage-mode = false\n',
        '[tool.poetry.group.dev]\noptional = true\n[tool.poetry.group.dev.dependencies]\n',
        '[project.optional-dependencies]\nfast = []\n',
    ],
)
def test_the_hash_is_that_of_poetry(tmp_path: Path, more: str) -> None:
    """What Poetry itself writes into a lock is what the rule expects."""
    text = PROJECT + more
    (tmp_path / 'pyproject.toml').write_text(text)
    subprocess.run(['poetry', 'lock', '--no-interaction'], cwd=tmp_path, check=True, capture_output=True)
    locked = tomllib.loads((tmp_path / 'poetry.lock').read_text())
    assert locked['metadata']['content-hash'] == content_hash(tomllib.loads(text))

"""A repository with several services: adopted at once, on one branch, with hooks that look at each of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git
from tests.lifecycle.conftest import Trueup
from tests.support.pictures import picture, tree
from tests.support.services import lay_down
from trueup.lifecycle.around import pattern

MEMBERS = ('services/delay', 'services/nightly')
GIVEN = ('--defaults', '--verify', 'none', '--answer', 'packaging=keep')


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """Two services, a web page that is none, and hooks of the team's own at the top."""
    return lay_down('rail-monorepo', tmp_path / 'rail')


def test_all_members(trueup: Trueup, standard: Path, monorepo: Path) -> None:
    """One branch, one report that names each; `check` is clean for each; undo gives back the identical tree."""
    before = picture(monorepo)
    said = trueup('adopt', monorepo, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0', '--format', 'json')
    assert said.code == 0, said.err
    (outcome,) = json.loads(said.out)['outcomes']
    assert outcome['branch'] == 'trueup/adopt-0.1.0'
    assert {f'{name}/.copier-answers.yml' for name in MEMBERS} <= {change['path'] for change in outcome['files']}
    assert [commit['subject'] for commit in outcome['commits']] == [
        f'chore: adopt the standard v0.1.0 in {name}' for name in MEMBERS
    ]
    git(monorepo, 'switch', '--quiet', outcome['branch'])
    for name in MEMBERS:
        assert trueup('check', monorepo, '--service-root', name).code == 0
    again = trueup('adopt', monorepo, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0')
    assert again.code == 0 and 'every service folder is under a standard already' in again.out
    resumed = trueup('adopt', monorepo, '--all-members', '--continue')
    assert resumed.code == 0 and '2 services: 2 clean' in resumed.out
    git(monorepo, 'switch', '--quiet', 'main')
    assert trueup('undo', monorepo).code == 0
    assert picture(monorepo) == before


def test_one_after_the_other_is_the_same(trueup: Trueup, standard: Path, monorepo: Path, tmp_path: Path) -> None:
    """Neither member takes the hooks away from the other."""
    together = lay_down('rail-monorepo', tmp_path / 'together' / 'rail')
    assert trueup('adopt', together, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0', '--switch').code == 0
    for name in MEMBERS:
        options = ('--service-root', name, '--standard', f'{standard}@v0.1.0', '--switch')
        assert trueup('adopt', monorepo, *GIVEN, *options).code == 0
    assert tree(monorepo, 'HEAD') == tree(together, 'HEAD')
    hooks = (monorepo / '.pre-commit-config.yaml').read_text(encoding='utf-8')
    assert hooks.count('files: ^(services/delay|services/nightly)/\n') == hooks.count('- id:') - 1
    for name in MEMBERS:
        assert trueup('check', monorepo, '--service-root', name).code == 0


def test_a_new_finding_in_any_member_fails(trueup: Trueup, standard: Path, monorepo: Path) -> None:
    """Stock pre-commit, with the hook of the standard, stops a commit in either folder."""
    assert trueup('adopt', monorepo, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0', '--switch').code == 0
    for name in MEMBERS:
        path = monorepo / name / 'fresh.py'
        path.write_text('import os\n', encoding='utf-8')
        git(monorepo, 'add', '-A')
        ran = subprocess.run(
            [sys.executable, '-m', 'trueup.hooks.main', 'flake8', f'{name}/fresh.py'],
            cwd=monorepo, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert ran.returncode == 1 and f'{name}/fresh.py:1' in ran.stdout, ran.stdout + ran.stderr
        path.unlink()


def test_a_broken_member_is_named_and_nothing_is_done(trueup: Trueup, standard: Path, monorepo: Path) -> None:
    """All or nothing, with the place from the top."""
    (monorepo / MEMBERS[0] / 'pyproject.toml').write_text('[project\n', encoding='utf-8')
    git(monorepo, 'commit', '-qam', 'broken')
    before = picture(monorepo)
    said = trueup('adopt', monorepo, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0')
    assert said.code == 2 and f'{MEMBERS[0]}/pyproject.toml:1: not valid TOML' in said.err
    assert picture(monorepo) == before


def test_no_member(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """A repository that is one service is told so."""
    root = lay_down('bare-flask', tmp_path / 'one')
    said = trueup('adopt', root, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0')
    assert said.code == 5 and 'no service folder here' in said.err


@pytest.mark.parametrize(
    ('folders', 'expression'),
    [
        (['services/a/'], '^services/a/'),
        (['services/b/', 'services/a/', 'services/b/'], '^(services/a|services/b)/'),
        (['a.b/'], r'^a\.b/'),
    ],
)
def test_expression_for_files(folders: list[str], expression: str) -> None:
    """Sorted, once each, and taken literally."""
    assert pattern(folders) == expression


def test_one_member_leaves(trueup: Trueup, standard: Path, monorepo: Path) -> None:
    """The other one keeps its hooks and stays clean."""
    assert trueup('adopt', monorepo, '--all-members', *GIVEN, '--standard', f'{standard}@v0.1.0', '--switch').code == 0
    assert trueup('eject', monorepo, '--service-root', MEMBERS[0]).code == 0
    hooks = (monorepo / '.pre-commit-config.yaml').read_text(encoding='utf-8')
    assert 'services/delay' not in hooks and hooks.count('files: ^services/nightly/\n') == hooks.count('- id:') - 1
    assert trueup('check', monorepo, '--service-root', MEMBERS[1]).code == 0
    assert trueup('undo', monorepo, '--service-root', MEMBERS[0]).code == 0
    assert git(monorepo, 'status', '--porcelain') == ''

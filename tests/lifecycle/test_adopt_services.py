"""Every old service of tests/services is adopted: the exact outcome, nothing lost, everything taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import git
from tests.lifecycle.conftest import Trueup
from tests.support.content import lost
from tests.support.pictures import picture, tree
from tests.support.services import COPIED, lay_down, names

BROKEN = 'broken-toml'
ROOTS = {'rail-monorepo': 'services/delay'}
OPEN = {'odd-config': {'.pre-commit-config.yaml'}}
"""What a person must decide, by service; the others are done when adopt is."""


class Tried(NamedTuple):
    """A service as it was found, and what adopt gave."""

    root: Path
    folder: str
    before: dict[str, tuple[int, bytes]]
    code: int
    report: dict[str, Any]


def adopt(trueup: Trueup, root: Path, standard: Path, *options: str) -> Tried:
    """Adopt what stands at `root`, and read the report."""
    folder, before = ROOTS.get(root.name, '.'), picture(root)
    said = trueup(
        'adopt', root, '--service-root', folder, '--defaults', '--verify', 'none', '--format', 'json',
        '--standard', f'{standard}@v0.1.0', *options,
    )  # fmt: skip
    report = json.loads(said.out)['outcomes'][0] if said.out else {'error': said.err}
    return Tried(root, folder, before, said.code, report)


def test_there_are_enough_of_them() -> None:
    """Fourteen drift shapes at the least, and none without its line in the list."""
    listed = (Path(__file__).parents[1] / 'services' / 'README.md').read_text(encoding='utf-8')
    assert len(names()) >= 14
    assert [name for name in names() if f'| {name} |' not in listed] == []


@pytest.mark.parametrize('name', [name for name in names() if name != BROKEN])
def test_an_old_service(trueup: Trueup, standard: Path, tmp_path: Path, name: str) -> None:
    """The checkout stays, `check` on the branch has exactly what is open, no content is lost, undo is complete."""
    tried = adopt(trueup, lay_down(name, tmp_path / name, standard=standard), standard, '--answer', 'packaging=keep')
    open_keys = OPEN.get(name, set())
    assert tried.code == (3 if open_keys else 0)
    branch = tried.report['branch']
    assert {key: value for key, value in picture(tried.root).items() if key != 'branches'} == {
        key: value for key, value in tried.before.items() if key != 'branches'
    }
    before, after = tree(tried.root, 'HEAD'), tree(tried.root, branch)
    assert lost(before, after, tried.report).unsaid == ()
    assert len(set(after) - set(before)) <= 6
    git(tried.root, 'switch', '--quiet', branch)
    checked = trueup('check', tried.root, '--service-root', tried.folder, '--format', 'json')
    found = json.loads(checked.out)['outcomes'][0]['findings']
    assert {item['path'] for item in found if item['severity'] != 'note'} == open_keys
    git(tried.root, 'switch', '--quiet', 'main')
    assert trueup('undo', tried.root, '--service-root', tried.folder).code == 0
    assert picture(tried.root) == tried.before


def test_a_file_that_no_tool_can_read(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """It is named with its line in the user's own terms, and nothing is done."""
    root = lay_down(BROKEN, tmp_path / BROKEN)
    for packaging in ('keep', 'poetry'):
        tried = adopt(trueup, root, standard, '--answer', f'packaging={packaging}')
        assert tried.code == 2
        assert tried.report['error'].splitlines()[-2:] == [
            "trueup: pyproject.toml:4: not valid TOML: Illegal character '\\n'",
            'hint: mend the file by hand first',
        ]
        assert picture(root) == tried.before


def test_python_2_is_listed_and_left(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """Files that are no Python 3 are recorded as such by every linter, and none of them is rewritten."""
    root = lay_down('phrase-py2', tmp_path / 'phrase-py2')
    tried = adopt(trueup, root, standard, '--answer', 'packaging=keep')
    after = tree(root, tried.report['branch'])
    recorded = json.loads(after['.trueup/baseline.json'])['entries']
    unparsable = {(item['tool'], item['rule']) for item in recorded if item['path'] == 'phrase/server.py'}
    assert {('black', 'black'), ('flake8', 'E999'), ('pylint', 'E0001')} <= unparsable
    assert all(after[path] == data for path, data in tree(root, 'HEAD').items() if path.endswith('.py'))


def test_committed_markers_stay_and_are_said(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """A requirements file with the markers of a merge is not read as if it had none."""
    root = lay_down('half-merged', tmp_path / 'half-merged')
    said = trueup('adopt', root, '--defaults', '--verify', 'none', '--standard', f'{standard}@v0.1.0')
    assert said.code in (2, 3)
    assert 'requirements.txt' in said.out + said.err


def test_what_was_copied_by_hand_is_known_again(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """The required value is set, the team's own target stays, and no file that lay there is written anew."""
    root = lay_down(COPIED, tmp_path / COPIED, standard=standard)
    tried = adopt(trueup, root, standard, '--answer', 'packaging=keep')
    changed = git(root, 'diff', '--name-only', 'HEAD', tried.report['branch']).split()
    assert changed == ['.copier-answers.yml', 'pyproject.toml']
    assert b'line-length = 120' in tree(root, tried.report['branch'])['pyproject.toml']


def test_undo_takes_session_reports_out_of_a_team_s_own_folder(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """A service that tracks a `reports/` of its own gets it back without what our sessions wrote there since."""
    root = lay_down('crop-conda', tmp_path / 'crop-conda')
    (root / 'reports').mkdir()
    (root / 'reports' / 'figures.md').write_text('# Figures\n', encoding='utf-8')
    git(root, 'add', '-A')
    git(root, 'commit', '-qm', 'docs: figures')
    tried = adopt(trueup, root, standard, '--answer', 'packaging=keep')
    summary = {
        'schema': 1,
        'sessions': [{'name': 'audit', 'reports': ['reports/audit.json', 'reports/3.11/tests.html']}],
    }
    for path, text in {
        '.sessions/audit.json': '{}', '3.11/tests.html': '', 'audit.json': '{}', 'summary.json': json.dumps(summary),
    }.items():  # fmt: skip
        (root / 'reports' / path).parent.mkdir(exist_ok=True)
        (root / 'reports' / path).write_text(text, encoding='utf-8')
    (root / 'reports' / 'mine.txt').write_text('of today\n', encoding='utf-8')
    assert trueup('undo', root).code == 0
    (root / 'reports' / 'mine.txt').unlink()
    assert picture(root) == tried.before

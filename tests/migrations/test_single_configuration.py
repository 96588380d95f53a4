"""Settings that are about the service move to pyproject.toml; thresholds don't."""

from __future__ import annotations

import tomllib

import pytest

from trueup.migrations.single_configuration import MIGRATION
from trueup.model import Action, File
from trueup.repo import Repo, repo_from_tree


def _repo(**files: str) -> Repo:
    names = {'flake8': '.flake8', 'setup_cfg': 'setup.cfg', 'tox_ini': 'tox.ini', 'isort_cfg': '.isort.cfg',
             'pylintrc': '.pylintrc', 'pylintrc_toml': 'pylintrc.toml', 'pyproject': 'pyproject.toml'}  # fmt: skip
    return repo_from_tree({names[key]: File(text.encode()) for key, text in files.items()})


NOTHING_TO_DO = [
    {},
    {'flake8': '[flake8]\nmax-line-length = 100\nignore = E203\n'},
    {'setup_cfg': '[metadata]\nname = x\n'},
    {'flake8': 'not ini at all'},
    {'pylintrc': '[MASTER]\nignore=\n'},
]
MOVED = [
    ({'flake8': '[flake8]\nexclude = .git,build\n'}, ('flake8', 'exclude'), ['.git', 'build']),
    (
        {'setup_cfg': '[flake8]\nper-file-ignores =\n    a.py:F401\n    # note\n    b.py: E1,E2\n'},
        ('flake8', 'per-file-ignores'), ['a.py:F401', 'b.py: E1,E2'],
    ),
    ({'isort_cfg': '[settings]\nknown_first_party=app, lib\nprofile=black\n'}, ('isort', 'known_first_party'), ['app', 'lib']),
    ({'tox_ini': '[isort]\nskip_gitignore = true\n'}, ('isort', 'skip_gitignore'), True),
    ({'pylintrc': '[TYPECHECK]\nignored-modules=cv2\n'}, ('pylint', 'typecheck', 'ignored-modules'), ['cv2']),
    (
        {'pylintrc_toml': '[tool.pylint.main]\nignore-paths = ["a", "b"]\njobs = 2\n'},
        ('pylint', 'main', 'ignore-paths'), ['a', 'b'],
    ),
    ({'pylintrc': '[MASTER]\nextension-pkg-whitelist=pydantic\n'}, ('pylint', 'main', 'extension-pkg-whitelist'), ['pydantic']),
]  # fmt: skip


@pytest.mark.parametrize('files', NOTHING_TO_DO)
def test_nothing_of_the_service_is_in_these(files: dict[str, str]) -> None:
    """The step is not needed, and does nothing if carried out all the same."""
    repo = _repo(**files)
    assert MIGRATION.needed(repo) == ()
    assert MIGRATION.carry_out(repo, {}).changes == ()


@pytest.mark.parametrize(('files', 'key', 'value'), MOVED)
def test_a_setting_moves(files: dict[str, str], key: tuple[str, ...], value: object) -> None:
    """Named by a decision, and there afterwards."""
    repo = _repo(**files, pyproject='# ours\n[project]\nname = "x"\n')
    assert MIGRATION.needed(repo)
    done = MIGRATION.carry_out(repo, {})
    after = done.changes[0].after
    assert after is not None and after.data.startswith(b'# ours\n[project]\nname = "x"\n')
    found = tomllib.loads(after.data.decode())['tool']
    for name in key:
        found = found[name]
    assert found == value
    assert [item.key for item in done.decisions if item.action is Action.MOVE] == [('tool', *key)]


ONE = '[tool.flake8]\nexclude = ["new"]\n'


def test_flake8_without_its_plug_in_reads_the_old_file() -> None:
    """The table in pyproject.toml was never read: the old value wins, and the one that it replaces is named."""
    done = MIGRATION.carry_out(_repo(flake8='[flake8]\nexclude = old\n', pyproject=ONE), {})
    assert {change.path: change.after for change in done.changes} == {
        'pyproject.toml': File(b'[tool.flake8]\nexclude = ["old"]\n'),
        '.flake8': None,
    }
    assert 'was read, pyproject.toml was not' in done.decisions[0].reason


def test_flake8_with_its_plug_in_never_comes_to_the_old_file() -> None:
    """Nothing of it is in force, so nothing moves; the retired file is the policies' business."""
    repo = _repo(
        flake8='[flake8]\nexclude = old\n', pyproject=f'{ONE}[dependency-groups]\ndev = ["Flake8-pyproject"]\n'
    )
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, {}).changes


def test_of_several_files_the_one_that_was_read_is_carried() -> None:
    """setup.cfg comes before .flake8, .isort.cfg before pyproject.toml; what was never read is shown and goes."""
    repo = _repo(
        setup_cfg='[metadata]\nname = x\n\n[flake8]\nexclude = one\n',
        flake8='[flake8]\nexclude = two\n',
        isort_cfg='[settings]\nskip = gen\n',
        pyproject='[tool.isort]\nskip = ["other"]\nprofile = "black"\n',
    )
    assert [str(place) for place in MIGRATION.needed(repo)] == ['setup.cfg:4', '.isort.cfg:1']
    done = MIGRATION.carry_out(repo, {})
    after = {change.path: change.after.data.decode() if change.after else None for change in done.changes}
    assert tomllib.loads(after['pyproject.toml'] or '') == {
        'tool': {'isort': {'skip': ['gen'], 'profile': 'black'}, 'flake8': {'exclude': ['one']}}
    }
    assert after['setup.cfg'] == '[metadata]\nname = x\n' and after['.flake8'] is after['.isort.cfg'] is None
    reasons = {item.path: item.reason for item in done.decisions if item.action is Action.REMOVE}
    assert 'setup.cfg comes first' in reasons['.flake8'] and 'thresholds' in reasons['setup.cfg']


def test_comments_go_with_their_values() -> None:
    """Above an option, above a value and behind it."""
    text = '[flake8]\n# what others wrote\nexclude =\n    # generated\n    pb2,\n    vendor  # a copy\nignore = E1\n'
    done = MIGRATION.carry_out(_repo(flake8=text, pyproject=''), {})
    after = done.changes[0].after
    assert after is not None
    assert after.data.decode() == (
        '[tool.flake8]\n# what others wrote\nexclude = [\n    # generated\n    "pb2",\n    "vendor",  # a copy\n]\n'
    )


def test_a_new_table_stands_apart_and_line_endings_stay() -> None:
    """A list of several lines stays one; blank lines around the table; CRLF as everywhere else in the file."""
    old = '[flake8]\nexclude =\n    a,\n    b\n'
    project = '[tool.black]\nline-length = 1\n\n[build-system]\nrequires = []\n'
    done = MIGRATION.carry_out(_repo(flake8=old, pyproject=project.replace('\n', '\r\n')), {})
    after = done.changes[0].after
    table = '\n[tool.flake8]\nexclude = [\n    "a",\n    "b",\n]\n'
    expected = (project + table).replace('\n', '\r\n')
    assert after is not None and after.data.decode() == expected


def test_no_other_byte_of_pyproject_changes() -> None:
    """Dates in braces and odd spaces are others' business."""
    kept = '[tool.trueup.waivers]\n"X::y" = {  expires = 2027-05-21 ,reason = "r" }\n[tool.isort]\nprofile="black"\n'
    done = MIGRATION.carry_out(_repo(isort_cfg='[settings]\nskip = a\n', pyproject=kept), {})
    after = done.changes[0].after
    assert after is not None and after.data.decode() == f'{kept}skip = ["a"]\n'


def test_repeating_changes_nothing() -> None:
    """State-based: after the step nothing shows that it is needed."""
    repo = _repo(tox_ini='[tox]\nenvlist = py\n[isort]\nskip = a\n[flake8]\nexclude = b\n', pyproject='# ours\r\n')
    done = MIGRATION.carry_out(repo, {})
    again = repo_from_tree({change.path: change.after for change in done.changes if change.after})
    assert again.text('tox.ini') == '[tox]\nenvlist = py\n'
    assert MIGRATION.needed(again) == () == MIGRATION.carry_out(again, {}).changes

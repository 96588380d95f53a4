"""Settings that are about the service move to pyproject.toml; thresholds don't."""

from __future__ import annotations

import tomllib

import pytest

from trueup.migrations.single_configuration import MIGRATION
from trueup.model import File
from trueup.repo import Repo, repo_from_tree


def _repo(**files: str) -> Repo:
    names = {'flake8': '.flake8', 'setup_cfg': 'setup.cfg', 'tox_ini': 'tox.ini', 'isort_cfg': '.isort.cfg',
             'pylintrc': '.pylintrc', 'pyproject': 'pyproject.toml'}  # fmt: skip
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
    assert [decision.key for decision in done.decisions] == [('tool', *key)]


def test_a_key_that_is_there_stays() -> None:
    """pyproject.toml was read before, so it stands; the other value is named."""
    repo = _repo(flake8='[flake8]\nexclude = old\n', pyproject='[tool.flake8]\nexclude = ["new"]\n')
    done = MIGRATION.carry_out(repo, {})
    assert done.changes[0].after == File(b'[tool.flake8]\nexclude = ["new"]\n')
    assert done.decisions[0].before == 'old' and 'another value' in done.decisions[0].reason

"""Hooks of one tool each give way to the standard's; what the team said of where and when goes with them."""

from __future__ import annotations

import tomllib

import pytest
import yaml

from trueup.migrations.shared_hooks import MIGRATION
from trueup.model import Action, File
from trueup.repo import Repo, repo_from_tree

CONFIG, PROJECT = '.pre-commit-config.yaml', 'pyproject.toml'
URL = 'https://git.example/standard.git'
STANDARD = f'''default_install_hook_types: [pre-commit, pre-push]
repos:
  - repo: {URL}
    rev: v0.2.0
    hooks:
      - id: black
      - id: isort
      - id: flake8
      - id: pylint
        stages: [pre-push, manual]
      - id: trueup-check
'''
BLOCK = STANDARD.partition('repos:\n')[2]
THEIRS = {CONFIG: File(STANDARD.encode())}


def repo_of(config: str, project: str = '[project]\nname = "x"\n') -> Repo:
    """A service with these hooks."""
    return repo_from_tree({CONFIG: File(config.encode()), PROJECT: File(project.encode())})


def migrated(config: str, project: str = '[project]\nname = "x"\n') -> tuple[str, str]:
    """Both files afterwards; a second run must find nothing."""
    repo = repo_of(config, project)
    after = {change.path: change.after for change in MIGRATION.carry_out(repo, THEIRS).changes if change.after}
    texts = [(after.get(path) or repo.file(path) or File(b'')).data.decode() for path in (CONFIG, PROJECT)]
    again = repo_of(*texts)
    assert MIGRATION.needed(again) == () and MIGRATION.carry_out(again, THEIRS).changes == ()
    return texts[0], texts[1]


TEAM = '''# our hooks
fail_fast: true
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.6.0
    hooks:
      - id: trailing-whitespace
  # the formatter
  - repo: https://github.com/psf/black-pre-commit-mirror
    rev: 24.3.0
    hooks:
      - id: black
        exclude: |
          (?x)^(
            old/|generated/
          )
        args: [--line-length=100, --extend-exclude, 'vendored']
  - repo: https://github.com/PyCQA/flake8.git
    rev: 7.0.0
    hooks:
      - id: flake8
        additional_dependencies:
          - flake8-bugbear==24.2.6
        args: ["--max-line-length=100", "--per-file-ignores=a.py:F401 b.py:E1,E2"]
        stages: [push]
  # stays
  - repo: https://github.com/kynan/nbstripout
    rev: 0.7.1
    hooks:
      - id: nbstripout
  - repo: local
    hooks:
      - id: types
        name: mypy
        entry: poetry run mypy
        language: system
      - id: lint
        name: pylint
        entry: poetry run pylint --ignore=old.py -j 0
        language: system
        types: [python]
        stages: [commit]
        files: ^src/
'''
TEAM_AFTER = f'''# our hooks
fail_fast: true
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v4.6.0
    hooks:
      - id: trailing-whitespace
  - repo: {URL}
    rev: v0.2.0
    hooks:
      - id: black
        exclude: |
          (?x)^(
            old/|generated/
          )
      - id: isort
      - id: flake8
        stages: [pre-push]
        additional_dependencies:
          - flake8-bugbear==24.2.6
      - id: pylint
        files: ^src/
        stages: [pre-push, manual]
      - id: trueup-check
  # stays
  - repo: https://github.com/kynan/nbstripout
    rev: 0.7.1
    hooks:
      - id: nbstripout
  - repo: local
    hooks:
      - id: types
        name: mypy
        entry: poetry run mypy
        language: system
'''


def test_a_whole_configuration() -> None:
    """Order and comments of the rest stay; the standard's hooks stand where the first old one stood."""
    config, project = migrated(TEAM)
    assert config == TEAM_AFTER
    tool = tomllib.loads(project)['tool']
    assert tool == {
        'black': {'extend-exclude': 'vendored'},
        'flake8': {'per-file-ignores': ['a.py:F401', 'b.py:E1,E2']},
        'pylint': {'main': {'ignore': ['old.py']}},
    }
    done = MIGRATION.carry_out(repo_of(TEAM), THEIRS).decisions
    assert [item.key[2:] for item in done if item.action is Action.MOVE and item.path == CONFIG] == [
        ('hooks', '[id=black]', 'exclude'),
        ('hooks', '[id=flake8]', 'additional_dependencies'),
        ('hooks', '[id=flake8]', 'stages'),
        ('hooks', '[id=pylint]', 'files'),
    ]
    gone = [item.before or '' for item in done if item.action is Action.REMOVE]
    assert any('# the formatter' in text and '--line-length=100' in text for text in gone)
    assert any(text == '[commit]' for text in gone)
    assert [str(item) for item in MIGRATION.needed(repo_of(TEAM))] == [f'{CONFIG}:{line}' for line in (12, 21, 37)]


SMALL = [
    'repos:\n-   repo: https://github.com/psf/black\n    rev: "1"\n    hooks:\n    -   id: black\n',
    'repos:\n  - repo: https://github.com/psf/black\n    rev: "1"\n    hooks: [{id: black, exclude: ^a}]\n',
    'repos:\n- repo: local\n  hooks:\n  - {id: b, name: b, entry: black, language: system}\n  - id: c\n    entry: x\n',
    f'repos:\n{BLOCK}  - repo: https://github.com/timothycrosley/isort\n    rev: 5.0.0\n    hooks:\n      - id: isort\n',
    f'repos:\n  - repo: {URL}\n    rev: v0.2.0\n    hooks:\n      - id: black\n  - repo: https://github.com/PyCQA/flake8\n'
    '    rev: "1"\n    hooks:\n      - id: flake8\n        exclude: ^a\n      - id: flake8\n        exclude: ^b\n',
    'repos:\n  - repo: https://github.com/psf/black\n    rev: "1"\n    hooks:\n      - id: black\n      - id: black-jupyter',
]


@pytest.mark.parametrize('config', SMALL)
def test_every_way_of_writing(config: str) -> None:
    """Dashes at any column, braces, a hook beside others, the standard's repository already there, no final newline."""
    after, _ = migrated(config)
    data = yaml.safe_load(after)
    addresses = [repo['repo'] for repo in data['repos']]
    assert addresses.count(URL) == 1 and not any(
        'psf' in one or 'PyCQA' in one or 'timothy' in one for one in addresses
    )
    old = {hook['id']: hook for repo in yaml.safe_load(config)['repos'] for hook in repo['hooks']}
    new = {hook['id']: hook for repo in data['repos'] for hook in repo['hooks']}
    if 'exclude' in old.get('black', {}):
        assert new['black']['exclude'] == old['black']['exclude']
    if 'c' in old:
        assert new['c'] == old['c']
    if config.count('id: flake8') == 2:
        assert new['flake8']['exclude'] == '^a'


NOTHING = [
    '',
    STANDARD,
    'repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v1\n    hooks:\n      - id: ruff\n',
    'repos:\n  - repo: local\n    hooks:\n      - id: black\n        entry: make black\n        language: system\n',
    'repos:\n  - repo: https://github.com/asottile/blacken-docs\n    rev: "1"\n    hooks:\n      - id: blacken-docs\n',
    'repos: [black\n',
    '<<<<<<< ours\nrepos:\n  - repo: https://github.com/psf/black\n',
]


@pytest.mark.parametrize('config', NOTHING)
def test_other_hooks_stay(config: str) -> None:
    """Other tools, other words, and files that can't be read."""
    repo = repo_of(config)
    assert MIGRATION.needed(repo) == () == MIGRATION.carry_out(repo, THEIRS).changes


def test_a_standard_without_hooks_takes_nothing_away() -> None:
    """A company's template may leave hooks to the team."""
    other = {CONFIG: File(b'repos:\n  - repo: https://git.example/x\n    rev: v1\n    hooks:\n      - id: ruff\n')}
    for theirs in ({}, other, {CONFIG: File(b'repos: [')}):
        assert MIGRATION.carry_out(repo_of(TEAM), theirs).changes == ()


def test_windows_line_endings_stay() -> None:
    """As in every file that is edited."""
    after, _ = migrated(TEAM.replace('\n', '\r\n'))
    assert after.count('\n') == after.count('\r\n')


def test_a_broken_pyproject_is_left() -> None:
    """The hooks change; what can't be written there is not."""
    done = MIGRATION.carry_out(repo_of(TEAM, 'not = toml = at all'), THEIRS)
    assert [change.path for change in done.changes] == [CONFIG]

"""`--convert-tools`: what ruff was told stands in the words of four tools, and what they can't say is listed."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from trueup.migrations._ruff_options import translate
from trueup.migrations._ruff_tools import RUFF_TOOLS
from trueup.model import Action, File
from trueup.repo import Repo

HOOKS = """repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.14.2
    hooks:
      - id: ruff-check
      - id: ruff-format
  - repo: local
    hooks:
      - {id: ours, name: ours, entry: ours, language: system}
"""
TABLE = """[project]
name = "a"

# ours
[tool.ruff]
line-length = 100
target-version = "py38"
extend-exclude = ["legacy", "*_pb2.py"]

[tool.ruff.lint]
select = ["E", "F", "I", "UP"]
ignore = ["E203", "PLR0913", "D100"]

[tool.ruff.lint.per-file-ignores]
"tests/*" = ["F401", "S101"]

[tool.ruff.lint.isort]
known-first-party = ["a"]
"""


def converted(files: dict[str, str]) -> tuple[dict[str, str | None], Any]:
    """Texts after the step, and the step's result."""
    tree = {path: File(text.encode()) for path, text in files.items()}
    repo = Repo(set(tree), tree.get)
    found = RUFF_TOOLS.carry_out(repo, {})
    return {change.path: change.after.data.decode() if change.after else None for change in found.changes}, found


def test_a_table_becomes_four() -> None:
    """Every mapped option, the table gone, the team's other hooks untouched."""
    after, found = converted({'pyproject.toml': TABLE, '.pre-commit-config.yaml': HOOKS})
    tool = tomllib.loads(after['pyproject.toml'] or '')['tool']
    assert tool == {
        'black': {'line-length': 100, 'target-version': ['py38'], 'extend-exclude': tool['black']['extend-exclude']},
        'isort': {'line_length': 100, 'extend_skip_glob': ['legacy/*', '*_pb2.py'], 'known_first_party': ['a']},
        'flake8': {
            'max-line-length': 100,
            'extend-exclude': ['legacy', '*_pb2.py'],
            'extend-ignore': ['E203'],
            'per-file-ignores': ['tests/*:F401'],
        },
        'pylint': {
            'format': {'max-line-length': 100},
            'main': {'py-version': '3.8', 'ignore-paths': tool['pylint']['main']['ignore-paths']},
            'messages control': {'disable': ['R0913']},
        },
    }
    hooks = after['.pre-commit-config.yaml'] or ''
    assert 'ruff' not in hooks and 'id: ours' in hooks
    assert {item.action for item in found.decisions} == {Action.MOVE, Action.REMOVE}


def test_what_is_lost_is_listed() -> None:
    """Rules without a counterpart, one line for each option."""
    tree = {'pyproject.toml': File(TABLE.encode())}
    assert [obstacle.reason for obstacle in RUFF_TOOLS.blocked(Repo(set(tree), tree.get))] == [
        'lint.select: no tool of the standard has the rules UP',
        'lint.ignore: not needed any more for D100',
        'lint.per-file-ignores: no counterpart by file for tests/*: S101',
    ]


def test_a_file_of_its_own() -> None:
    """ruff.toml comes before the table, and both go; a value for the tool itself stands."""
    after, found = converted(
        {
            'ruff.toml': 'line-length = 90\n',
            'pyproject.toml': '[tool.black]\nline-length = 88\n\n[tool.ruff]\nfix = true\n',
        }
    )
    assert after['ruff.toml'] is None
    tool = tomllib.loads(after['pyproject.toml'] or '')['tool']
    assert tool['black'] == {'line-length': 88} and tool['flake8'] == {'max-line-length': 90} and 'ruff' not in tool
    assert Action.KEEP in {item.action for item in found.decisions}


def test_nothing_without_ruff() -> None:
    """A service that never had it is not touched."""
    tree = {'pyproject.toml': File(b'[tool.black]\n')}
    assert not RUFF_TOOLS.needed(Repo(set(tree), tree.get))


@pytest.mark.parametrize(
    ('table', 'lost'),
    [
        ({'line-length': 100, 'fix': True}, []),
        ({'indent-width': 2}, ['indent-width']),
        ({'format': {'quote-style': 'double'}}, ['format.quote-style']),
        ({'lint': {'pydocstyle': {'convention': 'google'}}}, ['lint.pydocstyle']),
        ({'select': ['ALL'], 'ignore': ['E501', 'PLR2004']}, []),
        ({'lint': {'isort': {'combine-as-imports': True, 'case-sensitive': True}}}, ['lint.isort']),
    ],
)
def test_lost_options(table: dict[str, object], lost: list[str]) -> None:
    """Nothing disappears without a word; what only says how ruff runs is no loss."""
    assert [item.option for item in translate(table)[1]] == lost

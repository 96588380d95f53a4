"""Which configuration really applies: the order in which each tool itself looks."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts

FLAKE8 = '[flake8]\nmax-line-length = 90\n'
PYPROJECT = '[tool.flake8]\nmax-line-length = 90\n'


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'.flake8': FLAKE8}, ('.flake8', '')),
        ({'.flake8': FLAKE8, 'tox.ini': FLAKE8}, ('tox.ini', 'shadows .flake8')),
        ({'.flake8': FLAKE8, 'tox.ini': FLAKE8, 'setup.cfg': FLAKE8}, ('setup.cfg', 'shadows tox.ini, .flake8')),
        ({'.flake8': FLAKE8, 'tox.ini': '[testenv:flake8]\n'}, ('.flake8', '')),
        (
            {'.flake8': FLAKE8, 'pyproject.toml': PYPROJECT, 'requirements.txt': 'Flake8-pyproject\n'},
            ('pyproject.toml', 'shadows .flake8'),
        ),
        ({'.flake8': FLAKE8, 'pyproject.toml': PYPROJECT}, ('.flake8', '')),
        ({'requirements.txt': 'flake8==6.0\n'}, ('defaults', 'installed, not configured')),
    ],
)
def test_flake8(files: Files, expected: tuple[str, str]) -> None:
    """flake8 takes the first of setup.cfg, tox.ini, .flake8 that has its section; a plugin overrules them all."""
    assert [(fact.value, fact.note) for fact in facts(files, 'tool.flake8')] == [expected]


def test_a_table_that_nothing_reads() -> None:
    """Without the plugin, [tool.flake8] is dead."""
    (found,) = facts({'pyproject.toml': PYPROJECT}, 'dead_configuration')
    assert (found.value, str(found.evidence[0])) == ('pyproject.toml: tool.flake8', 'pyproject.toml:1')


@pytest.mark.parametrize(
    ('name', 'files', 'expected'),
    [
        ('pylint', {'.pylintrc': '', 'pyproject.toml': '[tool.pylint.main]\njobs = 1\n'}, '.pylintrc'),
        (
            'pylint',
            {'pyproject.toml': '[tool.pylint.main]\njobs = 1\n', 'setup.cfg': '[pylint.main]\n'},
            'pyproject.toml',
        ),
        ('isort', {'.isort.cfg': '', 'pyproject.toml': '[tool.isort]\nprofile = "black"\n'}, '.isort.cfg'),
        ('isort', {'setup.cfg': '[isort]\nprofile = black\n', 'tox.ini': '[isort]\n'}, 'setup.cfg'),
        ('mypy', {'mypy.ini': '[mypy]\n', 'pyproject.toml': '[tool.mypy]\nstrict = true\n'}, 'mypy.ini'),
        ('mypy', {'pyproject.toml': '[[tool.mypy.overrides]]\nmodule = "a"\n'}, 'pyproject.toml'),
        ('pytest', {'pytest.ini': '', 'pyproject.toml': '[tool.pytest.ini_options]\naddopts = ""\n'}, 'pytest.ini'),
        ('pytest', {'setup.cfg': '[tool:pytest]\n', 'tox.ini': '[pytest]\n'}, 'tox.ini'),
        (
            'coverage',
            {'setup.cfg': '[coverage:run]\n', 'pyproject.toml': '[tool.coverage.run]\nbranch = true\n'},
            'setup.cfg',
        ),
        ('ruff', {'ruff.toml': '', 'pyproject.toml': '[tool.ruff]\nline-length = 1\n'}, 'ruff.toml'),
        ('black', {'pyproject.toml': '[tool.black]\nline-length = 88\n'}, 'pyproject.toml'),
        ('tox', {'tox.ini': '[tox]\n'}, 'tox.ini'),
        ('pre-commit', {'.pre-commit-config.yaml': 'repos: []\n'}, '.pre-commit-config.yaml'),
    ],
)
def test_precedence(name: str, files: Files, expected: str) -> None:
    """The first file that the tool reads is the one that applies."""
    assert [fact.value for fact in facts(files, f'tool.{name}')] == [expected]


def test_the_line_of_a_table_of_tables() -> None:
    """`[tool.pytest.ini_options]` stands for `tool.pytest`."""
    (found,) = facts({'pyproject.toml': '\n\n[tool.pytest.ini_options]\naddopts = ""\n'}, 'tool.pytest')
    assert str(found.evidence[0]) == 'pyproject.toml:3'


def test_configuration_in_a_folder_applies_only_there() -> None:
    """It is told, not taken."""
    found = facts({'src/.pylintrc': ''}, 'tool.pylint', 'tool_in_folder')
    assert [(fact.name, fact.value) for fact in found] == [('tool_in_folder', 'src/.pylintrc')]

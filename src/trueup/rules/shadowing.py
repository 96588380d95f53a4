"""Configuration that silently wins over the standard's."""

from __future__ import annotations

import configparser
from collections.abc import Iterator

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation

SHADOWS = {
    'flake8': (('setup.cfg', 'flake8'), ('tox.ini', 'flake8')),
    'isort': (('setup.cfg', 'isort'), ('setup.cfg', 'tool:isort'), ('tox.ini', 'isort')),
    'pytest': (('pytest.ini', 'pytest'), ('.pytest.ini', 'pytest'), ('tox.ini', 'pytest')),
    'coverage': (('.coveragerc', 'run'), ('.coveragerc', 'report')),
}
"""Places that the tools read before, or besides, pyproject.toml (their own documentation on configuration lookup)."""


def shadowed(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """pyproject.toml holds the configuration of pytest and coverage; another file would silently replace it."""
    del situation
    for tool in ('pytest', 'coverage'):
        table = {'pytest': '[tool.pytest', 'coverage': '[tool.coverage'}[tool]
        if table not in (repo.text('pyproject.toml') or ''):
            continue
        for path in dict.fromkeys(path for path, section in SHADOWS[tool] if _has_section(repo, path, section)):
            yield Finding(
                'CFG001',
                path,
                f'{path} takes the place of {table}...] in pyproject.toml',
                hint='move its settings to pyproject.toml and delete it',
                fixable=False,
            )


def _has_section(repo: Repo, path: str, section: str) -> bool:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(repo.text(path) or '')
    except configparser.Error:
        return False
    return parser.has_section(section)


RULES = (Rule('CFG001', 'No file shadows the configuration in pyproject.toml', shadowed),)

"""A team's ruff is seen wherever it says so, and never taken for what it is not."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts

TABLE = '[tool.ruff]\nline-length = 100\n'
HOOK = 'repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.14.2\n    hooks:\n      - id: ruff-check\n'


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'app.py': ''}, {}),
        ({'pyproject.toml': TABLE}, {'linter': 'ruff', 'formatter': 'ruff'}),
        ({'ruff.toml': 'line-length = 100\n'}, {'linter': 'ruff', 'formatter': 'ruff'}),
        ({'pyproject.toml': f'{TABLE}[tool.black]\n'}, {'linter': 'ruff', 'formatter': 'black'}),
        ({'pyproject.toml': f'{TABLE}[tool.ruff.format]\n[tool.black]\n'}, {'linter': 'ruff', 'formatter': 'ruff'}),
        (
            {'.pre-commit-config.yaml': HOOK},
            {'linter': 'ruff', 'formatter': 'ruff', 'ruff_hooks': 'team', 'ruff_version': '0.14.2'},
        ),
        (
            {'.pre-commit-config.yaml': f'{HOOK}      - id: ruff-format\n', 'pyproject.toml': '[tool.black]\n'},
            {'linter': 'ruff', 'formatter': 'ruff', 'ruff_hooks': 'team', 'ruff_version': '0.14.2'},
        ),
        (
            {'requirements-dev.txt': 'ruff==0.6.9\n'},
            {'linter': 'ruff', 'formatter': 'ruff', 'ruff_version': '0.6.9'},
        ),
        (
            {
                'pyproject.toml': TABLE,
                '.github/workflows/ci.yml': 'jobs:\n  a:\n    steps:\n      - run: black --check .\n',
            },
            {'linter': 'ruff', 'formatter': 'black'},
        ),
        (
            {'pyproject.toml': TABLE, 'uv.lock': 'version = 1\n\n[[package]]\nname = "ruff"\nversion = "0.12.8"\n'},
            {'linter': 'ruff', 'formatter': 'ruff', 'ruff_version': '0.12.8'},
        ),
    ],
)
def test_ruff(files: Files, expected: dict[str, object]) -> None:
    """Linter, formatter, version and own hooks."""
    names = {'linter', 'formatter', 'ruff_version', 'ruff_hooks'}
    assert {fact.name: fact.value for fact in facts(files) if fact.name in names} == expected

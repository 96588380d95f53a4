"""Rules about what a team kept: notes without a waiver's end, and the lock of uv."""

from __future__ import annotations

import pytest

from trueup.model import File, Severity
from trueup.repo import Repo
from trueup.rules import Situation, run_rules

PROJECT = '[project]\nname = "a"\nrequires-python = ">=3.11"\ndependencies = ["flask>=3"]\n'
LOCK = (
    'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "a"\nsource = { virtual = "." }\n\n'
    '[package.metadata]\nrequires-dist = [{ name = "flask", specifier = ">=3" }]\n'
)


@pytest.mark.parametrize(
    ('files', 'situation', 'expected'),
    [
        ({'pyproject.toml': PROJECT}, Situation('keep', 'config'), []),
        ({'pyproject.toml': PROJECT}, Situation('keep', 'quality'), ['TOL002']),
        ({'pyproject.toml': PROJECT}, Situation('keep', 'quality', 'ruff'), ['TOL001', 'TOL002']),
        ({'pyproject.toml': PROJECT}, Situation('uv', 'quality'), ['LCK004', 'TOL002']),
        ({'pyproject.toml': PROJECT, 'uv.lock': LOCK}, Situation('uv', 'quality'), ['TOL002']),
        ({'pyproject.toml': PROJECT, 'uv.lock': LOCK.replace('>=3"', '>=2"')}, Situation('uv'), ['LCK005', 'TOL002']),
        ({'pyproject.toml': PROJECT, 'uv.lock': '<<<<<<< ours\n'}, Situation('uv'), ['LCK005', 'TOL002']),
    ],
)
def test_what_is_found(files: dict[str, str], situation: Situation, expected: list[str]) -> None:
    """Poetry's lock is never asked for where the answer is another packager."""
    tree = {path: File(text.encode()) for path, text in files.items()}
    found = list(run_rules(Repo(set(tree), tree.get), situation))
    assert [item.rule for item in found] == expected
    assert all(item.severity is Severity.NOTE for item in found if item.rule.startswith('TOL'))

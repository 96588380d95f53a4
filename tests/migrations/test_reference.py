"""The page of the migrations names what the registry has."""

from __future__ import annotations

import re
from pathlib import Path

from trueup.migrations import STEPS, Migration

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / 'docs/reference/migrations.md').read_text(encoding='utf-8')
EVERY = {'poetry', 'uv', 'keep'}


def _row(step: Migration) -> str:
    scopes = ', '.join(scope for scope in ('config', 'quality', 'full') if scope in step.scopes)
    packaging = 'any' if step.packagings == EVERY else ', '.join(sorted(step.packagings))
    return f'| `{step.id}` | `{step.rule}` | {step.title} | {scopes} | {packaging} |'


def test_the_table_is_the_registry() -> None:
    """In its order, with reach."""
    assert re.findall(r'(?m)^\| `[a-z0-9-]+` \| `MIG\d+` .*$', PAGE) == [_row(step) for step in STEPS]


def test_each_has_a_chapter() -> None:
    """Before and after of each."""
    assert re.findall(r'(?m)^## `(.*)`$', PAGE) == [step.id for step in STEPS]


def test_our_standard_wants_all() -> None:
    """policies.toml names each in the registry's order."""
    policies = (ROOT / 'policies.toml').read_text(encoding='utf-8')
    listed = policies.partition('migrations = [')[2].partition(']')[0]
    assert re.findall(r'"([^"]+)"', listed) == [step.id for step in STEPS]

"""A guessed range of Pythons takes the bounds that its packages need, and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from trueup.lifecycle.pythons import narrow

RANGES = {
    'an upper bound': ('>=3.9', '>=3.7,<3.13', '>=3.9,<3.13'),
    'only what cuts something off': ('>=3.7', '>=2.7, !=3.0.*, !=3.1.*, <4', '>=3.7,<4'),
    'a hole inside': ('>=3.7', '!=3.9.*,>=3.6', '>=3.7,!=3.9.*'),
    'no range at all': ('', '<3.10', '<3.10'),
    'nothing to add': ('>=3.9,<4', '>=3.7,<5', None),
    'no Python left': ('>=3.11', '>=3.7,<3.10', None),
    'no range that anybody reads': ('>=3.11', 'one', None),
}


@pytest.mark.parametrize(('stated', 'needed', 'expected'), RANGES.values(), ids=list(RANGES))
def test_narrow(tmp_path: Path, stated: str, needed: str, expected: str | None) -> None:
    """None leaves the file byte for byte."""
    path = tmp_path / 'pyproject.toml'
    before = f'# ours\n[project]\nname = "x"  # why\nrequires-python = "{stated}"\n'
    path.write_text(before)
    assert narrow(path, needed) is (expected is not None)
    after = path.read_text()
    assert tomllib.loads(after)['project']['requires-python'] == (stated if expected is None else expected)
    assert after.replace(f'"{expected}"', f'"{stated}"') == before

"""A small standard that can be released."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git
from tests.lifecycle.conftest import old_service, trueup
from tests.support.second import FILES

__all__ = ['old_service', 'small', 'trueup']

PROJECT = '[project]\nname = "standard"\nversion = "0.1.0.dev0"  # here alone\n\n[tool.x]\nversion = "7"\n'


@pytest.fixture
def small(make_repository: MakeRepository) -> Path:
    """The second standard with a version, a fragment and no tag yet."""
    more = {
        'pyproject.toml': PROJECT,
        'changelog.d/README.md': 'How to.\n',
        'changelog.d/start.added.md': 'The start:\none template.\n',
    }
    return make_repository({**FILES, **more}, 'standard')


def change(standard: Path, path: str, old: str, new: str) -> None:
    """Edit a file of the standard, tell it, and commit."""
    text = (standard / path).read_text()
    assert text.count(old) == 1
    (standard / path).write_text(text.replace(old, new))
    (standard / 'changelog.d/more.changed.md').write_text('Changed.\n')
    git(standard, 'add', '-A')
    git(standard, 'commit', '-q', '-m', 'feat: more')

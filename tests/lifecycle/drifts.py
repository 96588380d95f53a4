"""Ways to spoil a service, each a small edit on real files."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

Edit = Callable[[Path], None]
HOOKS, PROJECT = '.pre-commit-config.yaml', 'pyproject.toml'


def sub(path: str, pattern: str, new: str) -> Edit:
    """Replace a pattern that stands exactly once."""

    def edit(root: Path) -> None:
        text = (root / path).read_text()
        changed, count = re.subn(pattern, new, text, flags=re.MULTILINE)
        assert count == 1, (path, pattern, count)
        (root / path).write_text(changed)

    return edit


def write(path: str, text: str | bytes) -> Edit:
    """Write a file."""

    def edit(root: Path) -> None:
        (root / path).write_bytes(text if isinstance(text, bytes) else text.encode())

    return edit


def delete(path: str) -> Edit:
    """Delete a file."""

    def edit(root: Path) -> None:
        (root / path).unlink()

    return edit


def append(path: str, text: str | bytes) -> Edit:
    """Add lines at the end."""

    def edit(root: Path) -> None:
        (root / path).write_bytes((root / path).read_bytes() + (text if isinstance(text, bytes) else text.encode()))

    return edit


def both(*edits: Edit) -> Edit:
    """Several edits."""

    def edit(root: Path) -> None:
        for each in edits:
            each(root)

    return edit

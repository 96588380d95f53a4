"""What teams do to their services between two versions: each edit in one place, on keys that are theirs.

Recorded from updates of public services: own versions and dependencies, tables of own tools, own hooks, targets,
stages and ignored files.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

Change = Callable[[str], str]


class Edit(NamedTuple):
    """One edit of one file, where the service has it; `proof` must be in the file afterwards, and after an update."""

    path: str
    change: Change
    proof: str


def _append(text: str) -> Change:
    return lambda old: old + ('' if old.endswith('\n') or not old else '\n') + text


def _sub(pattern: str, new: str) -> Change:
    return lambda old: re.sub(pattern, new, old, count=1, flags=re.MULTILINE)


EDITS = (
    Edit('pyproject.toml', _sub(r'^version = .*$', 'version = "3.1.4"'), 'version = "3.1.4"'),
    Edit('pyproject.toml', _sub(r'^dependencies = \[\n', 'dependencies = [\n    "tenacity>=8",\n'), '"tenacity>=8"'),
    Edit('pyproject.toml', _append('\n[tool.mypy]\nstrict = true  # ours\n'), 'strict = true  # ours'),
    Edit(
        '.pre-commit-config.yaml',
        _append('  - repo: local\n    hooks:\n      - {id: ours, name: ours, entry: "true", language: system}\n'),
        'id: ours',
    ),
    Edit('Makefile', _append('\n.PHONY: deploy\ndeploy: ## Ours\n\t./deploy.sh\n'), './deploy.sh'),
    Edit('.gitignore', _append('*.ours\n'), '*.ours'),
    Edit('.dockerignore', _append('*.ours\n'), '*.ours'),
    Edit('Dockerfile', _append('LABEL team="ours"\n'), 'LABEL team="ours"'),
    Edit('noxfile.py', _append('\n\ndef ours():\n    """Ours."""\n'), 'def ours():'),
    Edit('README.md', _append('\n## Ours\n\nCall us.\n'), 'Call us.'),
)


def edited(path: str, text: str) -> tuple[str, tuple[str, ...]]:
    """The text as a team leaves it, and what of it must survive an update."""
    proofs: list[str] = []
    for edit in EDITS:
        if edit.path == path:
            changed = edit.change(text)
            if edit.proof in changed:
                proofs.append(edit.proof)
                text = changed
    return text, tuple(proofs)

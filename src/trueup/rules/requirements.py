"""An exported requirements file says what the lock says."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.model import Finding
from trueup.packaging.export import in_step, is_exported
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation


def exported_in_step(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """A requirements file that was exported from the lock is in step with it."""
    del situation
    lock, pyproject = repo.text('poetry.lock'), repo.text('pyproject.toml')
    if lock is None or pyproject is None:
        return
    for path in repo.paths:
        if not path.endswith('.txt') or 'requirements' not in path:
            continue
        text = repo.text(path)
        if text is not None and is_exported(text) and not in_step(lock, pyproject, text):
            yield Finding(
                'PKG001',
                path,
                'the exported requirements differ from poetry.lock',
                hint='run `trueup fix`',
                fixable=True,
            )


RULES = (Rule('PKG001', 'Exported requirements are in step with the lock', exported_in_step),)

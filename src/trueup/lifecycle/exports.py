"""Requirements files that other files still name: exported from the lock and kept in step with it."""

from __future__ import annotations

from trueup.lifecycle.service import Service
from trueup.model import Change, File
from trueup.packaging.export import export_requirements, in_step, is_exported
from trueup.repo import Repo


def exported_changes(service: Service, repo: Repo) -> tuple[Change, ...]:
    """Changes that bring exported requirements files in step with the lock; paths from the top."""
    lock, pyproject = repo.text('poetry.lock'), repo.text('pyproject.toml')
    if lock is None or pyproject is None:
        return ()
    found = []
    for path in repo.paths:
        text = repo.text(path) if path.endswith('.txt') and 'requirements' in path else None
        if text is not None and is_exported(text) and not in_step(lock, pyproject, text):
            before = repo.file(path)
            after = File(export_requirements(lock, pyproject, keep=text).encode())
            found.append(Change(service.prefix + path, before, after))
    return tuple(found)

"""Requirements files that other files still name: exported from the lock and kept in step with it."""

from __future__ import annotations

from trueup.lifecycle.journal import read_journal
from trueup.lifecycle.service import Service
from trueup.model import Change, File
from trueup.packaging.export import export_requirements, in_step, is_exported
from trueup.repo import Repo
from trueup.text.encoding import decode


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


def held_exports(service: Service, repo: Repo) -> tuple[Change, ...]:
    """Requirements files that the last adoption held back while decisions were open, as they are exported now."""
    lock, pyproject = repo.text('poetry.lock'), repo.text('pyproject.toml')
    entries = [entry for entry in read_journal(service) if entry.verb == 'adopt' and entry.prefix == service.prefix]
    if lock is None or pyproject is None or not entries:
        return ()
    found = []
    for path in entries[-1].held:
        before = repo.file(path.removeprefix(service.prefix))
        text = decode(before.data) if before else None
        if text is not None and not is_exported(text.text):
            after = File(export_requirements(lock, pyproject, keep=text.text).encode())
            found.append(Change(path, before, after))
    return tuple(found)

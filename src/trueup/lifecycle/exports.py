"""Requirements files that other files still name: exported from the lock and kept in step with it."""

from __future__ import annotations

from pathlib import Path

from trueup.lifecycle.journal import read_journal
from trueup.lifecycle.service import Service
from trueup.merge.retired import remove_key
from trueup.model import Change, File
from trueup.packaging.export import export_requirements, in_step, is_exported
from trueup.repo import Repo, read_file
from trueup.text.encoding import decode, encode
from trueup.text.keys import parse_key

GOING = '-'
"""Before the path of a file (or `FILE::SECTION`) that is held back to be removed, not to be exported."""


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


def held_exports(service: Service, repo: Repo, *, removing: bool) -> tuple[Change, ...]:
    """What the last adoption held back while decisions were open: requirements files to export, old files to remove."""
    lock, pyproject = repo.text('poetry.lock'), repo.text('pyproject.toml')
    entries = [entry for entry in read_journal(service) if entry.verb == 'adopt' and entry.prefix == service.prefix]
    if lock is None or pyproject is None or not entries:
        return ()
    found = []
    for path in entries[-1].held:
        if path.startswith(GOING):
            change = removal_of(service.top, path.removeprefix(GOING))
            found += [change] if removing and change.before != change.after else []
            continue
        before = repo.file(path.removeprefix(service.prefix))
        text = decode(before.data) if before else None
        if text is not None and not is_exported(text.text):
            after = File(export_requirements(lock, pyproject, keep=text.text).encode())
            found.append(Change(path, before, after))
    return tuple(found)


def removal_of(root: Path, target: str) -> Change:
    """A file, or (`FILE::SECTION`) one section of a file that other tools still use."""
    path, _, section = target.partition('::')
    before = read_file(root / path)
    found = decode(before.data) if before and section else None
    text = remove_key(found.text, path, parse_key(section)) if found else None
    if not section:
        return Change(path, before, None)
    if before is None or found is None or text is None:
        return Change(path, before, before)
    return Change(path, before, File(encode(text, found), before.mode) if text.strip() else None)

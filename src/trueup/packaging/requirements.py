"""Reads requirements*.txt and *.in in pip's format, with their includes, constraints and index options."""

from __future__ import annotations

from trueup.packaging._model import Reading
from trueup.packaging._requirements import LineReader
from trueup.packaging._roles import choose
from trueup.repo import Repo


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """All requirements files that have a role in the service."""
    requested = tuple(item for reading in earlier for item in reading.requested)
    chosen = choose(repo, requested)
    if not chosen.roles:
        return Reading('requirements', notes=chosen.notes, conflicts=chosen.conflicts) if chosen.notes else None
    reader = LineReader(repo, chosen.roles)
    for path, role in chosen.roles.items():
        if role.kind == 'exported':
            reader.compiled(path)
        else:
            reader.file(path, role)
    return reader.reading(chosen.notes, chosen.conflicts)

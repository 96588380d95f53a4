"""What trueup did to a repository, kept in Git's own folder: the base of `undo` and of `--continue`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from trueup.errors import UserError
from trueup.git import run_git
from trueup.lifecycle.service import Service
from trueup.lifecycle.workspace import write_file
from trueup.model import File

FILE = 'journal.json'
HISTORY = 50
"""How many entries that were taken back are kept for a reader."""
LISTS = ('untracked', 'edited', 'held', 'digests')


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: the branch it made ('' for an edit in place), the commits before and after, and what lay around untracked."""

    verb: str
    prefix: str
    version: str
    branch: str
    origin: str
    before: str
    after: str
    backup: str
    untracked: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    """SHA-256 of each file of `edited` as it was written, '' for a deleted one."""
    process: int = 0
    """The process that is at it; 0 when it has ended."""
    ended: str = ''
    """How it was taken back, '' while it stands."""


def read_journal(service: Service) -> tuple[Entry, ...]:
    """Entries that stand, oldest first; raises UserError on a damaged journal."""
    return tuple(entry for entry in read_history(service) if not entry.ended)


def read_history(service: Service) -> tuple[Entry, ...]:
    """All entries, oldest first, with those that were taken back."""
    path = service.state / FILE
    try:
        data = json.loads(path.read_text(encoding='utf-8'))
        return tuple(Entry(**{**item, **{name: tuple(item[name]) for name in LISTS}}) for item in data['entries'])
    except FileNotFoundError:
        return ()
    except (ValueError, TypeError, KeyError) as error:
        raise UserError('the journal is damaged', where=str(path), hint='remove it; the backup refs stay') from error


def end(service: Service, entry: Entry, how: str) -> None:
    """Note how an entry was taken back."""
    found = [replace(item, ended=how, process=0) if item == entry else item for item in read_history(service)]
    over = [item for item in found if item.ended][:-HISTORY]
    _write(service, [item for item in found if item not in over])


def _write(service: Service, entries: Sequence[Entry]) -> None:
    text = json.dumps({'schema': 1, 'entries': [asdict(entry) for entry in entries]}, indent=1)
    write_file(service.state / FILE, File(text.encode()))


def record(service: Service, entry: Entry) -> None:
    """Add an entry; one for the same branch is replaced."""
    history = read_history(service)
    kept = [item for item in history if item.ended or not item.branch or item.branch != entry.branch]
    _write(service, [*kept, entry])


def digests_of(files: Iterable[File | None]) -> tuple[str, ...]:
    """What `Entry.digests` holds."""
    return tuple(hashlib.sha256(file.data).hexdigest() if file else '' for file in files)


def back_up(service: Service, name: str, commit: str) -> str:
    """A ref that keeps `commit` from ever being collected; returns its name."""
    ref = f'refs/trueup/backup/{name}-{commit[:12]}'
    run_git(service.top, 'update-ref', ref, commit)
    return ref


def lying_around(service: Service) -> tuple[str, ...]:
    """Untracked files and folders, ignored ones too, as Git lists them (folders end with `/`)."""
    listed: list[str] = []
    for ignored in ((), ('--ignored',)):
        arguments = ('ls-files', '-z', '--others', '--exclude-standard', '--directory', *ignored)
        listed += [os.fsdecode(name) for name in run_git(service.top, *arguments).split(b'\0') if name]
    return tuple(sorted(set(listed)))


def save_report(service: Service, name: str, text: str) -> Path:
    """Keep a report beside the journal and say where."""
    path = service.state / 'reports' / name
    write_file(path, File(text.encode()))
    return path

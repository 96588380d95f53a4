"""What of the settings concerns verification: files it needs, how long it may take, the day of the index."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import cast

from trueup.errors import UserError
from trueup.git import text_of
from trueup.lifecycle.run import Run
from trueup.lifecycle.service import Service
from trueup.lifecycle.workspace import Workspace
from trueup.settings import cache_folder
from trueup.verify import Level, Snapshot, VerifyOptions, snapshot

OF_THE_COMMIT = 'commit'


def verify_options(service: Service, run: Run) -> VerifyOptions:
    """Options for both snapshots; raises UserError for a file that is not there or a date that is none."""
    settings = run.settings
    return VerifyOptions(
        cache=cache_folder() / 'verify',
        progress=run.say,
        seconds=settings.verify_timeout,
        date=_date(service, settings.verify_date),
        brought=tuple(_brought(service, name) for names in settings.verify_with for name in names.split(',') if name),
    )


def measure(space: Workspace, run: Run, options: VerifyOptions) -> Snapshot:
    """The service in the workspace at this moment."""
    return snapshot(space.service, level=cast(Level, run.settings.verify), options=options)


def _brought(service: Service, name: str) -> tuple[Path, str]:
    path = service.root / name
    if not path.exists():
        raise UserError('no such file or folder', where=name, hint='--verify-with takes paths in the service')
    if Path(name).is_absolute() or '..' in Path(name).parts or '.git' in Path(name).parts:
        raise UserError('lies outside of the service', where=name, hint='--verify-with takes paths in the service')
    return path, name


def _date(service: Service, given: str) -> str:
    if given == OF_THE_COMMIT:
        return datetime.fromisoformat(text_of(service.top, 'show', '-s', '--format=%cI', 'HEAD')).date().isoformat()
    if not given:
        return ''
    try:
        found = date.fromisoformat(given) if re.fullmatch(r'\d{4}-\d{2}-\d{2}', given) else None
    except ValueError:
        found = None
    if found is None:
        raise UserError(f'{given!r} is no day', where='--verify-date', hint='write YYYY-MM-DD, or `commit`')
    return given

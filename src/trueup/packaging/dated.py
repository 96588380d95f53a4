"""The rim of this room that asks uv which versions an index had on a day."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from trueup.packaging._mask import mask
from trueup.packaging._toml import parse
from trueup.packaging.pins import Pins, of_requirements

SECONDS = 120.0
TRIES = 8
NO_WHEEL = re.compile(r'([A-Za-z0-9][\w.-]*?)(?:[=<>!~]=?\S+)? has no (?:usable )?wheels')


class Moment(NamedTuple):
    """A day, and the oldest Python that the service ran on then (empty if nobody knows)."""

    day: str
    python: str


@dataclass(frozen=True, slots=True)
class Dated:
    """The versions of that day; without any, why."""

    pins: Pins
    reason: str = ''


def versions_of(pyproject: Path, moment: Moment, *, uv: str, index_url: str, pins: Pins) -> Dated:
    """Resolve `[project]` as an index was on a day.

    For every Python from the oldest one of the service on, where that is possible: a lock is for all of them. Else only
    wheels count, first for a Python that is here, then for the oldest one; what has none is read from its source.
    """
    project = parse(pyproject.read_text(encoding='utf-8-sig'), pyproject.name).get('project')
    wanted = _requirements(project if isinstance(project, Mapping) else {})
    found = Dated({}, 'it asks for nothing')
    command = [uv, 'pip', 'compile', '--quiet', '--no-header', '--no-annotate', '--no-config', '--color', 'never']
    command += ['--exclude-newer', moment.day, '--only-binary', ':all:', '--no-python-downloads']
    end = time.monotonic() + SECONDS
    if moment.python and wanted:
        whole = [*command, '--universal', '--python-version', moment.python]
        found = _compile(whole, wanted, index_url=index_url, pins=pins, seconds=end - time.monotonic())
    for _ in range(TRIES if wanted and not found.pins else 0):
        found = _compile(command, wanted, index_url=index_url, pins=pins, seconds=end - time.monotonic())
        built = list(dict.fromkeys(NO_WHEEL.findall(found.reason)))
        if found.pins or not built:
            break
        if moment.python and '--python-version' not in command:
            command += ['--python-version', moment.python]
        else:
            command += [word for name in built for word in ('--no-binary', name)]
    return found


def _requirements(project: Mapping[str, object]) -> list[str]:
    """What the service and its extras require."""
    extras = project.get('optional-dependencies')
    listed = [project.get('dependencies'), *(extras.values() if isinstance(extras, Mapping) else ())]
    return [str(item) for items in listed if isinstance(items, list) for item in items]


def _compile(command: list[str], wanted: list[str], *, index_url: str, pins: Pins, seconds: float) -> Dated:
    if seconds <= 0:
        return Dated({}, f'uv did not end within {SECONDS:.0f} s')
    with tempfile.TemporaryDirectory(prefix='trueup-dated-') as scratch:
        asked, known = Path(scratch) / 'requirements.in', Path(scratch) / 'constraints.txt'
        asked.write_text(''.join(f'{line}\n' for line in wanted))
        known.write_text(''.join(f'{line}\n' for lines in pins.values() for line in lines))
        environment = {name: value for name, value in os.environ.items() if name != 'VIRTUAL_ENV'}
        if index_url:
            environment['UV_DEFAULT_INDEX'] = index_url
        whole = [*command, str(asked), '--constraint', str(known)]
        try:
            done = subprocess.run(
                whole, cwd=scratch, env=environment, capture_output=True, text=True, timeout=seconds, check=False
            )
        except subprocess.TimeoutExpired:
            return Dated({}, f'uv did not end within {SECONDS:.0f} s')
    return Dated({}, _reason(mask(done.stderr))) if done.returncode else Dated(of_requirements(done.stdout))


def _reason(output: str) -> str:
    """The explanation of uv on one line."""
    text = re.sub(r'[\s╰─▶×│├]+', ' ', output)
    if 'Failed to fetch' in text:
        return 'the package index can not be read'
    _, because, after = text.partition('Because ')
    return (because + after).strip() or text.strip()[-300:] or 'uv failed'

"""The rim of this room that asks uv which versions an index had on a day."""

from __future__ import annotations

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from trueup.packaging._address import mask
from trueup.packaging.pins import Pins, of_requirements

SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Dated:
    """The versions of that day; without any, why."""

    pins: Pins
    reason: str = ''


def versions_of(pyproject: Path, *, day: str, uv: str, index_url: str, pins: Pins) -> Dated:
    """Resolve `[project]` as an index was on a day, with wheels for a Python that is here and that the service allows.

    Only wheels: a version that would have to be built is no version that anybody has running on that Python.
    """
    with tempfile.TemporaryDirectory(prefix='trueup-dated-') as scratch:
        known = Path(scratch) / 'constraints.txt'
        known.write_text(''.join(f'{line}\n' for lines in pins.values() for line in lines))
        command = [uv, 'pip', 'compile', str(pyproject), '--quiet', '--no-header', '--no-annotate', '--all-extras']
        command += ['--exclude-newer', day, '--only-binary', ':all:', '--no-python-downloads', '--no-sources']
        command += ['--constraint', str(known), '--color', 'never', '--no-config']
        environment = {name: value for name, value in os.environ.items() if name != 'VIRTUAL_ENV'}
        if index_url:
            environment['UV_DEFAULT_INDEX'] = index_url
        try:
            done = subprocess.run(
                command, cwd=scratch, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return Dated({}, f'uv did not end within {SECONDS:.0f} s')
    if done.returncode:
        lines = [line.strip(' ╰─▶×') for line in mask(done.stderr).splitlines() if line.strip()]
        return Dated(
            {}, next((line for line in lines if 'because' in line.lower()), lines[-1] if lines else 'uv failed')
        )
    return Dated(of_requirements(done.stdout))

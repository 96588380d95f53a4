"""Real programs side by side on this machine: each lives as long as its block, and what they say is kept."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from tests.support.running import environment, run

Found = TypeVar('Found')


def environment_of(folder: Path, *packages: str, interpreter: str = sys.executable) -> Path:
    """A virtual environment of that Python with some packages; its interpreter."""
    uv = shutil.which('uv') or str(Path(sys.executable).with_name('uv'))
    python = folder / 'bin' / 'python'
    run(folder.parent, uv, 'venv', '--quiet', '--python', interpreter, str(folder))
    run(folder.parent, uv, 'pip', 'install', '--quiet', '--python', str(python), *packages)
    return python


@contextmanager
def started(
    command: Sequence[str], log: Path, *, cwd: Path, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block at the latest; what it says is in `log`."""
    with (
        log.open('ab') as out,
        subprocess.Popen(command, cwd=cwd, env=environment(**dict(variables or {})), stdout=out, stderr=out) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def until(look: Callable[[], Found], *, log: Path | None = None, seconds: float = 60) -> Found:
    """The first true thing that is found; a server that does not listen yet is no error."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except OSError:
            pass
        time.sleep(0.2)
    raise AssertionError(f'it did not happen within {seconds:g} seconds\n{log.read_text()[-4000:] if log else ""}')

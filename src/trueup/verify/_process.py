"""Runs one program of a service with limits, and leaves nothing of it running."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trueup.leash import leashed

TAIL = 200_000
GRACE = 2.0
POSIX = os.name == 'posix'


@dataclass(frozen=True, slots=True)
class Done:
    """How a program ended: its exit code (None when it took too long) and the end of what it said."""

    code: int | None
    output: str
    seconds: float

    @property
    def well(self) -> bool:
        """Whether it ended with 0."""
        return self.code == 0

    @property
    def last_line(self) -> str:
        """The last thing it said, for a one-line reason."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else f'exit code {self.code}'


def run(
    command: Sequence[str | Path], *, cwd: Path, environment: Mapping[str, str], seconds: float, memory: int = 0
) -> Done:
    """Run a program in a process group of its own; the whole group is killed at the time limit and at the end."""
    words = [str(word) for word in command]
    if memory and POSIX:
        # RLIMIT_DATA, not RLIMIT_AS: numeric libraries reserve far more address space than they use.
        words = ['sh', '-c', f'ulimit -d {memory // 1024} 2>/dev/null; exec {shlex.join(words)}']
    started = time.monotonic()
    if shutil.which(words[0], path=environment.get('PATH')) is None:
        return Done(127, f'{words[0]}: {os.strerror(errno.ENOENT)}', 0.0)
    with tempfile.TemporaryFile() as output, leashed(words) as leash:
        try:
            process = subprocess.Popen(  # pylint: disable=consider-using-with
                leash.command,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL if leash.stdin is None else leash.stdin,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            return Done(127, f'{words[0]}: {error.strerror}', 0.0)
        code = _wait(process, seconds)
        return Done(code, _end_of(output), time.monotonic() - started)


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(timeout=max(seconds, 0.0))
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Also after a good end: servers that a test started and forgot must not outlive it."""
    if not POSIX:
        process.kill()
        process.wait()
        return
    if process.poll() is None:
        _signal(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _end_of(output: object) -> str:
    stream = output
    size = stream.seek(0, os.SEEK_END)  # type: ignore[attr-defined]
    stream.seek(max(0, size - TAIL))  # type: ignore[attr-defined]
    data: bytes = stream.read()  # type: ignore[attr-defined]
    return data.decode(errors='replace')

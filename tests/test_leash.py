"""Programs that trueup started end when it does, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trueup.leash import leashed

pytestmark = pytest.mark.skipif(os.name != 'posix', reason='process groups are POSIX')
HOLDER = """
import subprocess, sys
from trueup.leash import leashed
with leashed(['sh', '-c', 'sleep 300 & echo $$ $! > "$0"; wait', sys.argv[1]]) as leash:
    subprocess.Popen(leash.command, stdin=leash.stdin, start_new_session=True).wait()
"""


def runs(number: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f'/proc/{number}/stat').read_text(encoding='utf-8').rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def test_killed_with_its_children(tmp_path: Path) -> None:
    """SIGKILL gives nobody a chance to clean up; the program and its own child go all the same."""
    if not Path('/proc/self/stat').exists():
        pytest.skip('needs /proc')
    told = tmp_path / 'numbers'
    holder = subprocess.Popen([sys.executable, '-c', HOLDER, str(told)])
    end = time.monotonic() + 30
    while time.monotonic() < end and not (told.exists() and len(told.read_text().split()) == 2):
        time.sleep(0.05)
    numbers = [int(word) for word in told.read_text().split()]
    assert all(runs(number) for number in numbers)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    while time.monotonic() < end and any(runs(number) for number in numbers):
        time.sleep(0.05)
    assert not any(runs(number) for number in numbers)


@pytest.mark.parametrize('code', [0, 3])
def test_the_end_is_the_program_s_own(code: int) -> None:
    """Exit code, arguments and output pass through; nothing can be read from standard input."""
    script = f'import sys; print(sys.argv[1:], repr(sys.stdin.read())); sys.exit({code})'
    with leashed([sys.executable, '-c', script, 'a b', '$HOME']) as leash:
        done = subprocess.run(
            leash.command, stdin=leash.stdin, start_new_session=True, capture_output=True, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (code, "['a b', '$HOME'] ''\n")

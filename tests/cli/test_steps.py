"""The bar of adopt and update: on a terminal, on stderr, without colour where none is wanted."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping

import pytest

from trueup.cli._progress import steps
from trueup.lifecycle.run import Run
from trueup.settings import Settings

SCRIPT = """
import time
from trueup.cli._progress import steps
from trueup.lifecycle.run import Run
from trueup.settings import Settings
with steps(Run(Settings(verify='static'))) as run:
    for line in ['reading [the] service', *['locking'] * 9]:
        run.say(line)
        time.sleep(0.12)
print('data')
"""


def on_a_terminal(variables: Mapping[str, str]) -> tuple[str, str]:
    """(stdout, what the terminal was given on stderr)."""
    ours, theirs = pty.openpty()
    environment = {'PATH': os.environ['PATH'], 'TERM': 'xterm-256color', 'COLUMNS': '100', **variables}
    done = subprocess.run(
        [sys.executable, '-c', SCRIPT], env=environment, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True
    )
    os.close(theirs)
    found = b''
    try:
        while chunk := os.read(ours, 65536):
            found += chunk
    except OSError:  # the end, on Linux
        pass
    os.close(ours)
    return done.stdout, found.decode()


@pytest.mark.skipif(sys.platform == 'win32', reason='needs a pseudo-terminal')
def test_a_terminal_sees_the_step_and_the_time() -> None:
    """The line at work, as it is, and the seconds; all is wiped at the end, and stdout has the data alone."""
    out, drawn = on_a_terminal({})
    assert out == 'data\n'
    assert 'reading [the] service' in drawn and 'locking' in drawn and '0:00:01' in drawn
    assert '\x1b[38' in drawn or '\x1b[3' in drawn
    assert drawn.rstrip().endswith('\x1b[2K')


@pytest.mark.skipif(sys.platform == 'win32', reason='needs a pseudo-terminal')
def test_no_color_means_no_color() -> None:
    """https://no-color.org"""
    _, drawn = on_a_terminal({'NO_COLOR': '1'})
    assert 'locking' in drawn and '\x1b[3' not in drawn and '\x1b[9' not in drawn


def test_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipeline's log gets the plain lines."""
    said: list[str] = []
    with steps(Run(Settings(), say=said.append)) as run:
        run.say('reading')
    assert said == ['reading'] and capsys.readouterr().err == ''

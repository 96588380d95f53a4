"""An adoption that is killed at any moment leaves a service that `undo`, or nothing at all, makes identical."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.conftest import MakeRepository
from tests.lifecycle.conftest import Trueup
from tests.support.pictures import picture
from tests.support.services import lay_down

MOMENTS = 10
COMMAND = [sys.executable, '-m', 'trueup', 'adopt', '--defaults', '--verify', 'none', '--answer', 'packaging=keep']


@pytest.mark.e2e
def test_killed_at_ten_random_moments(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """Each time Git's own work tree list, the branches and every file are as before; and the next adoption works."""
    root = lay_down('quote-api', tmp_path / 'quote-api')
    before = picture(root)
    command = [*COMMAND, '--standard', f'{standard}@v0.1.0', '--switch']
    start = time.perf_counter()
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    seconds = time.perf_counter() - start
    assert trueup('undo', root).code == 0 and picture(root) == before
    seed = random.randrange(1_000_000)
    moments = random.Random(seed)
    for _ in range(MOMENTS):
        moment = moments.uniform(0.02, 1.05) * seconds
        process = subprocess.Popen(
            command, cwd=root, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert trueup('undo', root).code == 0
        assert picture(root) == before, f'killed after {moment:.2f} of {seconds:.2f} s (seed {seed})'
    assert trueup(*command[3:4], root, *command[4:]).code == 0


SLOW = 'import time\n\n\ndef test_slow():\n    time.sleep(4)\n'
MARKS = {
    'verify: installing': 2.0,
    'verify: running the tests': 4.0,
    'locking the dependencies with Poetry': 3.0,
}
"""What is said when something long begins, and for how long at the most it is left alone before the kill."""


@pytest.mark.e2e
@pytest.mark.network
@pytest.mark.parametrize('mark', MARKS)
def test_killed_while_others_work(trueup: Trueup, standard: Path, make_repository: MakeRepository, mark: str) -> None:
    """SIGKILL of trueup alone, while an installer, tests or Poetry run: these end too, and nothing is left but the past.

    Four random moments each, which makes twelve; what lay in the cache and in the temporary folder goes at the next run.
    """
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')
    root = make_repository({'requirements.txt': 'packaging==24.2\n', 'app/__init__.py': '', 'tests/test_a.py': SLOW})
    before = picture(root)
    seed = random.randrange(1_000_000)
    moments = random.Random(seed)
    command = [sys.executable, '-m', 'trueup', 'adopt', '--defaults', '--standard', f'{standard}@v0.1.0', '--switch']
    for _ in range(4):
        left = _kill_after(command, root, (mark, moments.uniform(0.0, MARKS[mark])))
        assert left == [], f'{mark}: still at work (seed {seed})'
        assert trueup('undo', root).code == 0
        assert picture(root) == before, f'{mark} (seed {seed})'
        shutil.rmtree(Path(os.environ['TRUEUP_CACHE']) / 'verify', ignore_errors=True)
    assert trueup('adopt', root, '--defaults', '--standard', f'{standard}@v0.1.0', '--verify', 'static').code == 0
    assert list((Path(os.environ['TRUEUP_CACHE']) / 'worktrees').iterdir()) == []


def _kill_after(command: list[str], root: Path, when: tuple[str, float]) -> list[str]:
    """Kill the command alone some seconds after it said something; returns what it left running, once that had time to end."""
    mark, seconds = when
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    with process.stderr:
        assert any(line.startswith(mark) for line in process.stderr), f'never said {mark!r}'
        time.sleep(seconds)
        process.kill()
        process.wait()
    places = (str(Path(os.environ['TRUEUP_CACHE'])), f'{tempfile.gettempdir()}/trueup-verify-{process.pid}-')
    end = time.monotonic() + 10
    while (left := _running_in(places)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _running_in(places: tuple[str, ...]) -> list[str]:
    """Commands of processes that work in one of the folders."""
    found = []
    for folder in Path('/proc').glob('[0-9]*'):
        try:
            if os.readlink(folder / 'cwd').startswith(places):
                found.append((folder / 'cmdline').read_bytes().replace(b'\0', b' ').decode(errors='replace'))
        except OSError:
            continue
    return found

"""An adoption that is killed at any moment leaves a service that `undo`, or nothing at all, makes identical."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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

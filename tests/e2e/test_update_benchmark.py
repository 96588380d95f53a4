"""The benchmark of updates ends well, and its figures are those that were promised."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.standard import ROOT

pytestmark = pytest.mark.e2e


def test_seventeen_edits_and_the_cost_of_an_update() -> None:
    """All edits come through both ways; half of Copier's CPU for one update, a tenth for each further one."""
    command = [sys.executable, 'benchmarks/update.py', '3', '6']
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.search(r'nothing lost +(\d+)/17 +17/17 +17/17', done.stdout)
    assert counts is not None and int(counts[1]) < 17, done.stdout
    one = re.search(r'(?m)^ratio +([\d.]+)$', done.stdout)
    further = re.search(r'(?m)^ratio to one copier update +[\d.]+ +([\d.]+)$', done.stdout)
    assert one is not None and float(one[1]) <= 0.5, done.stdout
    assert further is not None and float(further[1]) <= 0.1, done.stdout

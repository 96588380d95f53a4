"""Run a command and say what it took: CPU seconds with all its children, wall seconds, the largest process of it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple


class Cost(NamedTuple):
    """What one or several commands took."""

    cpu: float = 0.0
    wall: float = 0.0
    memory: float = 0.0

    def __add__(self, other: object) -> Cost:
        assert isinstance(other, Cost)
        return Cost(self.cpu + other.cpu, self.wall + other.wall, max(self.memory, other.memory))


def run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, *, given: str = os.devnull
) -> Cost:
    """One command that reads the `given` file; its output is thrown away, its exit code is no matter."""
    start = time.perf_counter()
    with (
        open(given, 'rb') as stream,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=stream,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def average(costs: Sequence[Cost]) -> Cost:
    """The mean of several runs, and the largest process of all."""
    return Cost(mean(cost.cpu for cost in costs), mean(cost.wall for cost in costs), max(cost.memory for cost in costs))


def row(name: str, ours: Cost, peer: Cost) -> str:
    """A row of the table: both in seconds, the ratios, the ratio of the memory."""
    cells = (
        name,
        f'{ours.cpu:.3f} / {peer.cpu:.3f}',
        f'{ours.cpu / peer.cpu:.3f}',
        f'{ours.wall / peer.wall:.3f}',
        f'{ours.memory / peer.memory:.2f}' if peer.memory else '-',
    )
    return f'| {" | ".join(cells)} |'


HEAD = '| case | CPU s, ours / peer | CPU ratio | wall ratio | memory ratio |\n|---|---|---|---|---|'

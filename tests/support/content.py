"""The benchmark's checker of lost content, for tests: one checker, in the one place where it is measured with."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'benchmarks'))

from _lost import Losses, lost  # noqa: E402  # the folder is no package

__all__ = ['Losses', 'lost']

"""What the hooks about lock files have in common: which folders are meant, and how a finding is said."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from trueup.errors import ExitCode
from trueup.git import tracked_paths
from trueup.hooks._arguments import parse

MANIFEST = 'pyproject.toml'


class Found(NamedTuple):
    """What is wrong in a folder, line by line, and whether locking again would mend it."""

    lines: Sequence[str] = ()
    stale: bool = False


Check = Callable[[Path, str], Found]
"""Looks at one folder; the second argument is what a person may call it."""


def check_folders(argv: Sequence[str], *, lock: str, check: Check, hint: str) -> int:
    """Check each folder with a manifest or lock among the given files, or the tracked ones; print what is wrong.

    In a larger repository `files: ^service/` takes the place of the manifest's pattern, and brings every file.
    """
    here = Path.cwd()
    names = [name for name in parse(argv).files or tracked_paths(here) if Path(name).name in (MANIFEST, lock)]
    folders = sorted({(here / name).parent for name in names})
    found = [check(folder, os.path.relpath(folder, here)) for folder in folders]
    for line in (line for each in found for line in each.lines):
        print(line)
    if any(each.stale for each in found):
        print(hint, file=sys.stderr)
    return ExitCode.FINDINGS if any(each.lines for each in found) else ExitCode.CLEAN

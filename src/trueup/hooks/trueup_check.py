"""Whether a commit keeps the services of the repository what the standard says, as `trueup check` sees it."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from trueup.errors import ExitCode
from trueup.git import tracked_paths
from trueup.hooks._hook import Hook

ANSWERS = '.copier-answers.yml'


def _run(argv: Sequence[str]) -> int:
    here = Path.cwd()
    services = [os.path.dirname(path) or '.' for path in tracked_paths(here) if os.path.basename(path) == ANSWERS]
    if not services:
        print(f'not under the standard: no {ANSWERS} is tracked', file=sys.stderr)
        print('hint: `trueup adopt` brings this repository under it', file=sys.stderr)
        return ExitCode.FINDINGS
    # The hook is the command: it calls what lies above it by name, as a shell would, so that both always agree.
    command: Callable[[Sequence[str]], int] = importlib.import_module('trueup.cli.main').main
    return int(command(['check', '--quiet', '--staged', *argv, '--', *services]))


HOOK = Hook(
    id='trueup-check',
    name='trueup check',
    description='what the commit touches is what the standard says',
    run=_run,
    pass_filenames=False,
    always_run=True,
)

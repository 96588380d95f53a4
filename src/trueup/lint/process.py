"""Run a linter as a process of its own, in an environment that can't bend its result."""

from __future__ import annotations

import os
import subprocess
import sys

from trueup.git import LEAKING
from trueup.lint.model import Command, Output

# Each of these lets a user's shell change what a linter finds.
BENDING = ('PYTHONPATH', 'PYTHONHOME', 'PYLINTRC', 'FORCE_COLOR', 'PYTHONWARNINGS', *LEAKING)
FIXED = {'PYTHONUTF8': '1', 'NO_COLOR': '1', 'PYTHONSAFEPATH': '1'}


def module_command(module: str) -> tuple[str, ...]:
    """Start of a command that runs a module of our interpreter; with `-P` a service's `types.py` shadows nothing."""
    return sys.executable, '-P', '-m', module


def arguments_of(files: tuple[str, ...]) -> tuple[str, ...]:
    """File names as arguments that no tool takes for an option."""
    return tuple(f'./{name}' if name.startswith('-') else name for name in files)


def run_command(command: Command) -> Output:
    """Start the process, wait, and keep what it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in BENDING}
    done = subprocess.run(
        command.arguments,
        cwd=command.folder,
        input=command.stdin.encode('utf-8', 'surrogateescape'),
        capture_output=True,
        env=environment | FIXED | dict(command.environment),
        check=False,
    )
    return Output(done.returncode, _text(done.stdout), _text(done.stderr))


def last_words(output: Output) -> str:
    """The line of an output that says best why a process failed."""
    lines = [line.strip() for line in (output.stderr or output.stdout).splitlines() if line.strip()]
    telling = [line for line in lines if 'error' in line.lower()]
    return (telling or lines or [f'exit code {output.code}'])[-1]


def _text(data: bytes) -> str:
    return data.decode('utf-8', 'surrogateescape').replace('\r\n', '\n')

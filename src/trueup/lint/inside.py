"""Run a linter in this process instead of one of its own: for a few files, starting Python costs more than the work.

Only for a process that ends soon after: the tools keep what they read of a project in module variables.
"""

from __future__ import annotations

import io
import os
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from trueup.lint.model import Command, Output


def run_inside(command: Command, *, alone: bool = False) -> Output:
    """What a `python -P -m MODULE ... -- FILES` prints; `alone` calls it once per file, and not with a pool of processes."""
    module, words = command.arguments[3], command.arguments[4:]
    options, files = words[: words.index('--') + 1], words[words.index('--') + 1 :]
    out, err = _stream(), _stream()
    code = 0
    with _place(command.folder), redirect_stdout(out), redirect_stderr(err):
        for names in [(name,) for name in files] if alone else [files]:
            sys.argv = [module, *options, *names]
            code = max(code, _call(module))
    return Output(code, _text(out), _text(err))


def _call(module: str) -> int:
    try:
        runpy.run_module(module, run_name='__main__')
    except SystemExit as end:
        if isinstance(end.code, int | None):
            return end.code or 0
        traceback.print_exc()
        return 1
    except Exception:  # pylint: disable=broad-exception-caught  # what a process of its own would print
        traceback.print_exc()
        return 1
    return 0


@contextmanager
def _place(folder: Path) -> Iterator[None]:
    here, words = os.getcwd(), sys.argv
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        sys.argv = words


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding='utf-8', errors='surrogateescape', newline='', write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read().replace('\r\n', '\n')

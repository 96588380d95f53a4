"""Programs that must not outlive trueup: whoever kills it, even with SIGKILL, ends them too."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

# A reader of a pipe whose other end only trueup holds: it wakes when trueup is gone, and ends the whole group.
WATCH = 'exec 3<&0 </dev/null; (read -r line <&3; kill -9 0) >/dev/null 2>&1 & exec 3<&-; exec "$@"'


class Leashed(NamedTuple):
    """What to give to Popen: the command, its standard input, and that it leads a group of its own."""

    command: list[str]
    stdin: int | None = None


@contextmanager
def leashed(command: Sequence[str | Path]) -> Iterator[Leashed]:
    """The command under watch; it must be started with `start_new_session`. When the context ends, so does its group."""
    words = [str(word) for word in command]
    if os.name != 'posix':
        yield Leashed(words)
        return
    inner, outer = os.pipe()
    try:
        yield Leashed(['/bin/sh', '-c', WATCH, 'sh', *words], inner)
    finally:
        os.close(outer)
        os.close(inner)

"""Running programs so that a person always sees that something happens, and everything stands in a log."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TextIO

HEARTBEAT = 8.0
"""Seconds of silence after which a sign of life is printed."""


class Stopped(Exception):
    """A step ended otherwise than it should; the message tells where to look."""


class Console(NamedTuple):
    """Where the programs run, with which environment, and the log that keeps all they print."""

    log: Path
    environment: Mapping[str, str]

    def title(self, text: str) -> None:
        """Announce the next part."""
        say(f'\n== {text}')

    def run(
        self, command: Sequence[str | Path], folder: Path, *, expect: Sequence[int] = (0,), show: bool = True
    ) -> int:
        """Exit code of a program; its output is shown or only logged; raises Stopped if the code is not expected."""
        words = [str(word) for word in command]
        say(f'   $ {shlex.join(shorten(words, folder))}')
        started = time.monotonic()
        with self.log.open('a', encoding='utf-8') as log:
            log.write(f'\n$ {shlex.join(words)}    (in {folder})\n')
            code = _stream(words, folder, dict(self.environment), log, show)
        say(f'   -> exit {code} after {time.monotonic() - started:.0f} s')
        if code not in expect:
            raise Stopped(f'{words[0]} ended with {code}, expected {" or ".join(map(str, expect))}; see {self.log}')
        return code


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def shorten(words: Sequence[str], folder: Path) -> list[str]:
    """The words of a command with paths as a person would type them in `folder`."""
    return [Path(words[0]).name, *(word.replace(f'{folder}{os.sep}', '') for word in words[1:])]


def _stream(words: list[str], folder: Path, environment: dict[str, str], log: TextIO, show: bool) -> int:
    with subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding='utf-8',
        errors='replace',
    ) as process:
        last_word = [time.monotonic()]
        done = threading.Event()
        pulse = threading.Thread(target=_beat, args=(last_word, done), daemon=True)
        pulse.start()
        try:
            for line in process.stdout or ():
                log.write(line)
                if show:
                    sys.stdout.write(f'     {line}')
                    sys.stdout.flush()
                    last_word[0] = time.monotonic()
        finally:
            done.set()
            pulse.join()
        return process.wait()


def _beat(last_word: list[float], done: threading.Event) -> None:
    started = time.monotonic()
    while not done.wait(1):
        if time.monotonic() - last_word[0] >= HEARTBEAT:
            say(f'     ... still working, {time.monotonic() - started:.0f} s')
            last_word[0] = time.monotonic()

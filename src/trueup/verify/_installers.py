"""The programs that make environments and fill them: uv where it is, else the interpreter's own venv and pip."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.utils import canonicalize_name
from packaging.version import Version

from trueup.verify._interpreters import Interpreter
from trueup.verify._process import POSIX, Done, run

OWN_PATH = re.compile(r'(?:file://)?/[^\s\'"]*?trueup-verify-[^/\s]+/(?:build|run)/?')
ERROR = re.compile(
    r'(?:ERROR:|[Ee]rror:|[\w.]*(?:Error|Exception)\b|Unable to find|Failed to (?:build|fetch|download)|No solution)'
)
GENERIC = re.compile(
    r'Could not build wheels|metadata-generation-failed|subprocess-exited|Failed to build|Failed building'
    r'|CalledProcessError'
)
ARROW = re.compile(r'[×╰─▶╴│├↳]+')


class Installer(Protocol):
    """Makes one environment and installs into it."""

    name: str

    def make(self, shop: Shop, interpreter: Interpreter, folder: Path) -> Done:
        """A new environment of that interpreter."""

    def install(self, shop: Shop, folder: Path, arguments: Sequence[str]) -> Done:
        """Install into the environment, or with `--target` beside it."""

    def packages(self, shop: Shop, folder: Path) -> Mapping[str, str]:
        """What is installed: canonical name -> version."""


@dataclass(frozen=True, slots=True)
class Shop:
    """Where and with what installers run."""

    home: Path
    environment: Mapping[str, str]
    end: float
    """When, on the monotonic clock, all installing has to be over."""
    date: str = ''
    """The day as of which the index is seen; today's without one."""

    @property
    def left(self) -> float:
        """Seconds that installing may still take."""
        return self.end - time.monotonic()

    def run(self, command: Sequence[str | Path], *, cwd: Path | None = None, **more: str) -> Done:
        """Run one installer."""
        return run(command, cwd=cwd or self.home, environment={**self.environment, **more}, seconds=self.left)


def dated(shop: Shop) -> list[str]:
    """The option that shows uv the index of another day."""
    return ['--exclude-newer', shop.date] if shop.date else []


class Uv:
    """uv: fast, and it shares one cache with the user's other projects."""

    name = 'uv'

    def __init__(self, program: str) -> None:
        self.program = program

    def make(self, shop: Shop, interpreter: Interpreter, folder: Path) -> Done:
        """An environment without pip."""
        return shop.run([self.program, 'venv', '--quiet', '--no-project', '--python', interpreter.path, folder])

    def install(self, shop: Shop, folder: Path, arguments: Sequence[str]) -> Done:
        """By `uv pip install`."""
        command = [
            self.program,
            'pip',
            'install',
            '--quiet',
            '--python',
            str(python_of(folder)),
            *dated(shop),
            *arguments,
        ]
        # Compiled once here, not in each of the many processes that import.
        return shop.run(command, UV_COMPILE_BYTECODE='1')

    def packages(self, shop: Shop, folder: Path) -> Mapping[str, str]:
        """By `uv pip list`."""
        return _listed(
            shop.run([self.program, 'pip', 'list', '--quiet', '--format=json', '--python', python_of(folder)])
        )


BROUGHT = ('pip', 'setuptools', 'wheel')


class Pip:
    """The interpreter's own venv and pip: always there, and the only one for Python below 3.6."""

    name = 'pip'

    def make(self, shop: Shop, interpreter: Interpreter, folder: Path) -> Done:
        """By `venv`, and by virtualenv where the distribution took ensurepip away."""
        done = shop.run([interpreter.path, '-m', 'venv', folder])
        virtualenv = find_program('virtualenv')
        if done.well or not virtualenv:
            return done
        return shop.run([virtualenv, '--quiet', '--python', interpreter.path, folder])

    def install(self, shop: Shop, folder: Path, arguments: Sequence[str]) -> Done:
        """By `pip install`."""
        command = [python_of(folder), '-m', 'pip', 'install', '--quiet', '--no-input', *arguments]
        return shop.run([str(word) for word in command])

    def packages(self, shop: Shop, folder: Path) -> Mapping[str, str]:
        """By `pip list`, without what `venv` brought along."""
        command = [str(python_of(folder)), '-m', 'pip', 'list', '--format=json']
        return _listed(shop.run([*command, *(f'--exclude={name}' for name in BROUGHT)]))


def installers(interpreter: Interpreter) -> tuple[Installer, ...]:
    """Those that can serve the interpreter, the fastest first."""
    uv = find_program('uv')
    if uv and Version(interpreter.version) >= Version('3.6'):
        return Uv(uv), Pip()
    return (Pip(),)


def find_program(name: str) -> str | None:
    """On PATH, or beside the Python that runs trueup (an environment that was not activated)."""
    return shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))


def bin_of(folder: Path) -> Path:
    """Where an environment keeps its programs."""
    return folder / ('bin' if POSIX else 'Scripts')


def python_of(folder: Path) -> Path:
    """The environment's Python."""
    return bin_of(folder) / ('python' if POSIX else 'python.exe')


def reason(done: Done) -> str:
    """Why an install failed, in one line: the resolver's explanation, else the most telling error."""
    if done.code is None:
        return 'took longer than --verify-timeout allows'
    text = OWN_PATH.sub('', ARROW.sub(' ', re.sub(r'\x1b\[[0-9;]*m', '', done.output)))
    lines = [re.sub(r'\s+', ' ', line).strip(' |').removeprefix('cause: ') for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(('WARNING:', '[notice]', 'warning:', 'hint:'))]
    for number, line in enumerate(lines):
        if line.startswith('Because '):
            return ' '.join(lines[number : number + 3])[:300]
    errors = [line for line in lines if ERROR.match(line)]
    telling = [line for line in errors if not GENERIC.search(line)] or errors or lines
    return telling[-1].removeprefix('ERROR: ')[:300] if telling else f'exit code {done.code}'


def _listed(done: Done) -> Mapping[str, str]:
    start = done.output.find('[')
    try:
        rows = json.JSONDecoder().raw_decode(done.output[start:])[0] if start >= 0 else []
    except ValueError:
        return {}
    return {canonicalize_name(row['name']): row['version'] for row in rows}

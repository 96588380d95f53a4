"""A generated service as a process: installed in an environment of its own, started, asked, stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CUSTOMER = {'tenure_months': 1, 'monthly_charge': 95, 'support_calls': 5}
PREDICT = '/api/v1/predict'


class Answer(NamedTuple):
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> dict[str, object]:
        """The body as a JSON object."""
        found = json.loads(self.text)
        assert isinstance(found, dict)
        return found


class Server(NamedTuple):
    """A service that runs; what it logs goes into a file: a pipe that nobody reads would stop it."""

    url: str
    process: subprocess.Popen[str]
    output: Path

    def ask(self, path: str, body: object = None, **headers: str) -> Answer:
        """An answer of the service; `body` is sent as JSON, bytes as they are."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return get(self.url + path, data, headers)

    def stop(self, *, seconds: float = 30) -> str:
        """Tell it to end, wait for that; everything that it logged."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=seconds)
        return self.output.read_text(encoding='utf-8')


def install(root: Path, *more: str) -> None:
    """Give a service a virtual environment with itself and its test group."""
    groups = tomllib.loads((root / 'pyproject.toml').read_text())['dependency-groups']
    make_environment(root / '.venv', *['--editable', '.', *groups['test'], *more], cwd=root)


def make_environment(folder: Path, *requirements: str, cwd: Path) -> Path:
    """A virtual environment with what is required; its interpreter."""
    interpreter = folder / 'bin' / 'python'
    if uv := shutil.which('uv'):
        run(cwd, uv, 'venv', '--quiet', '--python', sys.executable, str(folder))
        run(cwd, uv, 'pip', 'install', '--quiet', '--python', str(interpreter), *requirements)
    else:
        run(cwd, sys.executable, '-m', 'venv', str(folder))
        run(cwd, str(interpreter), '-m', 'pip', 'install', '--quiet', *requirements)
    return interpreter


def python(root: Path) -> Path:
    """The service's interpreter."""
    return root / '.venv' / 'bin' / 'python'


def run(root: Path, *command: str) -> str:
    """Output of a command in the service; a failure shows all of it."""
    done = subprocess.run(
        command, cwd=root, env=environment(), check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def environment(**more: str) -> dict[str, str]:
    """Without what would bend the service's interpreter, its settings or its coverage."""
    bad = ('PYTHON', 'APP_', 'COV', 'PYTEST', 'VIRTUAL_ENV')
    return {name: value for name, value in os.environ.items() if not name.startswith(bad)} | more


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(root: Path, *arguments: str, package: str = 'churn_service', **variables: str) -> Iterator[Server]:
    """The service as a process of its own, in production unless `variables` say otherwise."""
    port = free_port()
    words = (str(python(root)), '-m', package, 'serve', '--host', '127.0.0.1', '--port', str(port), *arguments)
    variables = {'APP_ENVIRONMENT': 'production', 'APP_SERVER__DRAIN_SECONDS': '0'} | variables
    with tempfile.TemporaryDirectory() as scratch:
        output = Path(scratch, 'output')
        with (
            output.open('w') as log,
            subprocess.Popen(
                words, cwd=root, env=environment(**variables), stdout=log, stderr=subprocess.STDOUT, text=True
            ) as process,
        ):
            try:
                yield Server(f'http://127.0.0.1:{port}', process, output)
            finally:
                process.kill()


def get(url: str, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    """One answer, whatever its status."""
    request = urllib.request.Request(url, data, {'Content-Type': 'application/json', **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.read().decode(), dict(answer.headers))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read().decode(), dict(error.headers))


def wait_for(url: str, status: int = 200, *, seconds: float = 60) -> None:
    """Until an address answers with the status."""
    until = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < until:
        try:
            last = get(url).status
        except OSError as error:
            last = error
        if last == status:
            return
        time.sleep(0.1)
    raise AssertionError(f'{url} did not answer {status}: {last}')

"""A running service and its configuration: it starts or says why not, and SIGHUP brings what has changed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.rendering import render
from tests.support.running import environment, make_environment
from tests.support.spring_server import SpringServer, spring_server

pytestmark = [pytest.mark.e2e, pytest.mark.network]
SECRET = 'hunter2'


@pytest.fixture(name='service', scope='module')
def fixture_service(standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service made with Spring, installed, without a model: configuration needs none."""
    root = render(standard, tmp_path_factory.mktemp('running') / 'churn-service', spring_cloud_config=True)
    project = tomllib.loads((root / 'pyproject.toml').read_text())['project']
    make_environment(root / '.venv', *project['dependencies'], cwd=root)
    return root


@pytest.fixture(name='server')
def fixture_server(tmp_path: Path) -> Iterator[SpringServer]:
    """A server that wants a password."""
    files = {'application.yml': 'limits: {max_body_bytes: 2000}\n', 'churn-service-prod.yml': 'logging.level: INFO\n'}
    with spring_server(tmp_path / 'repository', files) as server:
        server.username, server.password = 'reader', SECRET
        yield server


class Running:
    """A service as a process of its own."""

    def __init__(self, service: Path, log: Path, variables: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(('127.0.0.1', 0))
            self.port = free.getsockname()[1]
        self.log = log
        own = {'PYTHONPATH': 'src', 'APP_SERVER__PORT': str(self.port), 'APP_SERVER__DRAIN_SECONDS': '0'}
        with log.open('wb') as stream:
            self.process = subprocess.Popen(
                ['.venv/bin/python', '-m', 'churn_service', 'serve', '--host', '127.0.0.1'],
                cwd=service, env=environment(**own, **variables), stdout=stream, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def post(self, size: int) -> int:
        """The status of an answer to a body of that size."""
        url = f'http://127.0.0.1:{self.port}/api/v1/predict'
        request = urllib.request.Request(url, b'{}'.ljust(size), {'Content-Type': 'application/json'})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def wait_for(self, text: str, times: int = 1) -> None:
        """Until the log holds the text that often."""
        for _ in range(300):
            if self.log.read_text().count(text) >= times:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        pytest.fail(f'{text!r} did not appear: {self.log.read_text()}')

    def messages(self) -> list[str]:
        """What was logged as JSON."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith('{')]
        return [str(json.loads(line)['message']) for line in lines]


Start = Callable[..., Running]


@pytest.fixture(name='start')
def fixture_start(service: Path, tmp_path: Path, server: SpringServer) -> Iterator[Start]:
    """Starts services that ask the server, and ends them."""
    started: list[Running] = []

    def start(**variables: str) -> Running:
        known = {
            'APP_ENVIRONMENT': 'prod',
            'APP_SPRING__URL': server.url,
            'APP_SPRING__USERNAME': 'reader',
            'APP_SPRING__PASSWORD': SECRET,
            'APP_SPRING__BACKOFF_SECONDS': '0',
        }
        started.append(Running(service, tmp_path / f'{len(started)}.log', known | variables))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        assert SECRET not in each.log.read_text()


def test_reload_brings_what_changed_in_the_repository(start: Start, server: SpringServer) -> None:
    """A commit and a SIGHUP: the limit counts at once, the port waits; a mistake or a lost server changes nothing."""
    running = start()
    running.wait_for('not ready')
    assert (running.post(1900), running.post(2100)) == (422, 413)
    server.repository.write({'application.yml': 'limits: {max_body_bytes: 4000}\ninference: {workers: 9}\n'})
    assert running.post(2100) == 413
    running.process.send_signal(signal.SIGHUP)
    running.wait_for('settings reloaded')
    assert running.messages()[-1] == (
        'settings reloaded: changed limits.max_body_bytes; a restart is needed for inference.workers'
    )
    assert (running.post(2100), running.post(4100)) == (422, 413)
    server.repository.write({'churn-service-prod.yml': 'limits.max_body_bytes: huge\n'})
    running.process.send_signal(signal.SIGHUP)
    running.wait_for('settings not reloaded')
    assert "limits.max_body_bytes is 'huge', expected a valid integer" in running.messages()[-1]
    assert running.post(2100) == 422
    server.repository.write({'churn-service-prod.yml': 'logging.level: ERROR\n'})
    server.failures = 99
    running.process.send_signal(signal.SIGHUP)
    running.wait_for('settings not reloaded', times=2)
    assert 'answered 503 (attempt 6)' in running.messages()[-1]
    assert running.post(2100) == 422
    server.failures = 0
    running.process.send_signal(signal.SIGHUP)
    running.wait_for('settings reloaded', times=2)
    known = len(running.messages())
    assert running.post(2100) == 422
    assert len(running.messages()) == known
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) is not None


def test_requests_are_answered_while_a_reload_waits(start: Start, server: SpringServer) -> None:
    """A slow config server holds nobody up."""
    running = start()
    running.wait_for('not ready')
    server.delay = 2
    running.process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    started = time.monotonic()
    assert running.post(100) == 422
    assert time.monotonic() - started < 1
    running.wait_for('settings reloaded')


@pytest.mark.parametrize(
    ('variables', 'said'),
    [
        ({'APP_SPRING__URL': 'http://127.0.0.1:9', 'APP_SPRING__ATTEMPTS': '2'}, 'can not be reached'),
        ({'APP_SPRING__PASSWORD': 'wrong'}, 'refuses the credentials (401)'),
        ({'APP_SPRING__LABEL': 'nowhere'}, 'knows no such name or label (404)'),
    ],
)
def test_start_without_spring_fails_with_one_message(start: Start, variables: dict[str, str], said: str) -> None:
    """Exit code 2, the reason, no traceback."""
    running = start(**variables)
    assert running.process.wait(60) == 2
    first, second = running.log.read_text().splitlines()
    assert first == 'error: the configuration is wrong:'
    assert second.startswith('  Spring http://127.0.0.1:') and said in second


def test_start_goes_on_without_spring_if_allowed(start: Start) -> None:
    """A warning, and the limits of the files."""
    running = start(APP_SPRING__URL='http://127.0.0.1:9', APP_SPRING__ATTEMPTS='1', APP_SPRING__FAIL_FAST='false')
    running.wait_for('not ready')
    assert running.log.read_text().startswith('Spring http://127.0.0.1:9/churn-service/prod: can not be reached')
    assert running.post(2100) == 422


def test_start_with_a_garbled_answer(start: Start, server: SpringServer) -> None:
    """Another service answers at that address."""
    server.garbage = b'<html>'
    running = start()
    assert running.process.wait(60) == 2
    assert 'answered something else than a configuration: is it a config server?' in running.log.read_text()
    assert 'Traceback' not in running.log.read_text()


@pytest.mark.parametrize('command', ['churn_service', 'churn_service.models.train', 'churn_service.api.docs'])
def test_wrong_setting_at_start(service: Path, command: str) -> None:
    """Every entry of the service ends with the same message, not with a traceback."""
    variables = os.environ | {'PYTHONPATH': 'src', 'APP_SERVER__PORT': 'many', 'APP_SERVER__PROT': '1'}
    done = subprocess.run(
        ['.venv/bin/python', '-m', command], cwd=service, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.splitlines()) == (
        2,
        [
            'error: the configuration is wrong:',
            '  APP_SERVER__PROT is no setting; did you mean APP_SERVER__PORT?',
            "  APP_SERVER__PORT: server.port is 'many', expected a valid integer, unable to parse string as an integer",
        ],
    )

"""The generated service under bad requests, load and signals: nothing is lost, and every mistake is told."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.running import (
    CUSTOMER,
    PREDICT,
    Server,
    environment,
    free_port,
    make_environment,
    python,
    run,
    serving,
    wait_for,
)

pytestmark = [pytest.mark.e2e, pytest.mark.network]
BODY = {'instances': [CUSTOMER]}
BALANCER = Path(__file__).parents[1] / 'support' / 'balancer.py'


@pytest.fixture(name='server', scope='module')
def fixture_server(service: Path) -> Iterator[Server]:
    """One service for all questions that leave it as it is."""
    with serving(service, APP_LIMITS__MAX_BODY_BYTES='1000', APP_AUTH__MODE='api_key', APP_AUTH__API_KEY='k') as server:
        wait_for(f'{server.url}/readyz')
        yield server


KEY = {'X-API-Key': 'k'}
NO_JSON = 'the body is not valid JSON'
BAD: dict[str, tuple[str, object, dict[str, str], tuple[int, str]]] = {
    'no key': (PREDICT, BODY, {}, (401, 'a valid key in the header X-API-Key is needed')),
    'too large': (PREDICT, {'instances': 'x' * 1000}, KEY, (413, 'the body is larger than 1000 bytes')),
    'cut off': (PREDICT, b'{"instances": [', KEY, (400, NO_JSON)),
    'deep': (PREDICT, b'[' * 900, KEY, (400, NO_JSON)),
    'empty': (PREDICT, {'instances': []}, KEY, (422, 'the request does not fit the schema')),
    'another method': (PREDICT, None, KEY, (405, 'Method Not Allowed')),
    'another path': ('/nowhere', None, KEY, (404, 'Not Found')),
}


@pytest.mark.parametrize('name', BAD)
def test_bad_requests(server: Server, name: str) -> None:
    """Each is answered as a problem that carries the request's id."""
    path, body, headers, expected = BAD[name]
    answer = server.ask(path, body, **headers)
    assert answer.headers['content-type'] == 'application/problem+json'
    assert (answer.status, answer.json()['detail']) == expected
    assert answer.json()['request_id'] == answer.headers['x-request-id']


def test_good_request(server: Server) -> None:
    """The limits and the key let through what is right."""
    assert server.ask(PREDICT, BODY, **KEY).status == 200


def test_example_client(server: Server, service: Path) -> None:
    """The script in the repository gets an answer with nothing but Python, and says why it got none."""
    command = [sys.executable, 'scripts/predict.py', server.url]
    done = subprocess.run(
        command, cwd=service, env=environment(API_KEY='k'), check=False, capture_output=True, text=True
    )
    assert (done.returncode, len(json.loads(done.stdout)['predictions'])) == (0, 2)
    done = subprocess.run(command, cwd=service, env=environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert json.loads(done.stderr)['status'] == 401


def test_large_upload_is_cut_short(server: Server) -> None:
    """A hundred megabytes are refused before they are sent, or the connection is closed; the service goes on."""
    try:
        assert server.ask(PREDICT, b'0' * 100_000_000, **{'X-API-Key': 'k'}).status == 413
    except OSError as error:
        assert isinstance(error.__cause__ or error.__context__ or error, (BrokenPipeError, ConnectionError))
    assert server.ask(PREDICT, BODY, **{'X-API-Key': 'k'}).status == 200


@pytest.mark.parametrize(
    ('arguments', 'variables', 'words'),
    [
        (['--port', '99999'], {}, ['server.port']),
        ([], {'APP_SERVER__PROT': '1'}, ['prot']),
        ([], {'APP_INFERENCE__WORKERS': 'many'}, ['inference.workers']),
        ([], {'APP_CONFIG_DIR': 'nowhere'}, ['default.yml']),
        ([], {'APP_AUTH__MODE': 'api_key'}, ['APP_AUTH__API_KEY']),
    ],
)
def test_wrong_configuration(service: Path, arguments: list[str], variables: dict[str, str], words: list[str]) -> None:
    """The process ends at once with one message that names the setting, and no traceback."""
    done = subprocess.run(
        [python(service), '-m', 'churn_service', 'serve', *arguments],
        cwd=service,
        env=environment(**variables),
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith('error: ')
    assert all(word in done.stderr.lower() or word in done.stderr for word in words)
    assert 'Traceback' not in done.stdout + done.stderr


def test_command_line_wins(service: Path) -> None:
    """An argument is stronger than a variable; both are stronger than the files."""
    with serving(service, '--log-level', 'error', APP_LOGGING__LEVEL='DEBUG') as server:
        wait_for(f'{server.url}/readyz')
        assert server.stop() == ''
    script = service / '.venv' / 'bin' / 'churn-service'
    assert run(service, str(script), 'serve', '--version') == 'churn-service 0.1.0\n'


def test_missing_and_altered_models(service: Path, tmp_path: Path) -> None:
    """The service lives, is not ready, says why in its log and not to its clients."""
    shutil.copytree(service / 'artifacts', tmp_path / 'altered')
    with (tmp_path / 'altered' / '1' / 'model.skops').open('ab') as file:
        file.write(b'x')
    for folder, words in (('nothing', 'no model in'), ('altered', 'is not the file that was saved')):
        with serving(service, APP_MODEL__PATH=str(tmp_path / folder)) as server:
            wait_for(f'{server.url}/livez')
            assert server.ask('/readyz').status == 503
            answer = server.ask(PREDICT, BODY)
            assert (answer.status, answer.headers['retry-after']) == (503, '5')
            assert str(tmp_path) not in answer.text
            out = server.stop()
        assert any(words in json.loads(line)['message'] for line in out.splitlines())


def test_overload_is_refused(service: Path) -> None:
    """With one place taken the next request is told when to come back, and probes are still answered at once."""
    with serving(service, APP_INFERENCE__MAX_IN_FLIGHT='1', APP_INFERENCE__WORKERS='1') as server:
        wait_for(f'{server.url}/readyz')
        large = json.dumps({'instances': [CUSTOMER] * 1000}).encode()

        async def ask() -> tuple[int, str | None]:
            answer = await asyncio.to_thread(server.ask, PREDICT, large)
            return answer.status, answer.headers.get('retry-after')

        async def scenario() -> set[tuple[int, str | None]]:
            found: set[tuple[int, str | None]] = set()
            for _ in range(20):
                found |= set(await asyncio.gather(*(ask() for _ in range(8))))
                if len(found) == 2:
                    break
            return found

        assert asyncio.run(scenario()) == {(200, None), (503, '1')}
        assert server.ask('/readyz').status == 200


def test_contract_holds(service: Path, tmp_path: Path) -> None:
    """schemathesis, run as the session `contract` runs it, finds nothing."""
    interpreter = make_environment(tmp_path / 'venv', '--editable', '.', 'pytest', 'schemathesis', cwd=service)
    out = run(
        service, str(interpreter), '-m', 'pytest', '-q', '--show-capture=no', '-p', 'no:cacheprovider', 'contract'
    )
    assert '1 passed' in out


def test_no_request_is_lost_at_the_end(service: Path, tmp_path: Path) -> None:
    """Two instances under load; one is told to stop. Its clients go over to the other, and not one request fails.

    Between them and locust stands a balancer that does what Kubernetes does: it asks /readyz, and is a little late.
    """
    locust = make_environment(tmp_path / 'venv', 'locust', cwd=tmp_path)
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(service, APP_SERVER__DRAIN_SECONDS='3')) for _ in range(2)]
        for server in servers:
            wait_for(f'{server.url}/readyz')
        port = free_port()
        command = [sys.executable, str(BALANCER), str(port), *(server.url for server in servers)]
        balancer = stack.enter_context(subprocess.Popen(command))
        stack.callback(balancer.kill)
        wait_for(f'http://127.0.0.1:{port}/readyz')
        words = ['--headless', '-u', '10', '-r', '10', '-t', '14s', '--host', f'http://127.0.0.1:{port}']
        load = stack.enter_context(
            subprocess.Popen(
                [locust, '-m', 'locust', '-f', 'load/locustfile.py', *words, '--csv', str(tmp_path / 'load')],
                cwd=service,
                env=os.environ | {'LOAD_P95_MILLISECONDS': '5000'},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        time.sleep(6)
        servers[0].process.send_signal(signal.SIGTERM)
        wait_for(f'{servers[0].url}/readyz', 503, seconds=3)
        assert servers[0].process.wait(timeout=30) == 0
        log = servers[0].output.read_text()
        out, _ = load.communicate(timeout=60)
        left = servers[1].ask('/metrics').text
    assert load.returncode == 0, out
    with (tmp_path / 'load_stats.csv').open() as file:
        total = list(csv.DictReader(file))[-1]
    assert int(total['Request Count']) > 100
    assert int(total['Failure Count']) == 0
    answered = [json.loads(line) for line in log.splitlines() if '"route": "/api/v1/predict"' in line]
    assert len(answered) > 20
    assert {line['status'] for line in answered} == {200}
    assert f'route="{PREDICT}",status="200"' in left

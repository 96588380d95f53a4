"""The generated service itself, installed for real: its tests pass, it trains, it answers, it stops."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.running import CUSTOMER, PREDICT, Server, python, run, serving, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.network]


def test_own_tests_pass(service: Path) -> None:
    """The tests that a new team gets are green, without a warning, and cover what the standard asks for."""
    out = run(service, str(python(service)), '-W', 'error', '-m', 'pytest', '--cov', '-q')
    assert ' passed' in out
    assert 'warning' not in out
    assert 'Required test coverage of 80.0% reached' in out


def test_pylint_finds_nothing(service: Path) -> None:
    """With the packages of the service at hand pylint has not one message."""
    packages = run(
        service, str(python(service)), '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'
    ).strip()
    hook = f'import sys; sys.path += [{packages!r}, "src"]'
    places = ('src', 'tests', 'contract', 'load', 'scripts', 'noxfile.py')
    out = run(service, sys.executable, '-m', 'pylint', '--init-hook', hook, *places)
    assert 'rated at 10.00/10' in out


@pytest.fixture(name='server')
def fixture_server(service: Path) -> Iterator[Server]:
    """The trained service as a process of its own."""
    with serving(service, APP_SERVER__DRAIN_SECONDS='0.5') as server:
        yield server


def test_service_runs(server: Server) -> None:
    """It becomes ready, predicts, counts, logs JSON with the request's route, and stops when told."""
    wait_for(f'{server.url}/readyz')
    answer = server.ask(PREDICT, {'instances': [CUSTOMER]})
    assert answer.status == 200
    assert json.loads(answer.text)['predictions'][0]['leaves'] is True
    assert server.ask(PREDICT, {'instances': []}).status == 422
    assert 'model_predictions_total{model="customer-churn",version="1"} 1.0' in server.ask('/metrics').text
    version = server.ask('/version').json()
    assert (version['service'], version['version'], version['environment']) == ('churn-service', '0.1.0', 'production')
    lines = [json.loads(line) for line in server.stop().splitlines()]
    assert [(line['route'], line['status']) for line in lines if 'route' in line] == [
        (PREDICT, 200),
        (PREDICT, 422),
        ('/version', 200),
    ]
    assert lines[-1]['level'] == 'INFO'
    assert server.process.returncode == 0


def test_api_is_described(service: Path) -> None:
    """The description that is committed is the one that the code gives."""
    committed = (service / 'openapi.json').read_text()
    run(service, str(python(service)), '-m', 'churn_service.api.docs', 'reports/openapi.json')
    assert (service / 'reports' / 'openapi.json').read_text() == committed
    assert set(json.loads(committed)['paths']) == {PREDICT}


def test_make_explains_itself(service: Path) -> None:
    """`make` alone lists each standard target."""
    out = run(service, 'make')
    words = {line.split()[0] for line in out.splitlines()}
    assert {
        'install',
        'setup',
        'lint',
        'test',
        'fmt',
        'format',
        'run',
        'build',
        'train',
        'clean',
        'docs',
        'help',
    } <= words

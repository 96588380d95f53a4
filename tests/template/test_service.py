"""The generated service itself, installed for real: its tests pass, it trains, it answers, it stops."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.rendering import render

pytestmark = [pytest.mark.e2e, pytest.mark.network]
CUSTOMER = {'tenure_months': 1, 'monthly_charge': 95, 'support_calls': 5}


@pytest.fixture(name='service', scope='module')
def fixture_service(standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service made with the default answers, with a virtual environment that holds it and its test group."""
    root = render(standard, tmp_path_factory.mktemp('e2e') / 'churn-service')
    groups = tomllib.loads((root / 'pyproject.toml').read_text())['dependency-groups']
    wanted = ['--editable', '.', *groups['test']]
    if uv := shutil.which('uv'):
        run(root, uv, 'venv', '--quiet', '--python', sys.executable, '.venv')
        run(root, uv, 'pip', 'install', '--quiet', '--python', str(python(root)), *wanted)
    else:
        run(root, sys.executable, '-m', 'venv', '.venv')
        run(root, str(python(root)), '-m', 'pip', 'install', '--quiet', *wanted)
    return root


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


def test_own_tests_pass(service: Path) -> None:
    """The tests that a new team gets are green, without a warning, and cover what the standard asks for."""
    out = run(service, str(python(service)), '-W', 'error', '-m', 'pytest', '--cov', '-q')
    assert ' passed' in out
    assert 'warning' not in out
    assert 'Required test coverage of 80.0% reached' in out


def test_pylint_finds_nothing(service: Path) -> None:
    """With the packages of the service at hand pylint has not one message."""
    packages = run(service, str(python(service)), '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').strip()
    hook = f'import sys; sys.path += [{packages!r}, "src"]'
    out = run(service, sys.executable, '-m', 'pylint', '--init-hook', hook, 'src', 'tests', 'noxfile.py')
    assert 'rated at 10.00/10' in out


@pytest.fixture(name='server')
def fixture_server(service: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The trained service as a process of its own; its address."""
    run(service, str(python(service)), '-m', 'churn_service.models.train')
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    variables = {'APP_SERVER__PORT': str(port), 'APP_SERVER__HOST': '127.0.0.1', 'APP_ENVIRONMENT': 'production'}
    with subprocess.Popen(
        [python(service), '-m', 'churn_service'],
        cwd=service, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:
        try:
            yield f'http://127.0.0.1:{port}', process
        finally:
            process.kill()


def get(url: str, body: object = None) -> tuple[int, str]:
    """Status and text of an answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {'Content-Type': 'application/json'})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_until_ready(url: str) -> None:
    """Until /readyz answers 200."""
    for _ in range(150):
        try:
            if get(f'{url}/readyz')[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail('the service did not become ready')


def test_service_runs(server: tuple[str, subprocess.Popen[str]]) -> None:
    """It becomes ready, predicts, counts, logs JSON with the request's route, and stops when told."""
    url, process = server
    wait_until_ready(url)
    status, text = get(f'{url}/api/v1/predict', {'instances': [CUSTOMER]})
    assert status == 200
    assert json.loads(text)['predictions'][0]['leaves'] is True
    assert get(f'{url}/api/v1/predict', {'instances': []})[0] == 422
    assert 'model_predictions_total{model="customer-churn",version="1"} 1.0' in get(f'{url}/metrics')[1]
    version = json.loads(get(f'{url}/version')[1])
    assert (version['service'], version['version'], version['environment']) == ('churn-service', '0.1.0', 'production')
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line['route'], line['status']) for line in lines if 'route' in line] == [
        ('/api/v1/predict', 200), ('/api/v1/predict', 422), ('/version', 200),
    ]
    assert lines[-1]['level'] == 'INFO'


def test_api_is_described(service: Path) -> None:
    """`make docs` writes the description of the API."""
    run(service, 'make', 'docs', f'PYTHON={python(service)}')
    paths = json.loads((service / 'reports' / 'openapi.json').read_text())['paths']
    assert {'/api/v1/predict', '/livez', '/readyz', '/health', '/version'} == set(paths)


def test_make_explains_itself(service: Path) -> None:
    """`make` alone lists each standard target."""
    out = run(service, 'make')
    words = {line.split()[0] for line in out.splitlines()}
    assert {'install', 'setup', 'lint', 'test', 'fmt', 'format', 'run', 'build', 'train', 'clean', 'docs', 'help'} <= words

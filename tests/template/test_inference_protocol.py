"""The open inference protocol with the clients and servers of others: tritonclient asks us, we ask a real Triton."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.programs import environment_of, started, until
from tests.support.rendering import render
from tests.support.running import CUSTOMER, PREDICT, Server, environment, free_port, get, python, serving, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.network]
SYSTEM = '/usr/bin/python3.11'
"""The bundled Triton is linked against this one: Debian's."""
BODY = {'instances': [CUSTOMER, CUSTOMER | {'tenure_months': 70, 'support_calls': 0}]}
CLIENT = '''
import json, sys
import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

client = http.InferenceServerClient(sys.argv[1], concurrency=4)
name = 'customer-churn'
columns = {'tenure_months': [1, 70], 'monthly_charge': [95.0, 95.0], 'support_calls': [5, 0]}
kinds = {'tenure_months': 'INT64', 'monthly_charge': 'FP64', 'support_calls': 'INT64'}
dtypes = {'INT64': np.int64, 'FP64': np.float64, 'FP32': np.float32}

def inputs(binary=True, rows=2, kinds=kinds):
    made = []
    for key, values in columns.items():
        tensor = http.InferInput(key, [rows, 1], kinds[key])
        tensor.set_data_from_numpy(np.resize(values, (rows, 1)).astype(dtypes[kinds[key]]), binary_data=binary)
        made.append(tensor)
    return made

def refused(function, *arguments, **named):
    try:
        function(*arguments, **named)
    except InferenceServerException as error:
        return [error.status(), error.message()]

def values(result):
    return result.as_numpy('probability').ravel().tolist()

found = {
    'live': client.is_server_live(),
    'ready': client.is_server_ready(),
    'model': client.is_model_ready(name),
    'version': client.is_model_ready(name, '1'),
    'other': client.is_model_ready('other'),
    'server': client.get_server_metadata(),
    'metadata': client.get_model_metadata(name),
    'default': values(client.infer(name, inputs())),
    'json in': values(client.infer(name, inputs(False))),
    'json out': values(client.infer(name, inputs(), outputs=[http.InferRequestedOutput('probability', False)])),
    'smaller': values(client.infer(name, inputs(kinds=kinds | {'monthly_charge': 'FP32'}))),
    'id': client.infer(name, inputs(), request_id='a-1').get_response()['id'],
    'many': [values(each.get_result()) for each in [client.async_infer(name, inputs()) for _ in range(8)]],
    'thousand': len(values(client.infer(name, inputs(rows=1000)))),
    'too many': refused(client.infer, name, inputs(rows=1001)),
    'unknown model': refused(client.infer, 'other', inputs()),
    'unknown version': refused(client.infer, name, inputs(), model_version='9'),
    'wrong type': refused(client.infer, name, inputs(kinds=kinds | {'tenure_months': 'FP32'})),
    'missing': refused(client.infer, name, inputs()[:2]),
    'unknown output': refused(client.infer, name, inputs(), outputs=[http.InferRequestedOutput('score')]),
    'no such thing': refused(client.get_model_repository_index),
}
print(json.dumps(found))
'''


@pytest.fixture(name='client', scope='module')
def fixture_client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with NVIDIA's own client."""
    return environment_of(tmp_path_factory.mktemp('client') / 'environment', 'tritonclient[http]')


def asked(client: Path, server: Server) -> dict[str, Any]:
    """What tritonclient finds out about a server."""
    address = server.url.removeprefix('http://')
    done = subprocess.run([str(client), '-c', CLIENT, address], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def probabilities(server: Server) -> list[float]:
    """What the service's own API says of the same two customers."""
    answer = server.ask(PREDICT, BODY)
    assert answer.status == 200, answer.text
    predictions = answer.json()['predictions']
    assert isinstance(predictions, list)
    return [prediction['probability'] for prediction in predictions]


def test_tritonclient_talks_to_the_service(service: Path, client: Path) -> None:
    """As it does by default, with bytes behind the JSON, and in every other way; errors are errors to it too."""
    with serving(service, APP_PROTOCOL__OPEN_INFERENCE='true') as server:
        wait_for(f'{server.url}/readyz')
        own = probabilities(server)
        found = asked(client, server)
    assert [found[key] for key in ('live', 'ready', 'model', 'version', 'other')] == [True, True, True, True, False]
    assert found['server']['extensions'] == ['binary_tensor_data']
    assert found['metadata']['outputs'] == [{'name': 'probability', 'datatype': 'FP64', 'shape': [-1, 1]}]
    assert [found[key] for key in ('default', 'json in', 'json out', 'smaller')] == [own] * 4
    assert found['many'] == [own] * 8
    assert (found['id'], found['thousand']) == ('a-1', 1000)
    assert found['too many'] == ['400', '1001 rows are given; from 1 to 1000 can be answered at once']
    assert found['unknown model'] == ['404', 'model other is not served here; customer-churn is']
    assert found['unknown version'] == ['404', 'version 9 of customer-churn is not served here; 1 is']
    assert found['wrong type'] == ['400', 'input tenure_months is FP32, not INT64']
    assert found['missing'] == ['400', 'input support_calls is missing']
    assert found['unknown output'] == ['400', 'unknown output score; there is probability']
    assert found['no such thing'][0] in {'404', '405'}


def test_keys_and_limits_are_errors_of_the_protocol(service: Path, client: Path) -> None:
    """What the plumbing refuses before the protocol is reached is still readable for its clients."""
    with serving(
        service, APP_PROTOCOL__OPEN_INFERENCE='true', APP_AUTH__MODE='api_key', APP_AUTH__API_KEY='k'
    ) as server:
        wait_for(f'{server.url}/readyz')
        assert server.ask('/v2/health/ready').status == 200
        answer = server.ask('/v2/models/customer-churn/infer', {})
        assert (answer.status, answer.json()['error']) == (401, 'a valid key in the header X-API-Key is needed')
        code = (
            'import sys, tritonclient.http as http\n'
            'try: http.InferenceServerClient(sys.argv[1]).get_model_metadata("customer-churn")\n'
            'except Exception as error: print(error)'
        )
        address = server.url.removeprefix('http://')
        done = subprocess.run([str(client), '-c', code, address], check=True, capture_output=True, text=True)
        assert 'a valid key in the header X-API-Key is needed' in done.stdout


class Triton(NamedTuple):
    """A real Triton with the models of a folder."""

    home: Path
    server: Path
    repository: Path
    port: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f'http://127.0.0.1:{self.port}'

    @contextmanager
    def running(self, log: Path) -> Iterator[subprocess.Popen[bytes]]:
        """As long as the block runs; ready when it begins."""
        packages = next((self.home / 'lib').glob('python3*')) / 'site-packages'
        variables = {
            'PATH': f'{self.home / "bin"}{os.pathsep}{os.environ["PATH"]}',
            'LD_LIBRARY_PATH': str(packages / 'nvidia_pytriton.libs'),
            'VIRTUAL_ENV': str(self.home),
            'PYTHONPATH': str(packages),
        }
        command = [
            str(self.server / 'bin' / 'tritonserver'),
            f'--model-repository={self.repository}',
            f'--backend-directory={self.server / "backends"}',
            '--http-address=127.0.0.1',
            f'--http-port={self.port}',
            '--allow-grpc=false',
            '--allow-metrics=false',
        ]
        with started(command, log, cwd=self.home, variables=variables) as process:
            until(lambda: get(f'{self.url}/v2/health/ready').status == 200, log=log)
            yield process


@pytest.fixture(name='front', scope='module')
def fixture_front(standard: Path, service: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service made for Triton, with the environment of the other one, trained, its model put where Triton looks."""
    root = render(standard, tmp_path_factory.mktemp('front') / 'churn-service', inference='triton')
    (root / '.venv').symlink_to(service / '.venv')
    make(root, 'train')
    make(root, 'triton')
    return root


def make(root: Path, target: str) -> None:
    """One of the service's own commands."""
    done = subprocess.run(
        ['make', target, f'PYTHON={python(root)}'],
        cwd=root, env=environment(PYTHONPATH='src'), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(name='triton', scope='module')
def fixture_triton(front: Path, tmp_path_factory: pytest.TempPathFactory) -> Triton:
    """NVIDIA's server as its Python package brings it, with what the model needs."""
    if not Path(SYSTEM).is_file():
        pytest.skip(f'{SYSTEM} is not there')
    home = tmp_path_factory.mktemp('triton') / 'environment'
    needs = [line for line in (front / 'model_repository/requirements.txt').read_text().split() if 'numpy' not in line]
    environment_of(home, 'nvidia-pytriton', 'numpy<2', *needs, interpreter=SYSTEM)
    bundled = home / 'lib' / 'python3.11' / 'site-packages' / 'pytriton' / 'tritonserver'
    stub = bundled / 'python_backend_stubs' / '3.11' / 'triton_python_backend_stub'
    shutil.copy(stub, bundled / 'backends' / 'python')
    return Triton(home, bundled, front / 'model_repository', free_port())


@contextmanager
def in_front_of(triton: Triton, front: Path) -> Iterator[Server]:
    """The service that asks it, quick to notice what happens."""
    variables = {
        'PYTHONPATH': 'src',
        'APP_TRITON__URL': triton.url,
        'APP_TRITON__TIMEOUT_SECONDS': '2',
        'APP_TRITON__CHECK_SECONDS': '0.3',
        'APP_PROTOCOL__OPEN_INFERENCE': 'true',
        'APP_MODEL__PATH': 'nowhere',
    }
    with serving(front, **variables) as server:
        wait_for(f'{server.url}/livez')
        yield server


def test_triton_answers_through_the_service(service: Path, front: Path, triton: Triton, tmp_path: Path) -> None:
    """The same answers as of the service that computes by itself, by either protocol."""
    with serving(service) as local:
        wait_for(f'{local.url}/readyz')
        own = probabilities(local)
    with triton.running(tmp_path / 'triton.log'), in_front_of(triton, front) as server:
        wait_for(f'{server.url}/readyz')
        assert probabilities(server) == pytest.approx(own, rel=1e-9)
        inputs = [
            {'name': name, 'shape': [1, 1], 'datatype': datatype, 'data': [CUSTOMER[name]]}
            for name, datatype in (('tenure_months', 'INT64'), ('monthly_charge', 'FP64'), ('support_calls', 'INT64'))
        ]
        answer = server.ask('/v2/models/customer-churn/infer', {'inputs': inputs}).json()
        theirs = get(f'{triton.url}/v2/models/customer-churn/infer', json.dumps({'inputs': inputs}).encode()).json()
        assert answer['outputs'] == theirs['outputs']
        assert json.loads(get(f'{server.url}/version').text)['model_version'] == 1
        assert 'model_predictions_total{model="customer-churn",version="1"} 3.0' in get(f'{server.url}/metrics').text


def test_triton_is_lost_and_found(front: Path, triton: Triton, tmp_path: Path) -> None:
    """Before it is there, while it hangs and after it was killed: a clear error, not ready; then well by itself."""
    log = tmp_path / 'triton.log'
    with in_front_of(triton, front) as server:
        assert server.ask('/readyz').status == 503
        assert server.ask(PREDICT, BODY).json()['detail'] == 'no model is ready'
        with triton.running(log) as process:
            wait_for(f'{server.url}/readyz')
            assert server.ask(PREDICT, BODY).status == 200
            process.send_signal(signal.SIGSTOP)
            hanging = server.ask(PREDICT, BODY)
            process.send_signal(signal.SIGCONT)
            assert hanging.status == 504
            assert hanging.json()['detail'] == 'the model server gave no answer in time'
            wait_for(f'{server.url}/readyz')
            assert server.ask(PREDICT, BODY).status == 200
            process.kill()
            process.wait(20)
            lost = server.ask(PREDICT, BODY)
            assert (lost.status, lost.headers['retry-after']) == (503, '5')
            assert lost.json()['detail'] == 'the model server can not be reached'
            wait_for(f'{server.url}/readyz', 503)
            assert server.ask('/livez').status == 200
        with triton.running(log):
            wait_for(f'{server.url}/readyz')
            assert server.ask(PREDICT, BODY).status == 200


def test_triton_serves_a_new_version(front: Path, triton: Triton, tmp_path: Path) -> None:
    """What is trained and put there is served after Triton's next start, and the service follows."""
    log = tmp_path / 'triton.log'
    with in_front_of(triton, front) as server:
        with triton.running(log):
            until(lambda: server.ask('/version').json()['model_version'] == 1)
        make(front, 'train')
        make(front, 'triton')
        with triton.running(log):
            until(lambda: server.ask('/version').json()['model_version'] == 2)
            assert server.ask(PREDICT, BODY).json()['version'] == 2

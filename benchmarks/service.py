"""A generated service against a bare FastAPI application with the same model; `trueup new` against `copier copy`.

    python benchmarks/service.py [SECONDS [ROUNDS]]

The service is rendered with the default answers, installed and trained. The bare application takes the same requests with the
same schemas and has one synchronous route that calls the same model: no metrics, ids, logs of requests, limits or
settings. Both run under uvicorn without an access log; they are asked in turn, round by round, by the same client with
16 connections that stay open. What is printed are medians of the rounds and their ratio.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / 'benchmarks')]

from _measure import run as measure  # noqa: E402  # the checkout is no package

from tests.support.rendering import quiet_git, render  # noqa: E402
from tests.support.standard import build_standard  # noqa: E402

CLIENTS = 16
BODY = b'{"instances": [{"tenure_months": 1, "monthly_charge": 95, "support_calls": 5}]}'
BARE = '''
"""The same route and model, and nothing else."""

from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from churn_service.api.schemas import Prediction, PredictRequest, PredictResponse
from churn_service.data_preparation.features import features
from churn_service.models.predictor import to_rows
from churn_service.plumbing.model_store import ModelStore

MODELS = []


@asynccontextmanager
async def lifespan(app):
    MODELS.append(ModelStore(Path('artifacts')).load(features=features()))
    yield


app = FastAPI(lifespan=lifespan)


@app.get('/readyz')
def readyz() -> dict[str, str]:
    return {'status': 'ok'}


@app.post('/api/v1/predict')
def predict(request: PredictRequest) -> PredictResponse:
    model = MODELS[0]
    values = model.probabilities(to_rows(request.instances))
    return PredictResponse(
        model=model.signature.name,
        version=model.signature.version,
        predictions=[Prediction(leaves=value >= request.threshold, probability=value) for value in values],
    )


if __name__ == '__main__':
    import sys

    uvicorn.run(app, host='127.0.0.1', port=int(sys.argv[1]), access_log=False)
'''


class Load(NamedTuple):
    """What the client saw in one round."""

    rate: float
    p99: float


def make_service(place: Path) -> Path:
    """A rendered, installed, trained service with the bare application beside it."""
    standard = build_standard(place / 'standard', versions=['0.1.0'])
    with quiet_git(place):
        root = render(standard, place / 'churn-service')
    uv = shutil.which('uv') or str(Path(sys.executable).with_name('uv'))
    for command in (
        (uv, 'venv', '--quiet', '--python', sys.executable, '.venv'),
        (uv, 'pip', 'install', '--quiet', '--python', '.venv/bin/python', '--editable', '.'),
        ('.venv/bin/python', '-m', 'churn_service.models.train'),
    ):
        subprocess.run(command, cwd=root, check=True, stdout=subprocess.DEVNULL)
    (root / 'bare.py').write_text(BARE, encoding='utf-8')
    return root


def commands(root: Path, port: int) -> dict[str, list[str]]:
    """How each of the two is started."""
    python = str(root / '.venv' / 'bin' / 'python')
    return {
        'service': [python, '-m', 'churn_service', 'serve', '--host', '127.0.0.1', '--port', str(port)],
        'bare': [python, 'bare.py', str(port)],
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return int(free.getsockname()[1])


@contextmanager
def running(root: Path, which: str) -> Iterator[tuple[int, float]]:
    """One of the two as a process; its port, and the seconds until it was ready."""
    port = free_port()
    environment = os.environ | {'APP_ENVIRONMENT': 'production', 'APP_SERVER__DRAIN_SECONDS': '0'}
    started = time.perf_counter()
    with subprocess.Popen(
        commands(root, port)[which], cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            while not is_ready(port):
                if process.poll() is not None:
                    raise SystemExit(f'{which} did not start')
                time.sleep(0.01)
            yield port, time.perf_counter() - started
        finally:
            process.send_signal(signal.SIGTERM)


def is_ready(port: int) -> bool:
    """Whether the probe says so."""
    try:
        with urllib.request.urlopen(f'http://127.0.0.1:{port}/readyz', timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.HTTPError):
        return False


async def ask(port: int, until: float, times: list[float]) -> None:
    """One client: asks, reads the whole answer, asks again."""
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    head = f'POST /api/v1/predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n'
    request = head.encode() + BODY
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(request)
        answer = await reader.readuntil(b'\r\n\r\n')
        if not answer.startswith(b'HTTP/1.1 200'):
            raise SystemExit(answer.decode())
        lengths = [line for line in answer.lower().split(b'\r\n') if line.startswith(b'content-length:')]
        await reader.readexactly(int(lengths[0].split(b':')[1]))
        times.append(time.perf_counter() - started)
    writer.close()


async def load(port: int, seconds: float) -> Load:
    """All clients for some time, after a moment to warm up."""
    await asyncio.gather(*(ask(port, time.perf_counter() + 0.5, []) for _ in range(CLIENTS)))
    times: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(ask(port, started + seconds, times) for _ in range(CLIENTS)))
    elapsed = time.perf_counter() - started
    return Load(len(times) / elapsed, statistics.quantiles(times, n=100)[98])


def compare_service(root: Path, seconds: float, rounds: int) -> None:
    """Start, then requests a second and the slowest answers, in turns while both run."""
    starts: dict[str, list[float]] = {'service': [], 'bare': []}
    loads: dict[str, list[Load]] = {'service': [], 'bare': []}
    for number in range(rounds):
        for which in turns(number):
            with running(root, which) as (_, ready):
                starts[which].append(ready)
    with running(root, 'service') as (port, _), running(root, 'bare') as (other, _):
        ports = {'service': port, 'bare': other}
        for number in range(rounds * 2):
            for which in turns(number):
                loads[which].append(asyncio.run(load(ports[which], seconds)))
    rates = {which: [each.rate for each in found] for which, found in loads.items()}
    slow = {which: [1000 * each.p99 for each in found] for which, found in loads.items()}
    print('| | service | bare FastAPI | ratio | must be |\n|---|---|---|---|---|')
    row('requests a second', rates['service'], rates['bare'], '>= 0.6')
    row('99 of 100 answers within, ms', slow['service'], slow['bare'], '<= 2.0')
    row('start until ready, s', starts['service'], starts['bare'], '<= 1.5')


def turns(number: int) -> tuple[str, str]:
    """Who is first."""
    return ('service', 'bare') if number % 2 else ('bare', 'service')


def compare_new(place: Path, rounds: int) -> None:
    """CPU seconds of a new service without a lock, by trueup and by Copier alone."""
    standard = place / 'standard'
    python = (sys.executable, '-m')
    took: dict[str, list[float]] = {'trueup': [], 'copier': []}
    environment = {'TRUEUP_CACHE': str(place / 'cache'), 'XDG_CACHE_HOME': str(place / 'copier-cache')}
    environment |= {f'GIT_{who}_{what}': 'x@example.com' for who in ('AUTHOR', 'COMMITTER') for what in ('NAME', 'EMAIL')}
    for number in range(rounds + 1):
        target = place / 'new' / str(number)
        ways = {
            'trueup': ('trueup', 'new', '--no-lock', '--defaults', '--standard', f'{standard}@v0.1.0', f'{target}-t'),
            'copier': ('copier', 'copy', '--defaults', '--quiet', '--vcs-ref', 'v0.1.0', str(standard), f'{target}-c'),
        }
        for name, words in ways.items():
            cost = measure([*python, *words], place, environment)
            if number:  # the first fills the caches
                took[name].append(cost.cpu)
        if not (Path(f'{target}-t') / 'noxfile.py').is_file() or not (Path(f'{target}-c') / 'noxfile.py').is_file():
            raise SystemExit('nothing was written')
    print('\n| | trueup new --no-lock | copier copy | ratio | must be |\n|---|---|---|---|---|')
    row('CPU s', took['trueup'], took['copier'], '<= 1.2')


def row(name: str, ours: Sequence[float], peer: Sequence[float], limit: str) -> None:
    """A line of the table, of medians."""
    one, other = statistics.median(ours), statistics.median(peer)
    print(f'| {name} | {one:.2f} | {other:.2f} | {one / other:.2f} | {limit} |', flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    seconds = float(arguments[0]) if arguments else 2.0
    rounds = int(arguments[1]) if len(arguments) > 1 else 5
    with tempfile.TemporaryDirectory(prefix='trueup-service-') as scratch:
        place = Path(scratch)
        compare_service(make_service(place), seconds, rounds)
        compare_new(place, rounds)
    return 0


if __name__ == '__main__':
    sys.exit(main())

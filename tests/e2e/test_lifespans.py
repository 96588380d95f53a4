"""The same effects in the same order: handlers on an old FastAPI, and the lifespan made of them on the old and on today's."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trueup.migrations.fastapi_lifespan import MIGRATION
from trueup.repo import Repo, read_file

pytestmark = [pytest.mark.e2e, pytest.mark.network]
OLD = ('fastapi==0.99.1', 'httpx<0.28')
NEW = ('fastapi', 'httpx2')
LOG = 'said: list[str] = []\n'
SERVICES = {
    'decorated, routers, lists': {
        'log.py': LOG,
        'routes.py': '''
from fastapi import APIRouter
from log import said

router = APIRouter()


@router.on_event('startup')
def begin():
    said.append('router begins')


@router.on_event('shutdown')
async def end():
    said.append('router ends')


@router.get('/')
def root():
    said.append('request')
    return {}
''',
        'main.py': '''
import functools

from fastapi import FastAPI
from log import said
from routes import router


async def first():
    said.append('first')


def third(name):
    said.append(name)


app = FastAPI(on_startup=[first], on_shutdown=[functools.partial(third, 'last of the list')])


@app.on_event('startup')
async def begin():
    app.state.model = 'loaded'
    said.append('app begins')


app.include_router(router)
app.add_event_handler('startup', lambda: third(f'state {app.state.model}'))


@app.on_event('shutdown')
def end():
    said.append('app ends')
''',
    },
    'a factory with handlers of another module': {
        'log.py': LOG,
        'events.py': '''
from log import said


def start_handler(app):
    async def start():
        app.state.model = 1
        said.append('start')

    return start


def stop_handler(app):
    def stop():
        said.append(f'stop {app.state.model}')

    return stop
''',
        'main.py': '''
from events import start_handler, stop_handler
from fastapi import FastAPI
from log import said


def make() -> FastAPI:
    application = FastAPI()
    application.add_event_handler('startup', start_handler(application))

    @application.on_event('startup')
    def inner() -> None:
        said.append(f'inner {application.state.model}')

    application.add_event_handler('shutdown', stop_handler(application))

    @application.get('/')
    def root() -> dict:
        said.append('request')
        return {}

    return application


app = make()
''',
    },
    'a start that fails': {
        'log.py': LOG,
        'main.py': '''
from fastapi import FastAPI
from log import said

app = FastAPI()


@app.on_event('startup')
def fine():
    said.append('fine')


@app.on_event('startup')
def fails():
    said.append('fails')
    raise RuntimeError('no model')


@app.on_event('startup')
def never():
    said.append('never')


@app.on_event('shutdown')
def stop():
    said.append('stop')
''',
    },
}
PROGRAM = '''
import json
import warnings

warnings.simplefilter('ignore')
import main
from fastapi.testclient import TestClient
from log import said

try:
    with TestClient(main.app) as client:
        said.append(str(client.get('/').status_code))
except RuntimeError as error:
    said.append(str(error))
print(json.dumps(said))
'''


@pytest.fixture(scope='module', name='pythons')
def fixture_pythons(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An environment with an old FastAPI, and one with today's."""
    folder = tmp_path_factory.mktemp('fastapi')
    return _environment(folder / 'old', OLD), _environment(folder / 'new', NEW)


def _environment(folder: Path, packages: tuple[str, ...]) -> Path:
    subprocess.run([sys.executable, '-m', 'venv', str(folder)], check=True)
    python = folder / ('Scripts' if sys.platform == 'win32' else 'bin') / 'python'
    subprocess.run([str(python), '-m', 'pip', 'install', '--quiet', *packages], check=True)
    return python


def _said(python: Path, service: Path) -> list[str]:
    done = subprocess.run([str(python), '-c', PROGRAM], cwd=service, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize('files', SERVICES.values(), ids=SERVICES.keys())
def test_same_effects_in_the_same_order(files: dict[str, str], pythons: tuple[Path, Path], tmp_path: Path) -> None:
    """Before on the old one; after on both; and today's FastAPI no longer runs what was before."""
    old, new = pythons
    for path, text in files.items():
        (tmp_path / path).write_text(text.lstrip(), encoding='utf-8')
    before = _said(old, tmp_path)
    repo = Repo(files, lambda path: read_file(tmp_path / path))
    assert MIGRATION.needed(repo) and MIGRATION.blocked(repo) == ()
    for change in MIGRATION.carry_out(repo, {}).changes:
        assert change.after is not None
        (tmp_path / change.path).write_bytes(change.after.data)
    assert _said(old, tmp_path) == before
    assert _said(new, tmp_path) == before
    assert len(before) > 2

"""Files of services before and after the step, whole."""

from __future__ import annotations

DECORATED = '''
from fastapi import FastAPI

from app.model import load

app = FastAPI(title='x')


@app.on_event('startup')  # before the first request
async def warm_up():
    # the model is large
    app.state.model = await load()


@app.on_event("startup")
def connect() -> None:
    """Sync."""


@app.get('/')
def root() -> dict:
    return {}


@app.on_event('shutdown')
async def close() -> None:
    app.state.model = None
'''
DECORATED_AFTER = '''
from contextlib import asynccontextmanager
from typing import AsyncIterator

from fastapi import FastAPI

from app.model import load


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Start what the service needs, and stop it in the end."""
    await warm_up()
    connect()
    yield
    await close()


app = FastAPI(title='x', lifespan=lifespan)


# before the first request
async def warm_up():
    # the model is large
    app.state.model = await load()


def connect() -> None:
    """Sync."""


@app.get('/')
def root() -> dict:
    return {}


async def close() -> None:
    app.state.model = None
'''
FACTORY = '''
"""The app."""
import logging
from fastapi import FastAPI
from .events import start_handler, stop_handler


def create_app() -> FastAPI:
    """Make it."""
    application = FastAPI(
        title='x',
        debug=True,  # for now
    )

    # events
    application.add_event_handler('startup', start_handler(application))  # loads the model
    application.add_event_handler('shutdown', stop_handler(application))

    return application
'''
EVENTS = '''
from fastapi import FastAPI


def start_handler(app: FastAPI):
    """Make it."""

    async def start() -> None:
        app.state.model = 1

    return start


def stop_handler(app: FastAPI):
    def stop() -> None:
        app.state.model = None

    return stop
'''
FACTORY_AFTER = '''
"""The app."""
import logging
from contextlib import asynccontextmanager
from typing import AsyncIterator
from fastapi import FastAPI
from .events import start_handler, stop_handler


def create_app() -> FastAPI:
    """Make it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        """Start what the service needs, and stop it in the end."""
        # events
        await start_handler(application)()  # loads the model
        yield
        stop_handler(application)()

    application = FastAPI(
        title='x',
        debug=True,  # for now
        lifespan=lifespan,
    )

    return application
'''
LISTS = '''
import functools

import fastapi
from starlette.applications import Starlette


async def first(): ...
def second(): ...
def third(name): ...


lifespan = 1
app = fastapi.FastAPI(on_startup=[first, second], on_shutdown=(functools.partial(third, 'x'),), title='x')
app.router.add_event_handler('startup', lambda: third('y'))
inner = Starlette(
    on_startup=[second]
)
'''
LISTS_AFTER = '''
import functools
from contextlib import asynccontextmanager
from typing import AsyncIterator

import fastapi
from starlette.applications import Starlette


async def first(): ...
def second(): ...
def third(name): ...


lifespan = 1


@asynccontextmanager
async def app_lifespan(_: fastapi.FastAPI) -> AsyncIterator[None]:
    """Start what the service needs, and stop it in the end."""
    await first()
    second()
    third('y')
    yield
    third('x')


app = fastapi.FastAPI(title='x', lifespan=app_lifespan)


@asynccontextmanager
async def inner_lifespan(_: Starlette) -> AsyncIterator[None]:
    """Start what the service needs before its first request."""
    second()
    yield


inner = Starlette(
    lifespan=inner_lifespan
)
'''
ROUTED = '''
from contextlib import asynccontextmanager

from fastapi import FastAPI
from app.routes import health, router as v1

app = FastAPI()


@app.on_event('startup')
async def begin(): ...


app.include_router(v1)
app.include_router(health.router)


@app.on_event('startup')
async def end(): ...
'''
ROUTES = '''
from fastapi import APIRouter

router = APIRouter()


@router.on_event('startup')
def begin(): ...


@router.get('/')
def root(): ...
'''
HEALTH = '''
from fastapi import APIRouter


async def ready(): ...


router = APIRouter(prefix='/health', on_startup=[ready])
'''
ROUTED_AFTER = '''
from contextlib import asynccontextmanager
from typing import AsyncIterator

from fastapi import FastAPI
from app.routes import health, router as v1
from app.routes import begin as router_begin


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Start what the service needs before its first request."""
    await begin()
    router_begin()
    await health.ready()
    await end()
    yield


app = FastAPI(lifespan=lifespan)


async def begin(): ...


app.include_router(v1)
app.include_router(health.router)


async def end(): ...
'''
STACKED = '''
from fastapi import FastAPI
from fastapi_utils.tasks import repeat_every

app: FastAPI = FastAPI()


@app.on_event('startup')
@app.on_event('shutdown')
@repeat_every(seconds=5)
def tick(): ...


class Cache:
    async def open(self): ...


cache = Cache()
app.add_event_handler(event_type='startup', func=cache.open)
'''
STACKED_AFTER = '''
from contextlib import asynccontextmanager
from typing import AsyncIterator

from fastapi import FastAPI
from fastapi_utils.tasks import repeat_every


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Start what the service needs, and stop it in the end."""
    await tick()
    await cache.open()
    yield
    await tick()


app: FastAPI = FastAPI(lifespan=lifespan)


@repeat_every(seconds=5)
def tick(): ...


class Cache:
    async def open(self): ...


cache = Cache()
'''
MOVED = [
    ({'main.py': DECORATED}, {'main.py': DECORATED_AFTER}),
    ({'src/x/main.py': FACTORY, 'src/x/events.py': EVENTS}, {'src/x/main.py': FACTORY_AFTER}),
    ({'main.py': LISTS}, {'main.py': LISTS_AFTER}),
    (
        {'app/main.py': ROUTED, 'app/routes/__init__.py': ROUTES, 'app/routes/health.py': HEALTH},
        {
            'app/main.py': ROUTED_AFTER,
            'app/routes/__init__.py': ROUTES.replace("@router.on_event('startup')\n", ''),
            'app/routes/health.py': HEALTH.replace(', on_startup=[ready]', ''),
        },
    ),
    ({'main.py': STACKED}, {'main.py': STACKED_AFTER}),
]

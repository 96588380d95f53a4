"""What happens when the service starts and stops."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI

from .inference import InferenceRunner
from .logs import log_uncaught_in_loop
from .metrics import metrics_server
from .model_source import LoadModel, watch_server
from .model_store import ModelError
from .reload import reload_on_hangup
from .state import state_of

logger = logging.getLogger(__name__)


def service_lifespan(load_model: LoadModel) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Load the model before the first request; without one the service lives but is not ready."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        state = state_of(app)
        state.runner = InferenceRunner(state.settings.inference)
        asyncio.get_running_loop().set_exception_handler(log_uncaught_in_loop)
        started = time.perf_counter()
        try:
            state.serve(await anyio.to_thread.run_sync(load_model), time.perf_counter() - started)
        except ModelError as error:
            state.problem = str(error)
            logger.error('not ready: %s', error)
        watch = asyncio.create_task(watch_server(state, load_model))
        with metrics_server(state.metrics, state.settings.metrics), reload_on_hangup(state):
            yield
        watch.cancel()
        await asyncio.wait([watch])
        state.runner.close()
        state.model = None
        state.problem = 'stopping'
        logger.info('stopped')

    return lifespan

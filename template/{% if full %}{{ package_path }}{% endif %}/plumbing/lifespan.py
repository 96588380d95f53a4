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
from .model_store import LoadedModel, ModelError
from .reload import reload_on_hangup
from .state import state_of

logger = logging.getLogger(__name__)
LoadModel = Callable[[], LoadedModel]


def service_lifespan(load_model: LoadModel) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Load the model before the first request; without one the service lives but is not ready."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        state = state_of(app)
        state.runner = InferenceRunner(state.settings.inference)
        asyncio.get_running_loop().set_exception_handler(log_uncaught_in_loop)
        started = time.perf_counter()
        try:
            state.model = await anyio.to_thread.run_sync(load_model)
        except ModelError as error:
            state.problem = str(error)
            logger.error('not ready: %s', error)
        else:
            signature = state.model.signature
            state.metrics.serve_model(signature.name, signature.version, time.perf_counter() - started)
            logger.info('ready', extra={'model': signature.name, 'model_version': signature.version})
        with metrics_server(state.metrics, state.settings.metrics), reload_on_hangup(state):
            yield
        state.runner.close()
        state.model = None
        state.problem = 'stopping'
        logger.info('stopped')

    return lifespan

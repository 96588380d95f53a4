"""Where the model comes from: the folder of models, or a model server if one is configured."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

import anyio.to_thread

from .model_store import Feature, Model, ModelError, ModelStore
from .settings import ServiceSettings
from .state import ServiceState
from .triton import TritonModel

logger = logging.getLogger(__name__)
LoadModel = Callable[[], Model]


def find_model(settings: ServiceSettings, *, features: Sequence[Feature]) -> Model:
    """The configured version, or the newest one; raises ModelError if it doesn't take exactly `features`."""
    if settings.triton.url:
        return TritonModel.connect(settings.triton, features)
    return ModelStore(settings.model.path).load(settings.model.version, features=features)


async def watch_server(state: ServiceState, load_model: LoadModel) -> None:
    """Look after a model server as long as the service runs: is it there, and which version is the newest?

    While it is not there, the service is not ready; once it is back, so is the service.
    """
    if not state.settings.triton.url:
        return
    try:
        await _watch(state, load_model)
    finally:
        if isinstance(state.model, TritonModel):
            state.model.close()


async def _watch(state: ServiceState, load_model: LoadModel) -> None:
    while True:
        await asyncio.sleep(state.settings.triton.check_seconds)
        try:
            model = await anyio.to_thread.run_sync(partial(_look, state.model, load_model))
        except ModelError as error:
            if state.trouble != str(error):
                logger.warning('not ready: %s', error)
            state.trouble = str(error)
            continue
        if state.trouble:
            logger.warning('the model server answers again')
        state.trouble = ''
        if model is not state.model:
            state.serve(model)


def _look(model: Model | None, load_model: LoadModel) -> Model:
    return model.refreshed() if isinstance(model, TritonModel) else load_model()

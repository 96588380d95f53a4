"""Predictions off the event loop: a few threads compute, a bounded number of requests wait, the rest is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from .settings import InferenceSettings

Result = TypeVar('Result')


class Overloaded(Exception):
    """Too many predictions are under way; the client may come back after some seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__('too many predictions are under way')
        self.retry_after = retry_after


class InferenceRunner:
    """Runs blocking functions in threads of its own quota; belongs to one event loop."""

    def __init__(self, settings: InferenceSettings) -> None:
        self._settings = settings
        self._limiter = anyio.CapacityLimiter(settings.workers)
        self._in_flight = 0

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """The function's result; raises Overloaded at once when too many are waiting."""
        if self._in_flight >= self._settings.max_in_flight:
            raise Overloaded(self._settings.retry_after_seconds)
        self._in_flight += 1
        try:
            return await anyio.to_thread.run_sync(partial(function, *arguments), limiter=self._limiter)
        finally:
            self._in_flight -= 1

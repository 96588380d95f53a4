"""Predictions off the event loop: a few threads compute, a bounded number of requests wait, the rest is refused."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from .settings import InferenceSettings

Result = TypeVar('Result')


class Overloaded(Exception):
    """Too many predictions are under way; the client may come back after some seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__('too many predictions are under way')
        self.retry_after = retry_after


class InferenceRunner:
    """Runs blocking functions in threads of its own; belongs to one event loop.

    A place is free again when the work is done, not when its client has gone: a thread can't be stopped.
    """

    def __init__(self, settings: InferenceSettings) -> None:
        self.settings = settings
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix='inference')
        self._in_flight: set[Future[object]] = set()

    @property
    def in_flight(self) -> int:
        """How many predictions are computed or wait for a thread."""
        return len(self._in_flight)

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """The function's result; raises Overloaded at once when too many are waiting."""
        if len(self._in_flight) >= self.settings.max_in_flight:
            raise Overloaded(self.settings.retry_after_seconds)
        work = partial(contextvars.copy_context().run, function, *arguments)
        future: Future[Result] = self._threads.submit(work)
        self._in_flight.add(future)
        future.add_done_callback(self._in_flight.discard)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Take no more work, and forget what no thread has begun."""
        self._threads.shutdown(wait=False, cancel_futures=True)

"""The server process: on SIGTERM it first says that it is not ready, then finishes what it has, then ends with 0.

An orchestrator takes a moment to notice that a pod should get no more traffic; until then new requests are answered.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from types import FrameType

import uvicorn
from fastapi import FastAPI

from .state import state_of

logger = logging.getLogger(__name__)


class DrainingServer(uvicorn.Server):
    """uvicorn, with a pause between the signal and the end during which /readyz answers 503."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self.should_exit = False
        self._state = state_of(app)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Start as ever; remember the loop for the signal handler."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets=sockets)  # type: ignore[arg-type]
        # Hundreds of thousands of objects of libraries and model stay for ever. A full collection that looks at each of
        # them stops every request for a tenth of a second, about once a second under load.
        gc.freeze()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM drains first; an interrupt by hand, or a second signal, stops at once."""
        first = not self._state.draining
        self._state.draining = True
        if sig == signal.SIGTERM and first and self._loop is not None and self.started:
            self._loop.call_soon_threadsafe(self._drain)
        elif sig == signal.SIGTERM:
            self.should_exit = True
        else:
            super().handle_exit(sig, frame)

    def _drain(self) -> None:
        seconds = self._state.settings.server.drain_seconds
        logger.info('draining: not ready, stopping in %g seconds', seconds)
        asyncio.get_running_loop().call_later(seconds, self._stop)

    def _stop(self) -> None:
        self.should_exit = True


def serve(app: FastAPI) -> int:
    """Listen until told to stop; the exit code of the process."""
    settings = state_of(app).settings.server
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=settings.graceful_shutdown_seconds,
        access_log=False,
        log_config=None,
        server_header=False,
    )
    server = DrainingServer(config, app)
    try:
        server.run()
    except KeyboardInterrupt:
        return 130
    return 0 if server.started else 3

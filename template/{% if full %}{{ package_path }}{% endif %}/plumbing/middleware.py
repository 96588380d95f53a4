"""Around every request: its id, its duration, one line in the log. Plain ASGI: it never buffers a body."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .logs import request_id
from .problems import send_problem
from .state import ServiceState

logger = logging.getLogger(__name__)
HEADER = b'x-request-id'
WELL_FORMED = re.compile(rb'[A-Za-z0-9._-]{1,64}')
QUIET = frozenset({'/livez', '/readyz', '/health', '/metrics'})


class RequestMiddleware:
    """Takes a well-formed X-Request-ID or makes one, and gives it back; answers 500 where nobody caught an error."""

    def __init__(self, app: ASGIApp, state: ServiceState) -> None:
        self.app = app
        self.service = state
        self.metrics = state.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope['headers'] if name == HEADER), b'')
        identity = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex.encode()
        scope.setdefault('state', {})['request_id'] = identity.decode()
        request_id.set(identity.decode())
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = message['status']
                message['headers'] = [*message.get('headers', ()), (HEADER, identity)]
                if self.service.draining:
                    # So that no client sends its next request down a connection that is about to close.
                    message['headers'].append((b'connection', b'close'))
            await send(message)

        started = time.perf_counter()
        self.metrics.in_progress.inc()
        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            if not status:
                detail = 'an unexpected error occurred'
                await send_problem(scope, receive, send_with_id, status=500, detail=detail)
            raise  # the server logs it, with the request's id
        finally:
            self.metrics.in_progress.dec()
            self._done(scope, status or 500, time.perf_counter() - started)

    def _done(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's pattern, not the path: clients must not be able to make time series.
        route = getattr(scope.get('route'), 'path', 'unknown')
        self.metrics.observe_request(scope['method'], route, status, seconds)
        level = logging.DEBUG if route in QUIET else logging.INFO
        if logger.isEnabledFor(level):
            logger.log(
                level,
                '%s %s %d',
                scope['method'],
                scope['path'],
                status,
                extra={'route': route, 'status': status, 'milliseconds': round(seconds * 1000, 1)},
            )

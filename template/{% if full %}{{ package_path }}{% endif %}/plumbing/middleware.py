"""Around every request: its id, its duration, one line in the log. Plain ASGI: it never buffers a body."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .logs import request_id
from .metrics import ServiceMetrics

logger = logging.getLogger(__name__)
HEADER = 'X-Request-ID'
WELL_FORMED = re.compile(r'[A-Za-z0-9._-]{1,64}')
QUIET = frozenset({'/livez', '/readyz', '/health', '/metrics'})


class RequestMiddleware:
    """Takes a well-formed X-Request-ID or makes one, and gives it back."""

    def __init__(self, app: ASGIApp, metrics: ServiceMetrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, '')
        identity = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault('state', {})['request_id'] = identity
        request_id.set(identity)
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message['type'] == 'http.response.start':
                status = message['status']
                MutableHeaders(scope=message)[HEADER] = identity
            await send(message)

        started = time.perf_counter()
        try:
            with self.metrics.in_progress.track_inprogress():
                await self.app(scope, receive, send_with_id)
        finally:
            self._done(scope, status, time.perf_counter() - started)

    def _done(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's pattern, not the path: clients must not be able to make time series.
        route = getattr(scope.get('route'), 'path', 'unknown')
        self.metrics.observe_request(scope['method'], route, status, seconds)
        level = logging.DEBUG if route in QUIET else logging.INFO
        logger.log(
            level,
            '%s %s %d',
            scope['method'],
            scope['path'],
            status,
            extra={'route': route, 'status': status, 'milliseconds': round(seconds * 1000, 1)},
        )

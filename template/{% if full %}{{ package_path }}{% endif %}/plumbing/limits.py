"""How large a request may be, and how long an answer may take. Plain ASGI: a body is counted, never buffered."""

from __future__ import annotations

import anyio
from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import send_problem
from .settings import LimitsSettings
from .state import ServiceState


class LimitsMiddleware:
    """Answers 413 to a body that is too large, as soon as that is known, and 504 when the time is over."""

    def __init__(self, app: ASGIApp, state: ServiceState) -> None:
        self.app = app
        self.state = state

    @property
    def limits(self) -> LimitsSettings:
        """Those in force: they may change while the service runs."""
        return self.state.settings.limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] != 'http':
            await self.app(scope, receive, send)
            return
        length = next((value for name, value in scope['headers'] if name == b'content-length'), None)
        if length is not None and int(length) > self.limits.max_body_bytes:
            await send_problem(scope, receive, send, status=413, detail=self._too_large())
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        # A length that is stated is kept to by the server; without one the bytes are counted.
        source = receive if length is not None else self._counted(receive)
        with anyio.move_on_after(self.limits.request_seconds) as moment:
            await self.app(scope, source, watched)
        if not moment.cancelled_caught:
            return
        message = f'no answer within {self.limits.request_seconds:g} seconds'
        if started:
            raise TimeoutError(message)  # half an answer must not look whole: the connection is cut
        await send_problem(scope, receive, send, status=504, detail=message)

    def _counted(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get('body', b''))
            if seen > self.limits.max_body_bytes:
                raise HTTPException(413, self._too_large())
            return message

        return counted

    def _too_large(self) -> str:
        return f'the body is larger than {self.limits.max_body_bytes} bytes'

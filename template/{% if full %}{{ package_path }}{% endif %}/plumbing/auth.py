"""Who may call: with `auth.mode: api_key` every path wants the header X-API-Key, but those of the platform.

The key is a secret of the configuration (APP_AUTH__API_KEY). Without one nobody gets in.
"""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from .problems import send_problem
from .settings import ServiceSettings
from .state import ServiceState

HEADER = 'X-API-Key'
NAME = HEADER.lower().encode()
OPEN = frozenset(
    {
        '/livez',
        '/readyz',
        '/health',
        '/version',
        '/metrics',
        '/openapi.json',
        '/docs',
        '/redoc',
        '/v2/health/live',
        '/v2/health/ready',
    }
)
"""What the orchestrator, Prometheus and a reader of the description ask for, without a key."""


class ApiKeyMiddleware:
    """Answers 401 before anything of the body is read."""

    def __init__(self, app: ASGIApp, state: ServiceState) -> None:
        self.app = app
        self.keys: tuple[bytes, ...] = ()
        self.take(state.settings)
        state.listeners.append(self.take)

    def take(self, settings: ServiceSettings) -> None:
        """The keys of these settings count from now on."""
        given = (settings.auth.api_key, settings.auth.previous_api_key)
        self.keys = tuple(key.get_secret_value().encode() for key in given if key and key.get_secret_value())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope['type'] == 'http' and scope['path'] not in OPEN and not self._knows(scope):
            detail = f'a valid key in the header {HEADER} is needed'
            challenge = {'WWW-Authenticate': f'ApiKey header="{HEADER}"'}
            await send_problem(scope, receive, send, status=401, detail=detail, headers=challenge)
            return
        await self.app(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        given = next((value for name, value in scope['headers'] if name == NAME), b'')
        # Each key takes the same time, whether it is the right one or not.
        return sum(hmac.compare_digest(given, key) for key in self.keys) > 0

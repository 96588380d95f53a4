"""Starts the service: `python -m` and the name of this package."""

import uvicorn

from .app import create_app
from .configs.settings import Settings


def main() -> None:
    """Listen until told to stop."""
    settings = Settings()
    uvicorn.run(
        create_app(settings),
        host=settings.server.host,
        port=settings.server.port,
        timeout_graceful_shutdown=settings.server.graceful_shutdown_seconds,
        log_config=None,
    )


if __name__ == '__main__':
    main()

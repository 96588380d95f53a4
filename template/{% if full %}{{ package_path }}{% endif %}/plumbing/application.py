"""Puts the parts together: a team's application factory calls `build_app` and adds what is its own."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI

from .errors import install_error_handlers
from .health import router as health_router
from .lifespan import LoadModel, service_lifespan
from .logs import configure_logging
from .metrics import metrics_router
from .middleware import RequestMiddleware
from .settings import ServiceSettings
from .state import ServiceState


def build_app(
    settings: ServiceSettings, *, version: str, load_model: LoadModel, routers: Sequence[APIRouter]
) -> FastAPI:
    """An application with logs, metrics, probes and errors of the standard and the given routes."""
    configure_logging(settings.logging)
    app = FastAPI(title=settings.name, version=version, lifespan=service_lifespan(load_model))
    state = ServiceState(settings, version)
    app.state.service = state
    app.add_middleware(RequestMiddleware, metrics=state.metrics)
    install_error_handlers(app)
    app.include_router(health_router)
    app.include_router(metrics_router(state.metrics))
    for router in routers:
        app.include_router(router)
    return app

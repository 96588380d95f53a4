"""Puts the parts together: a team's application factory calls `build_app` and adds what is its own."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.middleware.cors import CORSMiddleware

from .auth import HEADER, ApiKeyMiddleware
from .errors import install_error_handlers
from .health import router as health_router
from .lifespan import service_lifespan
from .limits import LimitsMiddleware
from .logs import configure_logging
from .metrics import metrics_router
from .middleware import RequestMiddleware
from .model_source import LoadModel
from .open_inference.routes import open_inference_router
from .openapi import install_openapi
from .settings import ServiceSettings
from .state import ServiceState


def build_app(
    settings: ServiceSettings,
    *,
    version: str,
    load_model: LoadModel,
    routers: Sequence[APIRouter],
    instance: type[BaseModel] | None = None,
    api_version: str = '1',
) -> FastAPI:
    """An application with logs, metrics, probes, limits and errors of the standard and the given routes.

    `instance` is one row of a request, for the protocol that has no schema of its own. `version` is the service's;
    `api_version` stands in the description of the API, which does not change with each release.
    """
    configure_logging(settings.logging)
    app = FastAPI(title=settings.name, version=api_version, lifespan=service_lifespan(load_model))
    state = ServiceState(settings, version)
    app.state.service = state
    install_middleware(app, state)
    install_error_handlers(app)
    install_openapi(app, secured=settings.auth.mode == 'api_key')
    app.include_router(health_router)
    if not settings.metrics.port:
        app.include_router(metrics_router(state.metrics))
    if settings.protocol.open_inference:
        app.include_router(open_inference_router(instance))
    for router in routers:
        app.include_router(router)
    return app


def install_middleware(app: FastAPI, state: ServiceState) -> None:
    """From the inside out; the last one sees a request first."""
    settings = state.settings
    if settings.auth.mode == 'api_key':
        app.add_middleware(ApiKeyMiddleware, state=state)
    app.add_middleware(LimitsMiddleware, state=state)
    app.add_middleware(RequestMiddleware, state=state)
    if settings.cors.allow_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors.allow_origins,
            allow_credentials=settings.cors.allow_credentials,
            allow_methods=['*'],
            allow_headers=['Content-Type', 'X-Request-ID', HEADER],
            expose_headers=['X-Request-ID', 'Retry-After'],
        )

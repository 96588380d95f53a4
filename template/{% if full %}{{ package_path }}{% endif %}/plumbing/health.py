"""Probes for the orchestrator and the version for people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from .state import ServiceState, service_state

# Not in the description of the API: that is the team's promise to its clients, and an update must not change it.
router = APIRouter(include_in_schema=False)
State = Annotated[ServiceState, Depends(service_state)]


class Health(BaseModel):
    """`ok`, or why not."""

    status: str


class Version(BaseModel):
    """What runs here."""

    service: str
    version: str
    environment: str
    model: str | None
    model_version: int | None


@router.get('/livez')
async def livez() -> Health:
    """The process runs; a failure means: restart it."""
    return Health(status='ok')


@router.get('/readyz')
async def readyz(state: State, response: Response) -> Health:
    """The service can answer predictions; a failure means: send no traffic."""
    if state.obstacle:
        response.status_code = 503
    return Health(status=state.obstacle or 'ok')


@router.get('/health')
async def health(state: State, response: Response) -> Health:
    """The same as /readyz, under the name that older clients ask for."""
    return await readyz(state, response)


@router.get('/version')
async def version(state: State) -> Version:
    """Versions of the service and of the model."""
    signature = state.model.signature if state.model else None
    return Version(
        service=state.settings.name,
        version=state.version,
        environment=state.settings.environment,
        model=signature.name if signature else None,
        model_version=signature.version if signature else None,
    )

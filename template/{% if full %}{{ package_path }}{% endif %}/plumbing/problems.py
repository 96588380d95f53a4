"""The one shape of all errors: problem+json (RFC 9457), with the id under which the logs know the request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

MEDIA_TYPE = 'application/problem+json'


class Mistake(BaseModel):
    """One place in the request that does not fit the schema."""

    where: list[str | int]
    message: str


class Problem(BaseModel):
    """Why a request was not answered as hoped."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[Mistake] = []


def problem(
    scope: Scope, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    """A problem as a response; `more` becomes further members."""
    body: dict[str, object] = {
        'type': 'about:blank',
        'title': HTTPStatus(status).phrase,
        'status': status,
        'detail': detail,
        'instance': scope['path'],
        'request_id': scope.get('state', {}).get('request_id', ''),
    }
    if scope['path'].startswith('/v2/'):
        body['error'] = detail  # what clients of the open inference protocol read
    # Not as UTF-8: a path may hold half of a surrogate pair.
    return Response(json.dumps(body | more), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def send_problem(
    scope: Scope, receive: Receive, send: Send, *, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> None:
    """Answer with a problem from outside of the application, in a middleware."""
    await problem(scope, status, detail, headers=headers)(scope, receive, send)

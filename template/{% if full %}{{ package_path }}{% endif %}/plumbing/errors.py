"""Every error is answered as problem+json (RFC 9457), with the id under which the logs know it."""

from __future__ import annotations

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .inference import Overloaded
from .model_store import ModelError, SignatureError
from .state import service_state

logger = logging.getLogger(__name__)


def install_error_handlers(app: FastAPI) -> None:
    """Answer all kinds of errors in one shape."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(SignatureError, _invalid_input)
    app.add_exception_handler(ModelError, _no_model)
    app.add_exception_handler(Overloaded, _overloaded)
    app.add_exception_handler(Exception, _unexpected)


def problem(request: Request, status: int, detail: str, **more: object) -> JSONResponse:
    """A problem as a response; `more` becomes further members."""
    body: dict[str, object] = {
        'type': 'about:blank',
        'title': HTTPStatus(status).phrase,
        'status': status,
        'detail': detail,
        'instance': request.url.path,
        'request_id': getattr(request.state, 'request_id', ''),
    }
    return JSONResponse(body | more, status_code=status, media_type='application/problem+json')


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    response = problem(request, error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    # The input itself is not repeated: it may be large, personal or no JSON at all (NaN).
    errors = [{'where': list(item['loc']), 'message': item['msg']} for item in error.errors()]
    return problem(request, 422, 'the request does not fit the schema', errors=errors)


async def _invalid_input(request: Request, error: Exception) -> JSONResponse:
    return problem(request, 422, str(error))


async def _no_model(request: Request, error: Exception) -> JSONResponse:
    # The reason names files of the server: it is for the logs, not for clients.
    logger.warning('no model: %s', error)
    return _come_back(problem(request, 503, 'no model is ready'), 5)


async def _overloaded(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Overloaded)
    service_state(request).metrics.rejected.inc()
    return _come_back(problem(request, 503, str(error)), error.retry_after)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    logger.error('unexpected error', exc_info=error)
    response = problem(request, 500, 'an unexpected error occurred')
    response.headers['X-Request-ID'] = getattr(request.state, 'request_id', '')
    return response


def _come_back(response: JSONResponse, seconds: int) -> JSONResponse:
    response.headers['Retry-After'] = str(seconds)
    return response

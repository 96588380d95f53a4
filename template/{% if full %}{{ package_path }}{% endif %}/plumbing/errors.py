"""Every error is answered as a problem; the reasons that are the server's own stay in the logs."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from .inference import Overloaded
from .model_store import ModelError, ModelTimeout, ModelUnavailable, SignatureError
from .problems import problem
from .state import service_state

logger = logging.getLogger(__name__)


def install_error_handlers(app: FastAPI) -> None:
    """Answer all kinds of errors in one shape; what nobody expected is answered by the middleware."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(SignatureError, _invalid_input)
    app.add_exception_handler(ModelError, _no_model)
    app.add_exception_handler(ModelUnavailable, _no_server)
    app.add_exception_handler(ModelTimeout, _slow_server)
    app.add_exception_handler(Overloaded, _overloaded)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(request.scope, error.status_code, str(error.detail), headers=error.headers)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # The input itself is not repeated: it may be large, personal or no JSON at all (NaN).
    errors = [{'where': list(item['loc']), 'message': item['msg']} for item in error.errors()]
    if any(item['type'] == 'json_invalid' for item in error.errors()):
        return problem(request.scope, 400, 'the body is not valid JSON', errors=errors)
    return problem(request.scope, 422, 'the request does not fit the schema', errors=errors)


async def _invalid_input(request: Request, error: Exception) -> Response:
    return problem(request.scope, 422, str(error))


async def _no_model(request: Request, error: Exception) -> Response:
    # The reason names files of the server: it is for the logs, not for clients.
    logger.warning('no model: %s', error)
    return problem(request.scope, 503, 'no model is ready', headers={'Retry-After': '5'})


async def _no_server(request: Request, error: Exception) -> Response:
    logger.warning('no prediction: %s', error)
    return problem(request.scope, 503, 'the model server can not be reached', headers={'Retry-After': '5'})


async def _slow_server(request: Request, error: Exception) -> Response:
    logger.warning('no prediction: %s', error)
    return problem(request.scope, 504, 'the model server gave no answer in time')


async def _overloaded(request: Request, error: Exception) -> Response:
    assert isinstance(error, Overloaded)
    service_state(request).metrics.rejected.inc()
    return problem(request.scope, 503, str(error), headers={'Retry-After': str(error.retry_after)})

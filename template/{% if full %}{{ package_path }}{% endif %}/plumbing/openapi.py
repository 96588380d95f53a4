"""Completes the description of the API: the problems that any operation may answer with, and the key it may want."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from .auth import HEADER
from .problems import MEDIA_TYPE, Problem

METHODS = ('get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace')
FRAMEWORK = ('HTTPValidationError', 'ValidationError')
"""FastAPI's own shapes of errors, which no answer of this service has."""


def install_openapi(app: FastAPI, *, secured: bool) -> None:
    """Make `app.openapi()` tell what the plumbing adds."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = complete(FastAPI.openapi(app), secured=secured)
        return app.openapi_schema

    # FastAPI documents this way of extending the description.
    app.openapi = openapi  # type: ignore[method-assign]


def complete(document: dict[str, Any], *, secured: bool) -> dict[str, Any]:
    """The document with problems and security, without the framework's errors."""
    components = document.setdefault('components', {})
    schemas = components.setdefault('schemas', {})
    for name in FRAMEWORK:
        schemas.pop(name, None)
    schema = Problem.model_json_schema(ref_template='#/components/schemas/{model}')
    schemas.update(schema.pop('$defs', {}))
    schemas['Problem'] = schema
    components['responses'] = {
        'Problem': {
            'description': 'The request could not be answered',
            'content': {MEDIA_TYPE: {'schema': {'$ref': '#/components/schemas/Problem'}}},
        }
    }
    if secured:
        components['securitySchemes'] = {'ApiKey': {'type': 'apiKey', 'in': 'header', 'name': HEADER}}
    for item in document.get('paths', {}).values():
        for method in METHODS:
            if method in item:
                _complete_operation(item[method], secured=secured)
    return document


def _complete_operation(operation: dict[str, Any], *, secured: bool) -> None:
    codes = ['503', '504']
    if 'requestBody' in operation:
        codes += ['400', '413', '422']
    elif operation.get('parameters'):
        codes += ['422']
    if secured:
        codes += ['401']
        operation['security'] = [{'ApiKey': []}]
    responses = operation.setdefault('responses', {})
    if '422' in responses and '422' in codes:
        del responses['422']
    for code in codes:
        responses.setdefault(code, {'$ref': '#/components/responses/Problem'})

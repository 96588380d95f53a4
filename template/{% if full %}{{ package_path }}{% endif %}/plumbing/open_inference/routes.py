"""The protocol's routes at /v2: the same model, the same limits and the same errors as the service's own API.

Errors carry the member `error` that clients of the protocol read (see `problems`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, TypeAdapter, ValidationError

from ..model_store import ModelError, Signature
from ..state import ServiceState, service_state
from .rows import EACH, OUTPUT, answer, described, to_rows
from .tensors import HEADER, Tensor, TensorError, read_tensors, split, write

State = Annotated[ServiceState, Depends(service_state)]
MODEL = '/models/{name}'
VERSION = MODEL + '/versions/{version}'


class Wanted(BaseModel):
    """An output that the client asks for."""

    name: str
    parameters: dict[str, Any] = {}


class InferRequest(BaseModel):
    """The JSON part of a request, but for its tensors."""

    id: str | None = None
    parameters: dict[str, Any] = {}
    inputs: list[dict[str, Any]]
    outputs: list[Wanted] = []

    def binary(self, output: str) -> bool:
        """Whether the client wants that output as bytes."""
        every = self.parameters.get('binary_data_output', False)
        own = next((wanted.parameters for wanted in self.outputs if wanted.name == output), {})
        return own.get('binary_data', every) is True


def open_inference_router(instance: type[BaseModel] | None = None) -> APIRouter:
    """The routes; `instance` checks each row, as the service's own API does."""
    router = APIRouter(prefix='/v2', include_in_schema=False)
    instances = TypeAdapter(list[instance]) if instance else None  # type: ignore[valid-type]
    _add_server(router)
    _add_models(router)

    @router.post(MODEL + '/infer')
    @router.post(VERSION + '/infer')
    async def infer(request: Request, state: State, name: str, version: str = '') -> Response:
        signature = served(state, name, version)
        if request.headers.get('Content-Encoding', 'identity') != 'identity':
            raise HTTPException(415, 'compressed requests are not understood')
        body = await request.body()
        try:
            message, tail = split(body, request.headers.get(HEADER))
            asked = InferRequest.model_validate(message)
            limit = state.settings.protocol.max_batch
            rows = to_rows(read_tensors(asked.inputs, tail), signature.features, limit=limit)
            if instances is not None:
                checked: list[BaseModel] = instances.validate_python(rows)
                rows = [item.model_dump() for item in checked]
        except TensorError as error:
            raise HTTPException(400, str(error)) from error
        except ValidationError as error:
            raise HTTPException(400, _first(error)) from error
        if unknown := [wanted.name for wanted in asked.outputs if wanted.name != OUTPUT]:
            raise HTTPException(400, f'unknown output {unknown[0]}; there is {OUTPUT}')
        model, values = await state.predict(rows)
        return _response(asked, model.signature, answer(values))

    @router.api_route('/{path:path}', methods=['GET', 'POST'])
    async def other(path: str) -> Response:
        raise HTTPException(404, f'/v2/{path} is no part of the protocol that this service speaks')

    return router


def _add_server(router: APIRouter) -> None:
    @router.get('')
    @router.get('/')
    async def server(state: State) -> dict[str, Any]:
        return {'name': state.settings.name, 'version': state.version, 'extensions': ['binary_tensor_data']}

    @router.get('/health/live')
    async def live() -> dict[str, bool]:
        return {'live': True}

    @router.get('/health/ready')
    async def ready(state: State, response: Response) -> dict[str, bool]:
        response.status_code = 503 if state.obstacle else 200
        return {'ready': not state.obstacle}


def _add_models(router: APIRouter) -> None:
    @router.get(MODEL)
    @router.get(VERSION)
    async def metadata(state: State, name: str, version: str = '') -> dict[str, Any]:
        signature = served(state, name, version)
        return {
            'name': signature.name,
            'versions': [str(signature.version)],
            'platform': 'sklearn',
            'inputs': described(signature.features),
            'outputs': [{'name': OUTPUT, 'datatype': 'FP64', 'shape': EACH}],
        }

    @router.get(MODEL + '/ready')
    @router.get(VERSION + '/ready')
    async def model_ready(state: State, response: Response, name: str, version: str = '') -> dict[str, Any]:
        signature = served(state, name, version)
        response.status_code = 503 if state.obstacle else 200
        return {'name': signature.name, 'ready': not state.obstacle}


def served(state: ServiceState, name: str, version: str) -> Signature:
    """The signature of the model of that name; 404 for another one, ModelError while there is none."""
    if state.model is None:
        raise ModelError(state.problem)
    signature = state.model.signature
    if name != signature.name:
        raise HTTPException(404, f'model {name} is not served here; {signature.name} is')
    if version and version != str(signature.version):
        raise HTTPException(404, f'version {version} of {name} is not served here; {signature.version} is')
    return signature


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f'{".".join(map(str, first["loc"]))}: {first["msg"]}'


def _response(asked: InferRequest, signature: Signature, output: Tensor) -> Response:
    message: dict[str, Any] = {'model_name': signature.name, 'model_version': str(signature.version)}
    if asked.id is not None:
        message['id'] = asked.id
    binary = {OUTPUT} if asked.binary(OUTPUT) else set()
    body, length = write(message, 'outputs', [output], binary)
    if not binary:
        return Response(body, media_type='application/json')
    return Response(body, media_type='application/octet-stream', headers={HEADER: str(length)})

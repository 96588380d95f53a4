"""Predictions computed by a Triton server, or by any other that speaks the open inference protocol."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np

from .http_pool import Answer, HttpPool, TooSlow, Unreachable
from .model_store import Feature, ModelError, ModelTimeout, ModelUnavailable, Signature
from .open_inference.rows import to_tensors
from .open_inference.tensors import HEADER, TensorError, datatype_of, read_tensors, split, write
from .settings import TritonSettings


@dataclass(frozen=True)
class TritonModel:
    """One version of a model of that server; it is named in each request, so that answers never mix versions."""

    signature: Signature
    settings: TritonSettings
    pool: HttpPool

    @classmethod
    def connect(cls, settings: TritonSettings, features: Sequence[Feature]) -> TritonModel:
        """The configured version, or the newest; raises ModelError if it isn't there and ready, or takes others."""
        pool = HttpPool(
            settings.url or '',
            connect_seconds=settings.connect_seconds,
            timeout_seconds=settings.timeout_seconds,
            retries=settings.retries,
        )
        try:
            return cls(_signature(pool, settings, features), settings, pool)
        except ModelError:
            pool.close()
            raise

    def refreshed(self) -> TritonModel:
        """This model if it still is the one to ask, else the one that is; raises ModelError as `connect` does."""
        signature = _signature(self.pool, self.settings, self.signature.features)
        return self if signature == self.signature else TritonModel(signature, self.settings, self.pool)

    def probabilities(self, rows: Sequence[Mapping[str, object]]) -> list[float]:
        """For each row what the server says; raises ModelError."""
        if not rows:
            return []
        tensors = to_tensors(rows, self.signature.features)
        asked = {'outputs': [{'name': self.settings.output, 'parameters': {'binary_data': True}}]}
        body, length = write(asked, 'inputs', tensors, {tensor.name for tensor in tensors})
        path = f'/v2/models/{quote(self.signature.name, "")}/versions/{self.signature.version}/infer'
        headers = {HEADER: str(length), 'Content-Type': 'application/octet-stream'}
        return _values(_ask(self.pool, 'POST', path, body, **headers), self.settings.output, len(rows))

    def close(self) -> None:
        """Hang up."""
        self.pool.close()


def _signature(pool: HttpPool, settings: TritonSettings, features: Sequence[Feature]) -> Signature:
    """What the server says of the model, held against what the code gives."""
    path = f'/v2/models/{quote(settings.model, "")}'
    if settings.version:
        path += f'/versions/{settings.version}'
    metadata = _json(_ask(pool, 'GET', path))
    try:
        version = settings.version or max(int(version) for version in metadata['versions'])
        takes = {item['name']: item['datatype'] for item in metadata['inputs']}
        outputs = [item['name'] for item in metadata['outputs']]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f'{settings.url}{path} is no metadata of a model: {error}') from error
    gives = {feature.name: datatype_of(np.dtype(feature.dtype)) for feature in features}
    if takes != gives:
        raise ModelError(f'{settings.url}{path} takes {_listed(takes)}; the code gives {_listed(gives)}')
    if settings.output not in outputs:
        raise ModelError(f'{settings.url}{path} has no output {settings.output}, but {", ".join(outputs)}')
    _ask(pool, 'GET', f'/v2/models/{quote(settings.model, "")}/versions/{version}/ready')
    return Signature(settings.model, tuple(features), {}, '', version)


def _ask(pool: HttpPool, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    try:
        answer = pool.request(method, path, body, **headers)
    except Unreachable as error:
        raise ModelUnavailable(str(error)) from error
    except TooSlow as error:
        raise ModelTimeout(str(error)) from error
    if answer.status != 200:
        said = answer.body[:500].decode(errors='replace')
        raise ModelUnavailable(f'the model server answered {answer.status} to {path}: {said}')
    return answer


def _json(answer: Answer) -> dict[str, Any]:
    try:
        document = json.loads(answer.body)
    except ValueError as error:
        raise ModelError(f'the model server gave no JSON: {error}') from error
    return document if isinstance(document, dict) else {}


def _values(answer: Answer, output: str, length: int) -> list[float]:
    try:
        message, tail = split(answer.body, answer.headers.get(HEADER))
        (values,) = (tensor.values for tensor in read_tensors(message['outputs'], tail) if tensor.name == output)
        if values.size != length:
            raise TensorError(f'{values.size} values for {length} rows')
        return [float(value) for value in values.ravel()]
    except (TensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f'the answer of the model server is not understood: {error}') from error


def _listed(types: Mapping[str, str]) -> str:
    return ', '.join(f'{name}: {datatype}' for name, datatype in types.items())

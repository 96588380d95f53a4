"""Tensors on the wire: as JSON lists, or as raw bytes behind the JSON (Triton's binary tensor data extension)."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel, Field, ValidationError

HEADER = 'Inference-Header-Content-Length'
DTYPES: dict[str, np.dtype[Any]] = {
    'BOOL': np.dtype(np.bool_),
    'UINT8': np.dtype('<u1'),
    'UINT16': np.dtype('<u2'),
    'UINT32': np.dtype('<u4'),
    'UINT64': np.dtype('<u8'),
    'INT8': np.dtype('<i1'),
    'INT16': np.dtype('<i2'),
    'INT32': np.dtype('<i4'),
    'INT64': np.dtype('<i8'),
    'FP16': np.dtype('<f2'),
    'FP32': np.dtype('<f4'),
    'FP64': np.dtype('<f8'),
    'BYTES': np.dtype(np.object_),
}
TAKEN: dict[str, tuple[type, ...]] = {'b': (bool,), 'u': (int,), 'i': (int,), 'f': (int, float), 'O': (str,)}
"""Which values of JSON each kind of dtype may be made of; true is no number."""
DEEPEST = 8


class TensorError(ValueError):
    """A message that breaks the protocol; the text says where."""


class Tensor(NamedTuple):
    """A named array; texts are an array of objects."""

    name: str
    values: np.ndarray[Any, Any]

    @property
    def datatype(self) -> str:
        """The protocol's name of its type."""
        return datatype_of(self.values.dtype)


class Described(BaseModel):
    """A tensor as the JSON part of a message describes it."""

    name: str
    shape: list[int] = Field(max_length=DEEPEST)
    datatype: str
    parameters: dict[str, Any] = {}
    data: list[Any] | None = None


def datatype_of(dtype: np.dtype[Any]) -> str:
    """The protocol's name of a dtype."""
    if dtype.kind in 'OUST':
        return 'BYTES'
    return next(name for name, known in DTYPES.items() if known == dtype.newbyteorder('<'))


def split(body: bytes, header_length: str | None) -> tuple[dict[str, Any], memoryview]:
    """The JSON part of a message and the bytes behind it."""
    length = len(body)
    if header_length is not None:
        if not header_length.isdecimal() or not 0 < int(header_length) <= len(body):
            raise TensorError(f'{HEADER} is {header_length!r}, the body has {len(body)} bytes')
        length = int(header_length)
    try:
        message = json.loads(body[:length])
    except (ValueError, RecursionError) as error:
        raise TensorError(f'the body is not valid JSON: {error}') from error
    if not isinstance(message, dict):
        raise TensorError('the body is no JSON object')
    return message, memoryview(body)[length:]


def read_tensors(listed: Sequence[Mapping[str, Any]], tail: memoryview) -> list[Tensor]:
    """The tensors that a message lists, those in bytes one after the other."""
    tensors = []
    for item in listed:
        try:
            described = Described.model_validate(item)
        except ValidationError as error:
            first = error.errors()[0]
            raise TensorError(f'tensor: {".".join(map(str, first["loc"]))}: {first["msg"]}') from error
        tensor, tail = _read(described, tail)
        tensors.append(tensor)
    if tail:
        raise TensorError(f'{len(tail)} bytes behind the JSON belong to no tensor')
    return tensors


def _read(described: Described, tail: memoryview) -> tuple[Tensor, memoryview]:
    name, datatype = described.name, described.datatype
    if datatype not in DTYPES:
        raise TensorError(f'tensor {name}: datatype {datatype} is none of {", ".join(DTYPES)}')
    if any(length < 0 for length in described.shape):
        raise TensorError(f'tensor {name}: shape {described.shape} has a negative length')
    size = described.parameters.get('binary_data_size')
    if size is None:
        values = _from_json(described, DTYPES[datatype])
    else:
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= len(tail):
            raise TensorError(f'tensor {name}: binary_data_size is {size!r}, {len(tail)} bytes are left')
        values = _from_bytes(name, tail[:size], datatype)
        tail = tail[size:]
    if len(values) != math.prod(described.shape):
        raise TensorError(f'tensor {name}: {len(values)} values do not make the shape {described.shape}')
    return Tensor(name, values.reshape(described.shape)), tail


def _from_json(described: Described, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if described.data is None:
        raise TensorError(f'tensor {described.name} has neither data nor binary_data_size')
    values = list(_flat(described.name, described.data))
    taken = TAKEN[dtype.kind]
    for value in values:
        if not isinstance(value, taken) or (isinstance(value, bool) and bool not in taken):
            raise TensorError(f'tensor {described.name}: {json.dumps(value)[:40]} is no {described.datatype}')
    try:
        return np.asarray(values, dtype=dtype)
    except OverflowError as error:
        raise TensorError(f'tensor {described.name}: a value does not fit {described.datatype}') from error


def _flat(name: str, data: list[Any], depth: int = 1) -> Iterator[Any]:
    """The values of lists in lists, as they stand in memory."""
    if depth > DEEPEST:
        raise TensorError(f'tensor {name}: lists are nested more than {DEEPEST} deep')
    for item in data:
        if isinstance(item, list):
            yield from _flat(name, item, depth + 1)
        else:
            yield item


def _from_bytes(name: str, raw: memoryview, datatype: str) -> np.ndarray[Any, Any]:
    if datatype == 'BYTES':
        return np.asarray([*_texts(name, raw), None], dtype=np.object_)[:-1]
    dtype = DTYPES[datatype]
    if len(raw) % dtype.itemsize:
        raise TensorError(f'tensor {name}: {len(raw)} bytes are no whole number of {datatype} values')
    return np.frombuffer(raw, dtype=dtype)


def _texts(name: str, raw: memoryview) -> Iterator[str]:
    """Each with its length in four bytes before it."""
    place = 0
    while place < len(raw):
        start = place + 4
        end = start + struct.unpack('<I', raw[place:start])[0] if start <= len(raw) else len(raw) + 1
        if end > len(raw):
            raise TensorError(f'tensor {name}: a BYTES value is cut off')
        try:
            yield bytes(raw[start:end]).decode()
        except UnicodeDecodeError as error:
            raise TensorError(f'tensor {name}: a BYTES value is no UTF-8') from error
        place = end


def write(
    message: Mapping[str, Any], key: str, tensors: Sequence[Tensor], binary: Collection[str]
) -> tuple[bytes, int]:
    """A message that lists tensors under `key`, those named in `binary` as bytes; the length of its JSON part."""
    listed, raw = [], []
    for tensor in tensors:
        item: dict[str, Any] = {
            'name': tensor.name,
            'datatype': tensor.datatype,
            'shape': list(tensor.values.shape),
        }
        if tensor.name in binary:
            raw.append(_to_bytes(tensor))
            item['parameters'] = {'binary_data_size': len(raw[-1])}
        else:
            item['data'] = tensor.values.ravel().tolist()
        listed.append(item)
    head = json.dumps({**message, key: listed}).encode()
    return b''.join([head, *raw]), len(head)


def _to_bytes(tensor: Tensor) -> bytes:
    if tensor.datatype == 'BYTES':
        texts = [str(value).encode() for value in tensor.values.ravel()]
        return b''.join(struct.pack('<I', len(text)) + text for text in texts)
    return np.ascontiguousarray(tensor.values, dtype=DTYPES[tensor.datatype]).tobytes()

"""Between the tensors of the protocol, one for each feature, and the rows that a service predicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..model_store import Feature
from .tensors import Tensor, TensorError, datatype_of

OUTPUT = 'probability'
EACH = [-1, 1]
"""The shape of every tensor: any number of rows, one value in each. Triton's batching wants the second dimension."""


def described(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """The inputs as the model's metadata names them."""
    return [
        {'name': feature.name, 'datatype': datatype_of(np.dtype(feature.dtype)), 'shape': EACH} for feature in features
    ]


def to_rows(tensors: Sequence[Tensor], features: Sequence[Feature], *, limit: int) -> list[dict[str, object]]:
    """One row for each line of the tensors; raises TensorError where they are not the model's inputs."""
    given = {tensor.name: tensor for tensor in tensors}
    if len(given) < len(tensors):
        raise TensorError('an input is given twice')
    missing = [feature.name for feature in features if feature.name not in given]
    unknown = sorted(set(given) - {feature.name for feature in features})
    if missing or unknown:
        raise TensorError(f'unknown input {unknown[0]}' if unknown else f'input {missing[0]} is missing')
    columns = [_column(given[feature.name], feature) for feature in features]
    lengths = {len(column) for column in columns}
    if len(lengths) != 1:
        raise TensorError('the inputs have different numbers of rows')
    (length,) = lengths
    if not 1 <= length <= limit:
        raise TensorError(f'{length} rows are given; from 1 to {limit} can be answered at once')
    names = [feature.name for feature in features]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _column(tensor: Tensor, feature: Feature) -> list[object]:
    shape = tensor.values.shape
    if not shape or shape[1:] not in {(), (1,)}:
        raise TensorError(f'input {tensor.name}: shape {list(shape)} is neither [n] nor [n, 1]')
    wanted = np.dtype(feature.dtype)
    expected, texts = datatype_of(wanted), 'BYTES' in {datatype_of(wanted), tensor.datatype}
    if tensor.datatype != expected and (texts or not np.can_cast(tensor.values.dtype, wanted, casting='safe')):
        raise TensorError(f'input {tensor.name} is {tensor.datatype}, not {expected}')
    column: list[object] = tensor.values.ravel().tolist()
    return column


def to_tensors(rows: Sequence[Mapping[str, object]], features: Sequence[Feature]) -> list[Tensor]:
    """The rows as inputs of a model elsewhere."""
    return [
        Tensor(feature.name, _array([row[feature.name] for row in rows], np.dtype(feature.dtype)))
        for feature in features
    ]


def _array(values: list[object], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    kind = np.dtype(np.object_) if datatype_of(dtype) == 'BYTES' else dtype
    return np.asarray(values, dtype=kind).reshape(-1, 1)


def answer(values: Sequence[float]) -> Tensor:
    """What the model says, one value for each row."""
    return Tensor(OUTPUT, np.asarray(values, dtype=np.float64).reshape(-1, 1))

"""Models on disk, each with the signature that says what it takes; a model that doesn't fit is refused.

Layout: <root>/<version>/model.skops and signature.json, versions counted from 1. A version appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import skops.io

MODEL_FILE = 'model.skops'
SIGNATURE_FILE = 'signature.json'


class ModelError(Exception):
    """No usable model: absent, altered, or not the one that the code expects."""


class ModelUnavailable(ModelError):
    """The model server that computes predictions can't be reached, or doesn't serve the model."""


class ModelTimeout(ModelError, TimeoutError):
    """The model server took a request and gave no answer in time."""


class SignatureError(ValueError):
    """Input that the model's signature forbids."""


@dataclass(frozen=True)
class Feature:
    """One column of the model's input; `dtype` is NumPy's name of its type."""

    name: str
    dtype: str


@dataclass(frozen=True)
class Signature:
    """What a model takes and where it comes from."""

    name: str
    features: tuple[Feature, ...]
    metrics: Mapping[str, float]
    trained_at: str
    version: int = 0
    sha256: str = ''

    def matrix(self, rows: Sequence[Mapping[str, object]]) -> np.ndarray:
        """The rows as the model's input; raises SignatureError naming the feature that doesn't fit."""
        columns = [self._column(feature, rows) for feature in self.features]
        known = {feature.name for feature in self.features}
        unknown = sorted({key for row in rows for key in row} - known)
        if unknown:
            raise SignatureError(f'unknown feature {unknown[0]}')
        return np.column_stack(columns).astype(np.float64) if rows else np.empty((0, len(columns)))

    @staticmethod
    def _column(feature: Feature, rows: Sequence[Mapping[str, object]]) -> np.ndarray:
        try:
            values = np.asarray([row[feature.name] for row in rows])
        except KeyError as error:
            raise SignatureError(f'feature {feature.name} is missing') from error
        dtype = np.dtype(feature.dtype)
        if rows and not np.can_cast(values.dtype, dtype, casting='safe'):
            raise SignatureError(f'feature {feature.name} is {values.dtype}, not {feature.dtype}')
        if rows and not np.isfinite(values.astype(dtype)).all():
            raise SignatureError(f'feature {feature.name} is not finite')
        return values.astype(dtype)


class Model(Protocol):
    """What answers predictions, here or elsewhere."""

    @property
    def signature(self) -> Signature:
        """Its name, version and features."""

    def probabilities(self, rows: Sequence[Mapping[str, object]]) -> list[float]:
        """One value for each row; may block."""


@dataclass(frozen=True)
class LoadedModel:
    """A scikit-learn classifier with its signature."""

    estimator: Any
    signature: Signature

    def probabilities(self, rows: Sequence[Mapping[str, object]]) -> list[float]:
        """For each row the probability of the positive class."""
        matrix = self.signature.matrix(rows)
        return [float(value) for value in self.estimator.predict_proba(matrix)[:, 1]] if rows else []


class ModelStore:
    """The versions of one model below a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def versions(self) -> list[int]:
        """All versions, oldest first."""
        if not self.root.is_dir():
            return []
        return sorted(int(path.name) for path in self.root.iterdir() if path.name.isdigit() and path.is_dir())

    def save(self, estimator: Any, signature: Signature) -> Signature:
        """Store a model under the next version; returns its signature with version and checksum."""
        self.root.mkdir(parents=True, exist_ok=True)
        version = (self.versions() or [0])[-1] + 1
        with tempfile.TemporaryDirectory(dir=self.root, prefix='.saving-') as scratch:
            folder = Path(scratch) / str(version)
            folder.mkdir()
            skops.io.dump(estimator, folder / MODEL_FILE)
            _read_estimator(folder / MODEL_FILE)  # what can't be loaded is told at training, not at the next start
            fields = asdict(signature) | {'version': version, 'sha256': _checksum(folder / MODEL_FILE)}
            (folder / SIGNATURE_FILE).write_text(json.dumps(fields, indent=2) + '\n', encoding='utf-8')
            os.rename(folder, self.root / str(version))
        return _read_signature(self.root / str(version))

    def load(self, version: int | None = None, *, features: Sequence[Feature] = ()) -> LoadedModel:
        """A version, or the newest; raises ModelError if there is none or it doesn't take exactly `features`."""
        known = self.versions()
        if not known or (version is not None and version not in known):
            raise ModelError(f'no model{f" version {version}" if version is not None else ""} in {self.root}')
        folder = self.root / str(known[-1] if version is None else version)
        signature = _read_signature(folder)
        if signature.sha256 != _checksum(folder / MODEL_FILE):
            raise ModelError(f'{folder / MODEL_FILE} is not the file that was saved')
        if features and tuple(features) != signature.features:
            raise ModelError(f'{folder} takes {_listing(signature.features)}; the code gives {_listing(features)}')
        return LoadedModel(_read_estimator(folder / MODEL_FILE), signature)


def _read_estimator(path: Path) -> Any:
    try:
        # skops builds only types it knows to be harmless; a pickle could run any code.
        return skops.io.load(path)
    except Exception as error:
        raise ModelError(f'{path} can not be loaded: {error}') from error


def _listing(features: Sequence[Feature]) -> str:
    return ', '.join(f'{feature.name}: {feature.dtype}' for feature in features)


def _checksum(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f'{path} can not be read') from error


def _read_signature(folder: Path) -> Signature:
    path = folder / SIGNATURE_FILE
    try:
        fields = json.loads(path.read_text(encoding='utf-8'))
        features = tuple(Feature(**feature) for feature in fields.pop('features'))
        return Signature(features=features, **fields)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f'{path} is no signature: {error}') from error

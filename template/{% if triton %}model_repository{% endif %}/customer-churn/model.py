"""Answers inside of Triton's Python backend; `make triton` copies it into the folder of each version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
import triton_python_backend_utils as pb_utils  # type: ignore[import-not-found]  # pylint: disable=import-error


class TritonPythonModel:
    """One version of the model; its name is Triton's."""

    features: list[str]
    estimator: Any

    def initialize(self, args: dict[str, str]) -> None:
        """Read the model once."""
        folder = Path(args['model_repository']) / args['model_version']
        signature = json.loads((folder / 'signature.json').read_text(encoding='utf-8'))
        self.features = [feature['name'] for feature in signature['features']]
        self.estimator = skops.io.load(folder / 'model.skops')

    def execute(self, requests: list[Any]) -> list[Any]:
        """All requests that wait, as one batch."""
        matrices = [self.matrix(request) for request in requests]
        answers = self.estimator.predict_proba(np.concatenate(matrices))[:, 1:2].astype(np.float64)
        parts = np.split(answers, np.cumsum([len(matrix) for matrix in matrices])[:-1])
        return [pb_utils.InferenceResponse([pb_utils.Tensor('probability', part)]) for part in parts]

    def matrix(self, request: Any) -> np.ndarray:
        """The inputs of one request, in the order in which the model takes them."""
        columns = [pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self.features]
        return np.concatenate(columns, axis=1).astype(np.float64)

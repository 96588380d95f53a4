"""What the parts of one running application share."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI, Request

from .inference import InferenceRunner
from .metrics import ServiceMetrics
from .model_store import Model, ModelError
from .settings import ServiceSettings

logger = logging.getLogger(__name__)


@dataclass
class ServiceState:
    """Settings and metrics from the start; model and runner once the service is up.

    `settings` may be replaced while the service runs: whoever keeps a part of them is told through `listeners`.
    """

    settings: ServiceSettings
    version: str
    metrics: ServiceMetrics = field(default_factory=ServiceMetrics)
    runner: InferenceRunner | None = None
    model: Model | None = None
    problem: str = 'starting'
    trouble: str = ''
    draining: bool = False
    listeners: list[Callable[[ServiceSettings], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.metrics.describe(self.settings.name, self.version, self.settings.environment)
        self.metrics.watch(
            ready=lambda: self.model is not None and not self.trouble,
            in_progress=lambda: self.runner.in_flight if self.runner else 0,
            limit=lambda: self.settings.inference.max_in_flight,
        )

    @property
    def obstacle(self) -> str:
        """Why no traffic should come; empty when the service is ready."""
        if self.draining:
            return 'the service is stopping'
        if self.model is None:
            return 'no model is ready'
        return 'the model server does not answer' if self.trouble else ''

    def serve(self, model: Model, seconds: float = 0.0) -> None:
        """Answer with this model from now on; loading it took so many seconds."""
        signature = model.signature
        self.model, self.trouble = model, ''
        self.metrics.serve_model(signature.name, signature.version, seconds)
        logger.info('ready', extra={'model': signature.name, 'model_version': signature.version})

    async def predict(self, rows: list[dict[str, object]]) -> tuple[Model, list[float]]:
        """The model that answered and its probabilities; raises ModelError while there is none."""
        model, runner = self.model, self.runner
        if model is None or runner is None:
            raise ModelError(self.problem)
        signature = model.signature
        with self.metrics.prediction(signature.name, signature.version, len(rows)):
            return model, await runner.run(model.probabilities, rows)


def state_of(app: FastAPI) -> ServiceState:
    """The state of an application made by `build_app`."""
    state = app.state.service
    assert isinstance(state, ServiceState)
    return state


def service_state(request: Request) -> ServiceState:
    """The same as a dependency: `state: Annotated[ServiceState, Depends(service_state)]`."""
    return state_of(request.app)

"""Prometheus metrics: requests, predictions and the model that is served, at exactly /metrics."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class ServiceMetrics:
    """The metrics of one application, in a registry of its own: several applications may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = Counter(
            'http_requests_total', 'Requests answered', ['method', 'route', 'status'], registry=self.registry
        )
        self.latency = Histogram(
            'http_request_duration_seconds',
            'Time to answer a request',
            ['method', 'route'],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.in_progress = Gauge('http_requests_in_progress', 'Requests being answered', registry=self.registry)
        self.predictions = Counter(
            'model_predictions_total', 'Instances predicted', ['model', 'version'], registry=self.registry
        )
        self.prediction_latency = Histogram(
            'model_prediction_duration_seconds',
            'Time to compute a batch of predictions',
            ['model', 'version'],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.rejected = Counter(
            'model_requests_rejected_total', 'Prediction requests refused while too many waited', registry=self.registry
        )
        self.model_info = Gauge(
            'model_info', '1 for the model that is served', ['model', 'version'], registry=self.registry
        )

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self.requests.labels(method, route, str(status)).inc()
        self.latency.labels(method, route).observe(seconds)

    def serve_model(self, model: str, version: int) -> None:
        """Say which model answers from now on."""
        self.model_info.clear()
        self.model_info.labels(model, str(version)).set(1)


def metrics_router(metrics: ServiceMetrics) -> APIRouter:
    """A route, not a mounted application: a mount would answer /metrics with a redirect."""
    router = APIRouter()

    @router.get('/metrics', include_in_schema=False)
    def read_metrics() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router

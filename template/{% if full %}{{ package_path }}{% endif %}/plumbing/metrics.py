"""Prometheus metrics: requests (rate, errors, duration), predictions by model and version, the model that is served.

Every label has few values: routes are patterns, methods are known ones, reasons are listed here. A registry belongs to
one process and counts only that; the service runs as one process, and more replicas, not more workers, share the load.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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
    start_http_server,
)

from .inference import Overloaded
from .latency import LATENCY_BUCKETS
from .model_store import ModelError, SignatureError
from .settings import MetricsSettings, SettingsError

METHODS = frozenset({'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'})
REASONS: tuple[tuple[type[Exception], str], ...] = (
    (SignatureError, 'input'),
    (TimeoutError, 'timeout'),
    (ModelError, 'unavailable'),
    (Exception, 'internal'),
)


class ServiceMetrics:
    """The metrics of one application, in a registry of its own: several applications may live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._create_request_metrics()
        self._create_model_metrics()

    def _create_request_metrics(self) -> None:
        self.requests = Counter(
            'http_requests_total', 'Requests answered', ['method', 'route', 'status'], registry=self.registry
        )
        self.latency = Histogram(
            'http_request_duration_seconds',
            'Time to answer a request',
            ['method', 'route', 'status'],
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.in_progress = Gauge('http_requests_in_progress', 'Requests being answered', registry=self.registry)
        self.service_info = Gauge(
            'service_info', '1 for what runs here', ['service', 'version', 'environment'], registry=self.registry
        )

    def _create_model_metrics(self) -> None:
        labels = ['model', 'version']
        self.predictions = Counter('model_predictions_total', 'Instances predicted', labels, registry=self.registry)
        self.prediction_latency = Histogram(
            'model_prediction_duration_seconds',
            'Time to compute a batch of predictions, failed ones too',
            labels,
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.prediction_errors = Counter(
            'model_prediction_errors_total', 'Batches that failed', [*labels, 'reason'], registry=self.registry
        )
        self.predictions_in_progress = Gauge(
            'model_predictions_in_progress', 'Batches being computed or waiting', registry=self.registry
        )
        self.predictions_limit = Gauge(
            'model_predictions_in_progress_limit', 'How many batches may be under way', registry=self.registry
        )
        self.rejected = Counter(
            'model_requests_rejected_total', 'Prediction requests refused while too many waited', registry=self.registry
        )
        self.model_ready = Gauge('model_ready', '1 while predictions can be answered', registry=self.registry)
        self.model_info = Gauge('model_info', '1 for the model that is served', labels, registry=self.registry)
        self.model_load = Gauge(
            'model_load_duration_seconds', 'Time it took to load the model', labels, registry=self.registry
        )

    def describe(self, service: str, version: str, environment: str) -> None:
        """Say what runs here."""
        self.service_info.labels(service, version, environment).set(1)

    def watch(self, *, ready: Callable[[], bool], in_progress: Callable[[], int], limit: Callable[[], int]) -> None:
        """What is asked for at each scrape, because others keep count of it."""
        self.model_ready.set_function(ready)
        self.predictions_in_progress.set_function(in_progress)
        self.predictions_limit.set_function(limit)

    def observe_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; a method that clients made up is called `other`."""
        labels = (method if method in METHODS else 'other', route, str(status))
        self.requests.labels(*labels).inc()
        self.latency.labels(*labels).observe(seconds)

    def serve_model(self, model: str, version: int, seconds: float = 0.0) -> None:
        """Say which model answers from now on, and how long it took to load."""
        for gauge, value in ((self.model_info, 1.0), (self.model_load, seconds)):
            gauge.clear()
            gauge.labels(model, str(version)).set(value)

    @contextmanager
    def prediction(self, model: str, version: int, instances: int) -> Iterator[None]:
        """Around the computation of one batch; a batch that was refused because too many waited is no computation."""
        labels = (model, str(version))
        started = time.perf_counter()
        try:
            yield
        except Overloaded:
            raise
        except Exception as error:
            self.prediction_errors.labels(*labels, reason(error)).inc()
            self.prediction_latency.labels(*labels).observe(time.perf_counter() - started)
            raise
        self.predictions.labels(*labels).inc(instances)
        self.prediction_latency.labels(*labels).observe(time.perf_counter() - started)


def reason(error: Exception) -> str:
    """One of a few words for why a batch failed."""
    return next(word for kind, word in REASONS if isinstance(error, kind))


def metrics_router(metrics: ServiceMetrics) -> APIRouter:
    """A route, not a mounted application: a mount would answer /metrics with a redirect."""
    router = APIRouter()

    @router.get('/metrics', include_in_schema=False)
    def read_metrics() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


@contextmanager
def metrics_server(metrics: ServiceMetrics, settings: MetricsSettings) -> Iterator[None]:
    """The metrics on a port of their own, in a thread of its own: clients don't see them, a busy event loop doesn't."""
    if not settings.port:
        yield
        return
    try:
        server, thread = start_http_server(settings.port, settings.host, metrics.registry)
    except OSError as error:
        raise SettingsError(f'the metrics can not listen on {settings.host}:{settings.port}: {error}') from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

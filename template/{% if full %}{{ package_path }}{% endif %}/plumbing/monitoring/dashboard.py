"""The dashboard: promises first, then requests, then the model, then what runs full."""

from __future__ import annotations

from .grafana import Json, Panel, Query, Row, dashboard, datasource_variable, label_variable
from .rules import BUDGET, RATIO, series
from .slo import FAST, Slo, budget

SHORT = 40  # characters: the longest uid that Grafana takes


def service_dashboard(slo: Slo) -> Json:
    """Everything that the service exports, on one page."""
    instances = f'label_values(service_info{{job="{slo.service}"}}, instance)'
    return dashboard(
        uid=slo.service[:SHORT],
        title=slo.service,
        tags=['trueup', 'service'],
        variables=[datasource_variable(), label_variable('instance', instances)],
        rows=[_promises(slo), _requests(slo), _model(slo), _saturation(slo)],
    )


def _job(slo: Slo, *more: str) -> str:
    return '{' + ', '.join([f'job="{slo.service}"', 'instance=~"$instance"', *more]) + '}'


def _good(at: float) -> tuple[tuple[float | None, str], ...]:
    return ((None, 'red'), (at, 'green'))


def _promises(slo: Slo) -> Row:
    window = f'{slo.window_days}d'
    stats = [
        Panel(
            f'{name.capitalize()}, {slo.window_days} days',
            'percentunit',
            (Query(f'1 - {series(slo, name, RATIO + window)}', name),),
            'stat',
            width=4,
            height=5,
            about=f'{objective:g} % are promised.',
            steps=_good(objective / 100),
        )
        for name, objective in slo.objectives.items()
    ]
    left = [
        Panel(
            f'Budget left: {name}',
            'percentunit',
            (Query(series(slo, name, BUDGET), name),),
            'stat',
            width=4,
            height=5,
            about='The share of the error budget that is not yet spent; below zero the promise is broken.',
            steps=((None, 'red'), (0.0, 'orange'), (0.25, 'green')),
        )
        for name in slo.objectives
    ]
    firing = Panel(
        'Alerts that fire',
        'none',
        (
            Query(
                f'count by (alertname, severity) (ALERTS{{service="{slo.service}", alertstate="firing"}})', instant=True
            ),
        ),
        'table',
        height=5,
    )
    burns = Panel(
        'Burn rate: 1 spends exactly the budget',
        'none',
        tuple(
            Query(f'{series(slo, name, RATIO + burn.long)} / {budget(objective):g}', f'{name}, {burn.long}')
            for name, objective in slo.objectives.items()
            for burn in FAST
        ),
        width=12,
    )
    history = Panel(
        'Budget left', 'percentunit', tuple(Query(series(slo, name, BUDGET), name) for name in slo.objectives), width=12
    )
    return Row('Promises', (*stats, *left, firing, burns, history._replace(highest=1)))


def _requests(slo: Slo) -> Row:
    every, failed = _job(slo), _job(slo, 'status=~"5.."')
    duration = 'http_request_duration_seconds'
    promised = _job(slo, f'route=~"{slo.routes}"')
    return Row(
        'Requests',
        (
            Panel('Rate', 'reqps', (_rate('http_requests_total', every, 'method, route'),)),
            Panel('Answers by status', 'reqps', (_rate('http_requests_total', every, 'status'),)),
            Panel(
                'Server errors',
                'percentunit',
                (
                    Query(
                        f'sum by (route) (rate(http_requests_total{failed}[$__rate_interval]))\n/ on (route)\n'
                        f'sum by (route) (rate(http_requests_total{every}[$__rate_interval]))',
                        '{{route}}',
                    ),
                ),
                highest=1,
                about='The share of requests that ended in a status of 500 or above; empty while there was none.',
            ),
            Panel('Duration', 's', _quantiles(duration, promised), about='Of the routes that the promises are about.'),
            Panel('Duration by route, p99', 's', (_quantile(duration, every, 0.99, 'route'),)),
            Panel(
                'Durations',
                's',
                (
                    Query(
                        f'sum by (le) (increase({duration}_bucket{promised}[$__rate_interval]))',
                        '{{le}}',
                        heatmap=True,
                    ),
                ),
                'heatmap',
            ),
        ),
    )


def _model(slo: Slo) -> Row:
    every = _job(slo)
    duration = 'model_prediction_duration_seconds'
    served = 'count by (model, version) (model_info' + every + ')'
    return Row(
        'Model',
        (
            Panel('Predictions', 'ops', (_rate('model_predictions_total', every, 'model, version'),)),
            Panel('Batch duration, p50', 's', (_quantile(duration, every, 0.5, 'model, version'),)),
            Panel('Batch duration, p99', 's', (_quantile(duration, every, 0.99, 'model, version'),)),
            Panel(
                'Batches that failed', 'ops', (_rate('model_prediction_errors_total', every, 'model, version, reason'),)
            ),
            Panel('Instances by version', 'none', (Query(served, '{{model}} {{version}}'),)),
            Panel('Instances that can predict', 'none', (Query(f'sum(model_ready{every})', 'ready'),), width=4),
            Panel(
                'Time to load',
                's',
                (Query(f'max by (model, version) (model_load_duration_seconds{every})', '{{model}} {{version}}'),),
                'stat',
                width=4,
            ),
        ),
    )


def _saturation(slo: Slo) -> Row:
    every = _job(slo)
    return Row(
        'Saturation',
        (
            Panel(
                'Predictions under way',
                'none',
                (
                    Query(f'sum(model_predictions_in_progress{every})', 'under way'),
                    Query(f'sum(model_predictions_in_progress_limit{every})', 'limit'),
                ),
            ),
            Panel('Requests under way', 'none', (Query(f'http_requests_in_progress{every}', '{{instance}}'),)),
            Panel('Requests refused', 'reqps', (_rate('model_requests_rejected_total', every, 'instance'),)),
            Panel('Processors', 'none', (_rate('process_cpu_seconds_total', every, 'instance'),)),
            Panel('Memory', 'bytes', (Query(f'process_resident_memory_bytes{every}', '{{instance}}'),)),
            Panel(
                'Open files',
                'percentunit',
                (Query(f'process_open_fds{every} / process_max_fds{every}', '{{instance}}'),),
                highest=1,
            ),
            Panel(
                'Instances that answer',
                'none',
                (Query(f'sum(up{every})', 'up'), Query(f'count(up{every})', 'known')),
            ),
            Panel('Garbage collections', 'ops', (_rate('python_gc_collections_total', every, 'generation'),)),
            Panel(
                'What runs here',
                'none',
                (Query(f'count by (version, environment) (service_info{every})', instant=True),),
                'table',
            ),
        ),
    )


def _rate(counter: str, where: str, by: str) -> Query:
    legend = ' '.join(f'{{{{{label}}}}}' for label in by.split(', '))
    return Query(f'sum by ({by}) (rate({counter}{where}[$__rate_interval]))', legend)


def _quantile(histogram: str, where: str, share: float, by: str = '') -> Query:
    labels = f'le, {by}' if by else 'le'
    legend = ' '.join(f'{{{{{label}}}}}' for label in by.split(', ')) if by else f'p{100 * share:g}'
    return Query(
        f'histogram_quantile({share:g}, sum by ({labels}) (rate({histogram}_bucket{where}[$__rate_interval])))', legend
    )


def _quantiles(histogram: str, where: str) -> tuple[Query, ...]:
    return tuple(_quantile(histogram, where, share) for share in (0.5, 0.95, 0.99))

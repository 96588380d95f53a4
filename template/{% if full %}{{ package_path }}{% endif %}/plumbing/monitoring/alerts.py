"""Alerting rules. A page wakes somebody up: clients suffer now. A ticket waits for the next working day."""

from __future__ import annotations

from .rules import RATIO, REQUESTS, Rule, series
from .slo import FAST, SLOW, Burn, Slo

PAGE, TICKET = 'page', 'ticket'


def alert_rules(slo: Slo) -> list[Rule]:
    """One group with every alert."""
    alerts = [*_promises(slo), *_service(slo), *_model(slo)]
    return [{'name': f'{slo.service}-alerts', 'rules': alerts}]


def _alert(slo: Slo, name: str, expr: str, severity: str, **more: str) -> Rule:
    """`more`: summary and description, and `wait`, how long it must be true."""
    rule: Rule = {'alert': name, 'expr': expr}
    if wait := more.pop('wait', ''):
        rule['for'] = wait
    rule['labels'] = {'severity': severity, 'service': slo.service}
    rule['annotations'] = {
        'summary': f'{slo.service}: {more["summary"]}',
        'description': more['description'],
        'runbook_url': f'{slo.runbook}#{name.lower()}',
    }
    return rule


def _promises(slo: Slo) -> list[Rule]:
    broken = {
        'availability': 'requests fail',
        'latency': f'answers take longer than {slo.latency.seconds:g} s',
    }
    return [
        _alert(
            slo,
            f'{name.capitalize()}BudgetBurns{speed}',
            _burns(slo, name, burns),
            severity,
            summary=f'{broken[name]}, the error budget of {slo.window_days} days burns {speed.lower()}',
            description=f'{objective:g} % are promised; at this rate {when}.',
        )
        for name, objective in slo.objectives.items()
        for speed, burns, severity, when in (
            ('Fast', FAST, PAGE, 'the budget is gone within days or hours'),
            ('Slowly', SLOW, TICKET, 'the budget is gone before its period is over'),
        )
    ]


def _burns(slo: Slo, name: str, burns: tuple[Burn, ...]) -> str:
    return '\nor\n'.join(f'(\n{_burn(slo, name, burn)}\n)' for burn in burns)


def _burn(slo: Slo, name: str, burn: Burn) -> str:
    threshold = f'{slo.threshold(slo.objectives[name], burn):g}'
    long, short = (series(slo, name, RATIO + window) for window in (burn.long, burn.short))
    requests = series(slo, name, REQUESTS + burn.long)
    return (
        f'    {long} > {threshold}\n'
        f'  and\n    {short} > {threshold}\n'
        f'  and\n    {long} * {requests} >= {slo.alerts.minimum_errors}'
    )


def _service(slo: Slo) -> list[Rule]:
    job = f'job="{slo.service}"'
    return [
        _alert(
            slo,
            'ServiceDown',
            f'absent(up{{{job}}} == 1)',
            PAGE,
            wait='2m',
            summary='nothing answers',
            description='Prometheus could not scrape a single instance for two minutes.',
        ),
        _alert(
            slo,
            'InstanceDown',
            f'up{{{job}}} == 0\nand on ()\n  sum(up{{{job}}}) > 0',
            TICKET,
            wait='10m',
            summary='an instance does not answer, others do',
            description='Instance {{ $labels.instance }} could not be scraped for ten minutes.',
        ),
        _alert(
            slo,
            'ServiceRestarts',
            f'changes(process_start_time_seconds{{{job}}}[30m]) > 2',
            TICKET,
            summary='an instance restarts again and again',
            description='Instance {{ $labels.instance }} started more than twice within half an hour.',
        ),
        _alert(
            slo,
            'FilesRunOut',
            f'process_open_fds{{{job}}} / process_max_fds{{{job}}} > {slo.alerts.saturation_percent / 100:g}',
            TICKET,
            wait='10m',
            summary='files or connections are left open',
            description='Instance {{ $labels.instance }} is close to its limit of open files.',
        ),
    ]


def _model(slo: Slo) -> list[Rule]:
    job = f'job="{slo.service}"'
    duration = 'model_prediction_duration_seconds'
    which = 'Model {{ $labels.model }}, version {{ $labels.version }}: '
    return [
        _alert(
            slo,
            'ModelNotReady',
            f'max(model_ready{{{job}}}) == 0',
            PAGE,
            wait='2m',
            summary='no instance can predict',
            description='The service runs, but its model could not be loaded or its model server does not answer.',
        ),
        _alert(
            slo,
            'PredictionsFail',
            f'  sum by (model, version) (rate(model_prediction_errors_total{{{job}, reason!="input"}}[10m]))\n'
            f'/\n  sum by (model, version) (rate({duration}_count{{{job}}}[10m]))\n'
            f'> {slo.alerts.model_error_percent / 100:g}',
            TICKET,
            wait='5m',
            summary='predictions fail although their input is right',
            description=f'{which}more than {slo.alerts.model_error_percent:g} % of the batches fail.',
        ),
        _alert(
            slo,
            'PredictionsSlow',
            f'histogram_quantile(\n  0.99, sum by (le, model, version) (rate({duration}_bucket{{{job}}}[10m]))\n) '
            f'> {slo.alerts.model_seconds:g}',
            TICKET,
            wait='10m',
            summary='the model computes slowly',
            description=f'{which}one batch of a hundred takes longer than {slo.alerts.model_seconds:g} s.',
        ),
        _alert(
            slo,
            'PredictionsPileUp',
            f'model_predictions_in_progress{{{job}}} / model_predictions_in_progress_limit{{{job}}}\n'
            f'> {slo.alerts.saturation_percent / 100:g}',
            TICKET,
            wait='10m',
            summary='predictions wait for each other',
            description='Instance {{ $labels.instance }} is close to refusing requests: it needs more replicas.',
        ),
        _alert(
            slo,
            'PredictionsRejected',
            f'sum(rate(model_requests_rejected_total{{{job}}}[10m])) > 0',
            TICKET,
            wait='10m',
            summary='requests are refused because too many wait',
            description='Clients were told to come back later for ten minutes: the service needs more replicas.',
        ),
    ]

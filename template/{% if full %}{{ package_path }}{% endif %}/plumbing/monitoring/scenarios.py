"""Unit tests of the alerts for `promtool test rules`: each alert fires when it must, and does not when it must not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .alerts import alert_rules
from .rules import Rule, recording_rules
from .slo import FAST, SLOW, Slo, budget

INSTANCE = '10.0.0.1:8000'
MODEL = {'model': 'a-model', 'version': '3'}


class Scenario(NamedTuple):
    """What Prometheus sees, and whether an alert fires at a moment; `found`: labels that come from the series."""

    alert: str
    title: str
    fires: bool
    minutes: int
    series: dict[str, str]
    found: Mapping[str, str] = MappingProxyType({})
    step: int = 1


def rule_tests(slo: Slo) -> dict[str, object]:
    """The whole file."""
    rules = {str(rule['alert']): rule for group in alert_rules(slo) for rule in _rules(group)}
    return {
        'rule_files': ['rules.yml'],
        'evaluation_interval': '5m',
        'group_eval_order': [str(group['name']) for group in (*recording_rules(slo), *alert_rules(slo))],
        'tests': [_test(rules[scenario.alert], scenario) for scenario in scenarios(slo)],
    }


def scenarios(slo: Slo) -> list[Scenario]:
    """All of them."""
    return [*_availability(slo), *_latency(slo), *_instances(slo), *_resources(slo), *_predictions(slo), *_load(slo)]


def _rules(group: Rule) -> list[Rule]:
    rules = group['rules']
    assert isinstance(rules, list)
    return rules


def _test(rule: Rule, scenario: Scenario) -> dict[str, object]:
    return {
        'name': f'{scenario.alert}: {scenario.title}',
        'interval': f'{scenario.step}m',
        'input_series': [{'series': name, 'values': values} for name, values in scenario.series.items()],
        'alert_rule_test': [
            {
                'eval_time': f'{scenario.minutes}m',
                'alertname': scenario.alert,
                'exp_alerts': [_firing(rule, scenario.found)] if scenario.fires else [],
            }
        ],
    }


def _firing(rule: Rule, found: Mapping[str, str]) -> dict[str, object]:
    labels, annotations = rule['labels'], rule['annotations']
    assert isinstance(labels, dict) and isinstance(annotations, dict)
    return {
        'exp_labels': {**found, **labels},
        'exp_annotations': {name: _filled(text, found) for name, text in annotations.items()},
    }


def _filled(text: str, labels: Mapping[str, str]) -> str:
    return re.sub(r'\{\{ \$labels\.(\w+) }}', lambda match: labels[match[1]], text)


def _selector(slo: Slo, metric: str, **labels: str) -> str:
    listed = {'job': slo.service, 'instance': INSTANCE, **labels}
    return metric + '{' + ', '.join(f'{name}="{value}"' for name, value in listed.items()) + '}'


def _route(slo: Slo) -> str:
    """A path of the kind that the promises are about, for the usual patterns."""
    return next((path for path in ('/api/v1/predict', '/v2/models/x/infer', '/') if re.fullmatch(slo.routes, path)), '')


def _counted(step: float, samples: int, later: float | None = None) -> str:
    """A counter that grows by `step`, and then, if it is given, by `later` for the last half."""
    half = samples // 2
    if later is None:
        return f'0+{step:g}x{samples}'
    return f'0+{step:g}x{half} {step * half + later:g}+{later:g}x{samples - half - 1}'


def _requests(slo: Slo, per_minute: float, failing: float, samples: int, *, mended: bool = False) -> dict[str, str]:
    route = _route(slo)
    good = _selector(slo, 'http_requests_total', method='POST', route=route, status='200')
    bad = _selector(slo, 'http_requests_total', method='POST', route=route, status='500')
    return {
        good: _counted(per_minute * (1 - failing), samples),
        bad: _counted(per_minute * failing, samples, 0 if mended else None),
    }


def _availability(slo: Slo) -> list[Scenario]:
    allowed = budget(slo.availability.objective)
    fast, slow = slo.threshold(slo.availability.objective, FAST[0]), slo.threshold(slo.availability.objective, SLOW[1])
    name, much = 'AvailabilityBudgetBurnsFast', min(1.0, 2 * fast)
    hours = {'minutes': 480, 'step': 5}
    few = slo.alerts.minimum_errors / 2
    return [
        Scenario(name, 'many errors for an hour', True, 60, _requests(slo, 600, much, 60), {'slo': 'availability'}),
        Scenario(name, 'nothing but errors', True, 60, _requests(slo, 600, 1, 60), {'slo': 'availability'}),
        Scenario(name, 'errors within the budget', False, 60, _requests(slo, 600, allowed / 2, 60)),
        Scenario(name, 'errors that are over', False, 60, _requests(slo, 600, much, 60, mended=True)),
        Scenario(name, 'too few errors to mean anything', False, 60, _requests(slo, few / 60, 1, 60)),
        Scenario(name, 'no requests at all', False, 60, _requests(slo, 0, 0, 60)),
        Scenario(
            'AvailabilityBudgetBurnsSlowly', 'a few errors for many hours', True, found={'slo': 'availability'},
            series=_requests(slo, 6000, min(1.0, 2 * slow), 96), **hours,
        ),
        Scenario(
            'AvailabilityBudgetBurnsSlowly', 'errors within the budget', False,
            series=_requests(slo, 6000, slow / 2, 96), **hours,
        ),
    ]  # fmt: skip


def _answers(slo: Slo, per_minute: float, late: float, samples: int, **labels: str) -> dict[str, str]:
    given = {'method': 'POST', 'route': _route(slo), 'status': '200', **labels}
    name, bound = 'http_request_duration_seconds', str(slo.latency.seconds)
    return {
        _selector(slo, f'{name}_count', **given): _counted(per_minute, samples),
        _selector(slo, f'{name}_bucket', **given, le=bound): _counted(per_minute * (1 - late), samples),
    }


def _latency(slo: Slo) -> list[Scenario]:
    objective, allowed = slo.latency.objective, budget(slo.latency.objective)
    much, slow = min(1.0, 2 * slo.threshold(objective, FAST[0])), slo.threshold(objective, SLOW[1])
    hours = {'minutes': 480, 'step': 5}
    name = 'LatencyBudgetBurnsFast'
    return [
        Scenario(name, 'late answers for an hour', True, 60, _answers(slo, 600, much, 60), {'slo': 'latency'}),
        Scenario(name, 'late answers within the budget', False, 60, _answers(slo, 600, allowed / 2, 60)),
        Scenario(name, 'late errors, which no promise is about', False, 60, _answers(slo, 600, 1, 60, status='500')),
        Scenario(
            'LatencyBudgetBurnsSlowly', 'late answers for many hours', True, found={'slo': 'latency'},
            series=_answers(slo, 6000, min(1.0, 2 * slow), 96), **hours,
        ),
        Scenario(
            'LatencyBudgetBurnsSlowly', 'late answers within the budget', False,
            series=_answers(slo, 6000, slow / 2, 96), **hours,
        ),
    ]  # fmt: skip


def _instances(slo: Slo) -> list[Scenario]:
    one, two = _selector(slo, 'up'), _selector(slo, 'up').replace(INSTANCE, '10.0.0.2:8000')
    down = {'job': slo.service, 'instance': INSTANCE}
    started = _selector(slo, 'process_start_time_seconds')
    return [
        Scenario('ServiceDown', 'no instance answers', True, 10, {one: '1 0x10', two: '1 0x10'}),
        Scenario('ServiceDown', 'no instance is known', True, 10, {}),
        Scenario('ServiceDown', 'one of two answers', False, 10, {one: '1 0x10', two: '1x11'}),
        Scenario('InstanceDown', 'one of two does not answer', True, 20, {one: '0x20', two: '1x20'}, down),
        Scenario('InstanceDown', 'a short break', False, 20, {one: '0x9 1x11', two: '1x20'}),
        Scenario('InstanceDown', 'all are down, which is a page', False, 20, {one: '0x20', two: '0x20'}),
        Scenario('ServiceRestarts', 'three restarts', True, 30, {started: '1x5 2x5 3x5 4x20'}, down),
        Scenario('ServiceRestarts', 'one restart', False, 30, {started: '1x10 2x20'}),
    ]


def _resources(slo: Slo) -> list[Scenario]:
    limit = _selector(slo, 'process_max_fds')
    opened = _selector(slo, 'process_open_fds')
    found = {'job': slo.service, 'instance': INSTANCE}
    much, few = slo.alerts.saturation_percent * 10 + 100, slo.alerts.saturation_percent * 10 - 100
    return [
        Scenario('FilesRunOut', 'close to the limit', True, 20, {limit: '1000x20', opened: f'{much:g}x20'}, found),
        Scenario('FilesRunOut', 'far from the limit', False, 20, {limit: '1000x20', opened: f'{few:g}x20'}),
    ]


def _predictions(slo: Slo) -> list[Scenario]:
    share, bound = slo.alerts.model_error_percent / 100, slo.alerts.model_seconds
    return [
        Scenario('PredictionsFail', 'broken batches', True, 20, _batches(slo, min(1, 2 * share), 'internal'), MODEL),
        Scenario('PredictionsFail', 'a broken batch now and then', False, 20, _batches(slo, share / 2, 'internal')),
        Scenario('PredictionsFail', 'wrong input, which clients must mend', False, 20, _batches(slo, 1, 'input')),
        Scenario('PredictionsSlow', 'slow batches', True, 30, _durations(slo, 2 * bound), MODEL),
        Scenario('PredictionsSlow', 'quick batches', False, 30, _durations(slo, bound / 2)),
    ]


def _batches(slo: Slo, failing: float, reason: str) -> dict[str, str]:
    return {
        _selector(slo, 'model_prediction_duration_seconds_count', **MODEL): '0+100x20',
        _selector(slo, 'model_prediction_errors_total', **MODEL, reason=reason): f'0+{100 * failing:g}x20',
    }


def _durations(slo: Slo, bound: float) -> dict[str, str]:
    name = 'model_prediction_duration_seconds_bucket'
    return {
        _selector(slo, name, **MODEL, le=f'{bound * 0.9:g}'): '0+0x30',
        _selector(slo, name, **MODEL, le=f'{bound:g}'): '0+100x30',
        _selector(slo, name, **MODEL, le='+Inf'): '0+100x30',
    }


def _load(slo: Slo) -> list[Scenario]:
    ready = _selector(slo, 'model_ready')
    limit = _selector(slo, 'model_predictions_in_progress_limit')
    busy = _selector(slo, 'model_predictions_in_progress')
    rejected = _selector(slo, 'model_requests_rejected_total')
    found = {'job': slo.service, 'instance': INSTANCE}
    much, few = slo.alerts.saturation_percent + 10, slo.alerts.saturation_percent - 10
    return [
        Scenario('ModelNotReady', 'no model for minutes', True, 10, {ready: '0x10'}),
        Scenario('ModelNotReady', 'a model that loads', False, 10, {ready: '0 1x10'}),
        Scenario(
            'ModelNotReady', 'another instance can predict', False, 5,
            {ready: '0x10', ready.replace(INSTANCE, '10.0.0.2:8000'): '1x10'},
        ),
        Scenario('PredictionsPileUp', 'no place is left', True, 20, {limit: '100x20', busy: f'{much:g}x20'}, found),
        Scenario('PredictionsPileUp', 'places are free', False, 20, {limit: '100x20', busy: f'{few:g}x20'}),
        Scenario('PredictionsRejected', 'refused for minutes', True, 20, {rejected: '0+5x20'}),
        Scenario('PredictionsRejected', 'refused once', False, 20, {rejected: '0 5x20'}),
    ]  # fmt: skip

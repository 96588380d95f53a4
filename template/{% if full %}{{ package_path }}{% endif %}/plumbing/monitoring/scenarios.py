"""Unit tests of the alerts for `promtool test rules`: each alert fires when it must, and does not when it must not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
    return [*_promises(slo), *_instances(slo), *_resources(slo), *_predictions(slo), *_load(slo)]


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


def _counter(*phases: tuple[float, int]) -> str:
    """A counter that grows by so much in each of so many steps, phase after phase."""
    parts, value = [], 0.0
    for growth, steps in phases:
        parts.append(f'{value:g}+{growth:g}x{steps - 1}')
        value += growth * steps
    return ' '.join(parts)


def _requests(slo: Slo, per_minute: float, *phases: tuple[float, int]) -> dict[str, str]:
    """Requests of which a share fails, phase after phase."""
    labels = {'method': 'POST', 'route': _route(slo)}
    return {
        _selector(slo, 'http_requests_total', **labels, status='200'): _counter(
            *((per_minute * (1 - share), steps) for share, steps in phases)
        ),
        _selector(slo, 'http_requests_total', **labels, status='500'): _counter(
            *((per_minute * share, steps) for share, steps in phases)
        ),
    }


def _answers(slo: Slo, per_minute: float, *phases: tuple[float, int], status: str = '200') -> dict[str, str]:
    """Answers of which a share is late, phase after phase."""
    labels = {'method': 'POST', 'route': _route(slo), 'status': status}
    name, bound = 'http_request_duration_seconds', str(slo.latency.seconds)
    return {
        _selector(slo, f'{name}_count', **labels): _counter(*((per_minute, steps) for _, steps in phases)),
        _selector(slo, f'{name}_bucket', **labels, le=bound): _counter(
            *((per_minute * (1 - share), steps) for share, steps in phases)
        ),
    }


def _burns(slo: Slo, name: str, bad: str, made: Callable[..., dict[str, str]]) -> list[Scenario]:
    """What both promises have in common; each pair of windows is the only one that sees one of the cases."""
    objective, found = slo.objectives[name], {'slo': name}
    quick, steady = (slo.threshold(objective, burn) for burn in FAST)
    slow = slo.threshold(objective, SLOW[1])
    fast, slowly = f'{name.capitalize()}BudgetBurnsFast', f'{name.capitalize()}BudgetBurnsSlowly'
    few = slo.alerts.minimum_errors / 2 / 60
    burst = made(slo, 600, (0, 310), (min(1, 1.8 * quick), 50))
    over = made(slo, 600, (0, 290), (min(1, 1.8 * quick), 50), (0, 20))
    return [
        Scenario(fast, f'many {bad} for less than an hour', True, 360, burst, found),
        Scenario(fast, f'{bad} for six hours', True, 360, made(slo, 600, (1.5 * steady, 360)), found),
        Scenario(fast, f'nothing but {bad}', True, 60, made(slo, 600, (1, 60)), found),
        Scenario(fast, f'{bad} within the budget', False, 60, made(slo, 600, (budget(objective) / 2, 60))),
        Scenario(fast, f'{bad} that are over', False, 360, over),
        Scenario(fast, f'too few {bad} to mean anything', False, 60, made(slo, few, (1, 60))),
        Scenario(fast, 'no requests at all', False, 60, made(slo, 0, (0, 60))),
        Scenario(slowly, f'some {bad} for many hours', True, 480, made(slo, 6000, (2 * slow, 96)), found, step=5),
        Scenario(slowly, f'{bad} within the budget', False, 480, made(slo, 6000, (slow / 2, 96)), step=5),
    ]


def _promises(slo: Slo) -> list[Scenario]:
    late = 'late errors, which no promise is about'
    return [
        *_burns(slo, 'availability', 'errors', _requests),
        *_burns(slo, 'latency', 'late answers', _answers),
        Scenario('LatencyBudgetBurnsFast', late, False, 60, _answers(slo, 600, (1, 60), status='500')),
    ]


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

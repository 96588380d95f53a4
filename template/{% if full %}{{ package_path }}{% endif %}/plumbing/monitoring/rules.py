"""Recording rules: how many requests broke a promise, over each window that alerts and the dashboard look at."""

from __future__ import annotations

from .slo import FAST, HOURS, SLOW, Slo, budget

LONG = sorted({burn.long for burn in (*FAST, *SLOW)}, key=HOURS.__getitem__)
WINDOWS = sorted({*LONG, *(burn.short for burn in (*FAST, *SLOW))}, key=HOURS.__getitem__)
RATIO = 'slo:errors_per_request:ratio_rate'
REQUESTS = 'slo:requests:increase'
BUDGET = 'slo:error_budget:remaining_ratio'
Rule = dict[str, object]


def recording_rules(slo: Slo) -> list[Rule]:
    """Two groups: the windows of the alerts, and the long window of the budget, which is dear and changes slowly."""
    windows = [rule for name in slo.objectives for window in WINDOWS for rule in _window(slo, name, window)]
    budgets = [rule for name in slo.objectives for rule in _budget(slo, name)]
    return [
        {'name': f'{slo.service}-slo', 'rules': windows},
        {'name': f'{slo.service}-budget', 'interval': '5m', 'rules': budgets},
    ]


def series(slo: Slo, name: str, metric: str) -> str:
    """The series of a recorded metric that belongs to one promise."""
    return f'{metric}{{service="{slo.service}", slo="{name}"}}'


def total(slo: Slo, name: str) -> str:
    """The counter of the requests that a promise is about: latency is promised for answers, not for errors."""
    if name == 'latency':
        return f'http_request_duration_seconds_count{{job="{slo.service}", route=~"{slo.routes}", status!~"5.."}}'
    return f'http_requests_total{{job="{slo.service}", route=~"{slo.routes}"}}'


def _error_ratio(slo: Slo, name: str, window: str) -> str:
    requests = f'sum(rate({total(slo, name)}[{window}]))'
    if name == 'latency':
        good = (
            f'http_request_duration_seconds_bucket{{job="{slo.service}", route=~"{slo.routes}", status!~"5..", '
            f'le="{slo.latency.seconds}"}}'
        )
        return f'1 -\n  sum(rate({good}[{window}]))\n/\n  {requests}'
    errors = f'http_requests_total{{job="{slo.service}", route=~"{slo.routes}", status=~"5.."}}'
    # Before the first error there is no series of errors; without `or` there would be no ratio either.
    return f'(\n    sum(rate({errors}[{window}]))\n  or\n    0 * {requests}\n)\n/\n  {requests}'


def _window(slo: Slo, name: str, window: str) -> list[Rule]:
    labels = {'service': slo.service, 'slo': name}
    rules: list[Rule] = [{'record': f'{RATIO}{window}', 'expr': _error_ratio(slo, name, window), 'labels': labels}]
    if window in LONG:
        expr = f'sum(increase({total(slo, name)}[{window}]))'
        rules.append({'record': f'{REQUESTS}{window}', 'expr': expr, 'labels': labels})
    return rules


def _budget(slo: Slo, name: str) -> list[Rule]:
    labels = {'service': slo.service, 'slo': name}
    window = f'{slo.window_days}d'
    spent = f'{series(slo, name, RATIO + window)} / {budget(slo.objectives[name]):g}'
    return [
        {'record': f'{RATIO}{window}', 'expr': _error_ratio(slo, name, window), 'labels': labels},
        {'record': BUDGET, 'expr': f'1 - {spent}', 'labels': labels},
    ]

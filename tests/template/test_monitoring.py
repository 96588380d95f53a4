"""What a service promises, as Prometheus and Grafana will read it; promtool is the real one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

from tests.support.monitoring import templates
from tests.support.standard import ROOT

Render = Callable[..., Path]
PROMTOOL = shutil.which('promtool')
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason='promtool is not on PATH')
LONGEST = {'service_name': 'x' * 50, 'package_name': 'churn_service'}
UNITS = {'reqps', 'ops', 's', 'bytes', 'percentunit', 'none'}
"""Those of Grafana that the dashboard uses: packages/grafana-data, valueFormats/categories.ts."""


def generated(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The service's own generator, which needs pydantic and PyYAML only; promtool is out of its reach."""
    return subprocess.run(
        [sys.executable, '-m', 'churn_service.plumbing.monitoring', *arguments],
        cwd=root, check=False, capture_output=True, text=True,
        env={'PYTHONPATH': str(root / 'src'), 'PATH': '', 'PYTHONDONTWRITEBYTECODE': '1'},
    )  # fmt: skip


def promtool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The real one."""
    return subprocess.run([str(PROMTOOL), *arguments], cwd=folder, check=False, capture_output=True, text=True)


def dashboard(root: Path) -> dict[str, Any]:
    """The generated document."""
    document = json.loads((root / 'monitoring' / 'dashboard.json').read_text())
    assert isinstance(document, dict)
    return document


def test_templates_are_what_the_generator_writes() -> None:
    """`python -m tests.support.monitoring` mends them."""
    stale = [str(path.relative_to(ROOT)) for path, text in templates().items() if path.read_text() != text]
    assert not stale


@pytest.mark.parametrize('answers', [{}, LONGEST, {'inference': 'triton', 'metrics_port': 9100}])
def test_generated_files_are_current(rendered: Render, answers: dict[str, object]) -> None:
    """Whatever the service is called, its own generator has nothing to change in a new one."""
    done = generated(rendered(**answers), '--check')
    assert (done.returncode, done.stdout) == (0, ''), done.stderr


@needs_promtool
def test_prometheus_alerts_have_unit_tests(rendered: Render) -> None:
    """promtool takes the rules, and each alert fires when it must and not when it must not."""
    folder = rendered() / 'monitoring'
    checked = promtool(folder, 'check', 'rules', 'rules.yml')
    assert (checked.returncode, 'SUCCESS' in checked.stdout) == (0, True), checked.stderr
    tested = promtool(folder, 'test', 'rules', 'rules_test.yml')
    assert (tested.returncode, 'SUCCESS' in tested.stdout) == (0, True), tested.stderr
    alerts = [rule for rule in rules(folder) if 'alert' in rule]
    cases = [case for test in load(folder / 'rules_test.yml')['tests'] for case in test['alert_rule_test']]
    for fires in (True, False):
        assert {case['alertname'] for case in cases if bool(case['exp_alerts']) is fires} == {
            alert['alert'] for alert in alerts
        }


def load(path: Path) -> Any:
    """A YAML file."""
    return yaml.safe_load(path.read_text())


def rules(folder: Path) -> list[dict[str, Any]]:
    """All of them."""
    return [rule for group in load(folder / 'rules.yml')['groups'] for rule in group['rules']]


@needs_promtool
@pytest.mark.parametrize(
    ('alert', 'old', 'new'),
    [
        ('AvailabilityBudgetBurnsFast', '> 0.0144', '> 0.9999'),
        ('AvailabilityBudgetBurnsFast', '> 0.006', '> 0.9999'),
        ('AvailabilityBudgetBurnsFast', '> 0.0144', '>= 0'),
        ('AvailabilityBudgetBurnsFast', 'rate5m{service="churn-service", slo="availability"} > 0.0144', 'rate5m >= 0'),
        ('AvailabilityBudgetBurnsFast', ' >= 5\n', ' >= 0\n'),
        ('AvailabilityBudgetBurnsSlowly', '> 0.001', '> 0.9999'),
        ('LatencyBudgetBurnsFast', ', status!~"5.."', ''),
        ('LatencyBudgetBurnsFast', 'le="0.25"', 'le="0.5"'),
        ('ServiceDown', '} == 1)', '})'),
        ('InstanceDown', '}) > 0', '}) >= 0'),
        ('ModelNotReady', 'max(model_ready', 'min(model_ready'),
        ('PredictionsFail', ', reason!="input"', ''),
        ('PredictionsPileUp', '> 0.8', '> 0.99'),
    ],
)
def test_alert_tests_can_fail(rendered: Render, tmp_path: Path, alert: str, old: str, new: str) -> None:
    """A rule that is bent is found by the tests that came with it."""
    folder = rendered() / 'monitoring'
    text = (folder / 'rules.yml').read_text()
    assert old in text
    (tmp_path / 'rules.yml').write_text(text.replace(old, new))
    tests = load(folder / 'rules_test.yml')
    tests['tests'] = [test for test in tests['tests'] if test['alert_rule_test'][0]['alertname'] == alert]
    (tmp_path / 'rules_test.yml').write_text(yaml.safe_dump(tests))
    assert promtool(tmp_path, 'check', 'rules', 'rules.yml').returncode == 0
    done = promtool(tmp_path, 'test', 'rules', 'rules_test.yml')
    assert (done.returncode, 'FAILED' in done.stdout + done.stderr) == (1, True)


def test_every_alert_helps_whoever_is_called(rendered: Render) -> None:
    """Severity, what is broken, what it means, and a section of the runbook that is really there."""
    root = rendered()
    headings = {
        line.lstrip('# ').lower() for line in (root / 'docs/runbook.md').read_text().splitlines() if line[:1] == '#'
    }
    for alert in (rule for rule in rules(root / 'monitoring') if 'alert' in rule):
        assert alert['labels']['severity'] in {'page', 'ticket'}
        assert alert['annotations']['summary'].startswith('churn-service: ')
        assert alert['annotations']['description'].endswith('.')
        page, _, anchor = alert['annotations']['runbook_url'].partition('#')
        assert page == 'docs/runbook.md'
        assert anchor in headings


def test_burn_rates_are_those_of_the_workbook(rendered: Render) -> None:
    """99.9 % of thirty days: 14.4, 6, 3 and 1 times the budget (Site Reliability Workbook, chapter 5, table 5-8)."""
    found = {rule['alert']: rule['expr'] for rule in rules(rendered() / 'monitoring') if 'alert' in rule}
    thresholds = {
        name: re.findall(r'ratio_rate(\w+)\{[^}]*} > ([0-9.]+)', found[f'AvailabilityBudgetBurns{name}'])
        for name in ('Fast', 'Slowly')
    }
    assert thresholds == {
        'Fast': [('1h', '0.0144'), ('5m', '0.0144'), ('6h', '0.006'), ('30m', '0.006')],
        'Slowly': [('1d', '0.003'), ('2h', '0.003'), ('3d', '0.001'), ('6h', '0.001')],
    }


def test_grafana_takes_the_dashboard(rendered: Render) -> None:
    """Ids are unique, nothing overlaps or leaves the grid, each panel asks the chosen Prometheus and has a unit."""
    for answers in ({}, LONGEST):
        document = dashboard(rendered(**answers))
        assert len(document['uid']) <= 40
        panels = document['panels']
        assert len({panel['id'] for panel in panels}) == len(panels)
        taken: set[tuple[int, int]] = set()
        for panel in panels:
            place = panel['gridPos']
            assert place['x'] + place['w'] <= 24
            cells = {(x + place['x'], y + place['y']) for x in range(place['w']) for y in range(place['h'])}
            assert not cells & taken, panel['title']
            taken |= cells
        pictures = [panel for panel in panels if panel['type'] != 'row']
        assert {panel['fieldConfig']['defaults']['unit'] for panel in pictures} <= UNITS
        for panel in pictures:
            assert panel['targets'] and panel['options'] and panel['title']
            sources = [panel['datasource'], *(target['datasource'] for target in panel['targets'])]
            assert all(source == {'type': 'prometheus', 'uid': '${datasource}'} for source in sources)
            assert len({target['refId'] for target in panel['targets']}) == len(panel['targets'])
        assert len({panel['title'] for panel in panels}) == len(panels)
        assert [variable['name'] for variable in document['templating']['list']] == ['datasource', 'instance']


@needs_promtool
def test_grafana_queries_parse(rendered: Render, tmp_path: Path) -> None:
    """Prometheus understands each query of the dashboard, with values for Grafana's variables."""
    queries = [target['expr'] for panel in dashboard(rendered())['panels'] for target in panel.get('targets', ())]
    plain = [query.replace('$__rate_interval', '5m').replace('$instance', '.*') for query in queries]
    assert not [query for query in plain if '$' in query]
    recorded = [{'record': f'picture:{number}', 'expr': query} for number, query in enumerate(plain)]
    (tmp_path / 'all.yml').write_text(yaml.safe_dump({'groups': [{'name': 'all', 'rules': recorded}]}))
    done = promtool(tmp_path, 'check', 'rules', 'all.yml')
    assert (done.returncode, f'{len(queries)} rules found' in done.stdout) == (0, True), done.stderr


def test_another_promise_gives_other_rules(rendered: Render, tmp_path: Path) -> None:
    """Thresholds, bounds and windows follow slo.yml; so do the copies that the chart brings to the cluster."""
    root = Path(shutil.copytree(rendered(), tmp_path / 'churn-service'))
    promises = root / 'monitoring' / 'slo.yml'
    text = promises.read_text().replace('objective: 99.9', 'objective: 99.5').replace('seconds: 0.25', 'seconds: 1')
    promises.write_text(text.replace('window_days: 30', 'window_days: 28'))
    assert generated(root, '--check').returncode == 1
    done = generated(root)
    assert done.returncode == 0
    assert 'promtool is not installed' in done.stderr
    expressions = ' '.join(rule['expr'] for rule in rules(root / 'monitoring'))
    assert '> 0.0672' in expressions
    assert 'le="1.0"' in expressions
    assert '[28d]' in expressions
    assert (root / 'chart/files/rules.yml').read_text() == (root / 'monitoring/rules.yml').read_text()
    if PROMTOOL:
        assert 'SUCCESS' in promtool(root / 'monitoring', 'test', 'rules', 'rules_test.yml').stdout


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        ('service: a\navailability: {objective: 99.9}\n', 'latency: Field required'),
        ('service: a\navailability: {objective: 100}\nlatency: {objective: 99, seconds: 1}\n', 'less than 100'),
        ('[', 'is not valid YAML'),
        ('', 'the file: '),
        (None, 'can not be read'),
    ],
)
def test_wrong_promises_stop_the_generator(rendered: Render, tmp_path: Path, text: str | None, said: str) -> None:
    """One message with the place, exit 2, nothing written."""
    if text is not None:
        (tmp_path / 'slo.yml').write_text(text)
    done = generated(rendered(), str(tmp_path))
    assert done.returncode == 2
    assert said in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {'slo.yml'}


def test_promtool_decides(rendered: Render, tmp_path: Path) -> None:
    """Where promtool is installed and refuses, the command fails."""
    refuse = tmp_path / 'bin' / 'promtool'
    refuse.parent.mkdir()
    refuse.write_text('#!/bin/sh\nexit 3\n')
    refuse.chmod(0o755)
    root = Path(shutil.copytree(rendered(), tmp_path / 'churn-service'))
    with mock.patch.dict('os.environ', {'PATH': f'{refuse.parent}', 'PYTHONPATH': str(root / 'src')}):
        done = subprocess.run(
            [sys.executable, '-m', 'churn_service.plumbing.monitoring'], cwd=root, check=False, capture_output=True
        )
    assert done.returncode == 1

"""A real Prometheus and a real Alertmanager watch a really running service."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.programs import started, until
from tests.support.running import CUSTOMER, PREDICT, free_port, get, python

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.network,
    pytest.mark.skipif(
        not (shutil.which('prometheus') and shutil.which('prometheus-alertmanager')), reason='no Prometheus on PATH'
    ),
]
QUIET = {'Server errors', 'Batches that failed', 'Alerts that fire'}
"""Pictures that stay empty as long as nothing goes wrong."""


class Watched:
    """A service, Prometheus, Alertmanager and somebody who is called by it."""

    def __init__(self, service: Path, scratch: Path) -> None:
        self.service = service
        self.scratch = scratch
        self.port, self.metrics, self.prometheus, self.alertmanager = (free_port() for _ in range(4))
        self.calls: list[dict[str, Any]] = []
        self.pager = HTTPServer(('127.0.0.1', 0), self.handler())

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Writes down what Alertmanager sends."""
        calls = self.calls

        class Pager(BaseHTTPRequestHandler):
            """Takes a webhook."""

            def do_POST(self) -> None:  # pylint: disable=invalid-name
                """One notification."""
                body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
                calls.extend(body['alerts'])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Pager

    def configure(self) -> None:
        """The service's own rules, looked at every second."""
        rules = (self.service / 'monitoring' / 'rules.yml').read_text().replace('interval: 5m', 'interval: 1s')
        (self.scratch / 'rules.yml').write_text(rules)
        prometheus = {
            'global': {'scrape_interval': '1s', 'evaluation_interval': '1s'},
            'rule_files': ['rules.yml'],
            'scrape_configs': [
                {'job_name': 'churn-service', 'static_configs': [{'targets': [f'127.0.0.1:{self.metrics}']}]}
            ],
            'alerting': {'alertmanagers': [{'static_configs': [{'targets': [f'127.0.0.1:{self.alertmanager}']}]}]},
        }
        (self.scratch / 'prometheus.yml').write_text(yaml.safe_dump(prometheus))
        url = f'http://127.0.0.1:{self.pager.server_port}/'
        alertmanager = {
            'route': {'receiver': 'pager', 'group_wait': '0s', 'group_by': ['alertname']},
            'receivers': [{'name': 'pager', 'webhook_configs': [{'url': url}]}],
        }
        (self.scratch / 'alertmanager.yml').write_text(yaml.safe_dump(alertmanager))

    @contextmanager
    def running(self, artifacts: str) -> Iterator[None]:
        """All of them, the service with the models of that folder."""
        self.configure()
        variables = {
            'APP_METRICS__PORT': str(self.metrics),
            'APP_METRICS__HOST': '127.0.0.1',
            'APP_SERVER__PORT': str(self.port),
            'APP_MODEL__PATH': artifacts,
            'APP_ENVIRONMENT': 'production',
            'APP_SERVER__DRAIN_SECONDS': '0',
        }
        here = f'--web.listen-address=127.0.0.1:{self.prometheus}'
        data = self.scratch / 'data'
        watcher = ['prometheus', '--config.file=prometheus.yml', f'--storage.tsdb.path={data}', here]
        caller = [
            'prometheus-alertmanager',
            '--config.file=alertmanager.yml',
            f'--storage.path={self.scratch / "alerts"}',
            f'--web.listen-address=127.0.0.1:{self.alertmanager}',
            '--cluster.listen-address=',
        ]
        with ExitStack() as stack:
            threading.Thread(target=self.pager.serve_forever, daemon=True).start()
            stack.callback(self.pager.server_close)
            stack.callback(self.pager.shutdown)
            command = [str(python(self.service)), '-m', 'churn_service']
            stack.enter_context(started(command, self.scratch / 'service.log', cwd=self.service, variables=variables))
            for name, program in (('prometheus', watcher), ('alertmanager', caller)):
                stack.enter_context(started(program, self.scratch / f'{name}.log', cwd=self.scratch))
            until(lambda: get(f'http://127.0.0.1:{self.port}/livez').status == 200, log=self.scratch / 'service.log')
            until(lambda: self.query('up == 1'), log=self.scratch / 'prometheus.log')
            yield

    def query(self, expression: str) -> list[Any]:
        """What Prometheus answers now."""
        arguments = urllib.parse.urlencode({'query': expression})
        answer = json.loads(get(f'http://127.0.0.1:{self.prometheus}/api/v1/query?{arguments}').text)
        assert answer['status'] == 'success', answer
        result = answer['data']['result']
        assert isinstance(result, list)
        return result

    def predict(self) -> int:
        """Status of one prediction."""
        return get(f'http://127.0.0.1:{self.port}{PREDICT}', json.dumps({'instances': [CUSTOMER]}).encode()).status


@pytest.fixture(name='watched')
def fixture_watched(service: Path, tmp_path: Path) -> Watched:
    """Not yet running."""
    return Watched(service, tmp_path)


def test_prometheus_scrapes_the_service_and_an_alert_fires(watched: Watched) -> None:
    """A service without a model answers 503: within seconds the page is out, with what the called person needs."""
    with watched.running('nowhere'):

        def fired() -> list[Any]:
            assert watched.predict() == 503
            return watched.query('ALERTS{alertname="AvailabilityBudgetBurnsFast", alertstate="firing"}')

        (alert,) = until(fired, log=watched.scratch / 'prometheus.log')
        assert alert['metric'] == {
            '__name__': 'ALERTS',
            'alertname': 'AvailabilityBudgetBurnsFast',
            'alertstate': 'firing',
            'service': 'churn-service',
            'severity': 'page',
            'slo': 'availability',
        }
        call = until(lambda: next((call for call in watched.calls if call['status'] == 'firing'), None))
        assert call['labels']['severity'] == 'page'
        assert call['annotations']['runbook_url'] == 'docs/runbook.md#availabilitybudgetburnsfast'
        assert call['annotations']['summary'].startswith('churn-service: requests fail')
        assert watched.query('model_ready == 0')
        assert watched.query('ALERTS{alertname="ModelNotReady", alertstate="pending"}')
        assert get(f'http://127.0.0.1:{watched.port}/metrics').status == 404


def test_grafana_pictures_show_the_running_service(watched: Watched) -> None:
    """Each query of the dashboard brings data from a healthy service, but for those that show what went wrong."""
    document = json.loads((watched.service / 'monitoring' / 'dashboard.json').read_text())
    pictures = {
        f'{panel["title"]} {target["refId"]}': target['expr']
        .replace('$__rate_interval', '1m')
        .replace('$instance', '.*')
        for panel in document['panels']
        for target in panel.get('targets', ())
        if panel['title'] not in QUIET
    }
    with watched.running('artifacts'):

        def empty() -> set[str]:
            assert watched.predict() == 200
            return {title for title, query in pictures.items() if not watched.query(query)}

        try:
            until(lambda: not empty())
        except AssertionError:
            assert not empty()
        budget = watched.query('slo:error_budget:remaining_ratio{slo="availability"}')
        assert budget[0]['value'][1] == '1'
        assert not watched.query('ALERTS')

"""Charts and Dockerfiles before and after, looked at by the real engines."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from trueup.model import Status, Verification
from trueup.verify import VerifyOptions, compare, snapshot

from .conftest import Make

CHART = {
    'deploy/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
    'deploy/values.yaml': 'port: 8000\n',
    'deploy/templates/service.yaml': (
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: app\nspec:\n  ports:\n    - port: {{ .Values.port }}\n'
    ),
}
BROKEN = {**CHART, 'deploy/templates/service.yaml': 'kind: {{ .Values.port\n'}
DOCKERFILE = 'FROM python:3.11\nCOPY . /app\nCMD ["python", "/app/main.py"]\n'
HELM = """#!{python}
import sys
from helm_python.chart import Chart, lint

if sys.argv[1] == 'lint':
    found = [each for each in lint(sys.argv[2])['messages'] if each['severity'] == 3]
    print(*(f"[ERROR] {{each['path']}}: {{each['error']}}" for each in found), sep='\\n')
    raise SystemExit(bool(found))
try:
    with Chart.load(sys.argv[3]) as chart:
        chart.render(name=sys.argv[2])
except Exception as error:
    raise SystemExit(f'Error: {{error}}')
"""
"""The real engine, called as people call helm."""


def verdicts(before: Path, after: Path, options: VerifyOptions) -> dict[str, Verification]:
    """What static verification says of two states."""
    found = (snapshot(folder, level='static', options=options) for folder in (before, after))
    return {each.name: each for each in compare(*found)}


@pytest.fixture
def no_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with neither helm nor hadolint."""
    monkeypatch.setattr('trueup.verify._artifacts.find_program', lambda name: None)


@pytest.mark.usefixtures('no_tools')
def test_without_tools_only_what_is_untouched_is_the_same(make: Make, options: VerifyOptions) -> None:
    """A changed chart that nobody looked at is one line that says so."""
    old = make({**CHART, 'Dockerfile': DOCKERFILE})
    found = verdicts(old, make({**BROKEN, 'Dockerfile': DOCKERFILE}), options)
    assert found['Dockerfile'] == Verification('Dockerfile', Status.SAME, 'not looked at', 'not looked at', 'unchanged')
    assert (found['chart'].status, found['chart'].detail) == (
        Status.UNVERIFIED,
        'deploy changed, and helm is not here',
    )
    gone = verdicts(old, make({'a.py': ''}), replace(options))
    assert (gone['chart'].status, gone['chart'].detail) == (Status.WORSE, 'deploy is gone')


def test_dockerfile_by_hadolint(make: Make, options: VerifyOptions) -> None:
    """Only a finding that was not there before is worse."""
    if not (Path(sys.executable).parent / 'hadolint').exists():
        pytest.skip('needs hadolint')
    noisy = DOCKERFILE.replace('COPY', 'RUN cd /tmp && ls\nCOPY')
    old, new = make({'Dockerfile': DOCKERFILE}), make({'Dockerfile': noisy})
    found = verdicts(old, new, options)['Dockerfile']
    assert found.status is Status.WORSE and found.detail.startswith('Dockerfile: DL3003: ')
    assert verdicts(new, old, options)['Dockerfile'].status is Status.SAME


def test_chart_by_helm(make: Make, options: VerifyOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that renders no more is worse, and its line is named."""
    pytest.importorskip('helm_python')
    program = tmp_path / 'bin' / 'helm'
    program.parent.mkdir()
    program.write_text(HELM.format(python=sys.executable), encoding='utf-8')
    program.chmod(0o755)
    monkeypatch.setenv('PATH', f'{program.parent}:/usr/bin:/bin')
    old, new = make(CHART), make(BROKEN)
    good = verdicts(old, make({**CHART, 'deploy/values.yaml': 'port: 9000\n'}), options)['chart']
    assert good == Verification('chart', Status.SAME, '0 findings', '0 findings')
    found = verdicts(old, new, options)['chart']
    assert found.status is Status.WORSE and 'service.yaml' in found.detail

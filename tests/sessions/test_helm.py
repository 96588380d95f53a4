"""The session `helm`: which charts, and what is found in them, with Helm's own engine."""

from __future__ import annotations

import json
import shutil
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

from tests.conftest import git
from tests.sessions.test_nox import NOXFILE, nox
from trueup.errors import Refusal
from trueup.sessions import _render
from trueup.sessions._options import read_options
from trueup.sessions.helm import charts, delivery

DIGEST = 'sha256:' + '1' * 64
PYPROJECT = '[project]\nname = "tiny"\nversion = "1.2.3"\n'
CHART = {
    'Chart.yaml': 'apiVersion: v2\nname: tiny\nversion: 0.1.0\n',
    'values.yaml': 'image:\n  repository: tiny\n  # of the pipeline\n  digest: ""\nport: 80\n',
    'values-staging.yaml': 'port: 81\n',
    'templates/service.yaml': (
        'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n'
        'spec:\n  ports:\n    - port: {{ .Values.port }}\n'
        '{{- if not .Values.image.digest }}{{ fail "no digest" }}{{ end }}\n'
    ),
}
# The program `helm` as far as the session calls it, over the same engine.
HELM = f"""#!{sys.executable}
import sys, yaml, helm_python
words = sys.argv[1:]
options = dict(zip(words[2::1], words[3::1]))
try:
    if words[0] == 'lint':
        wrong = [each for each in helm_python.lint(words[1])['messages'] if each['severity'] > 2]
        print(*(f'[ERROR] {{each["path"]}}: {{each["error"]}}' for each in wrong), sep='\\n')
        sys.exit(bool(wrong))
    if words[0] == 'template':
        values = yaml.safe_load(open(options['--values'])) if '--values' in options else {{}}
        if '--set-string' in options:
            values['image'] = {{'digest': options['--set-string'].partition('=')[2]}}
        with helm_python.Chart.load(words[2]) as chart:
            print(*chart.render(values, name=words[1]).values(), sep='\\n---\\n')
    elif words[0] == 'package':
        version, target = options['--version'], options['--destination']
        print('Successfully packaged chart and saved it to:',
              helm_python.package(words[1], destination=target, version=version, app_version=version))
except helm_python.HelmError as error:
    sys.exit(f'Error: {{error}}')
"""


@pytest.fixture(name='service')
def fixture_service(tmp_path: Path) -> Path:
    """A service with one chart."""
    files = {f'deploy/chart/{name}': text for name, text in CHART.items()}
    for name, text in (files | {'pyproject.toml': PYPROJECT, 'noxfile.py': NOXFILE.format('')}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_charts_of_the_service(service: Path) -> None:
    """Neither what a chart brings along, nor what lies in hidden folders."""
    for place in ('deploy/chart/charts/redis', '.nox/x/chart', 'node_modules/chart', 'other'):
        (service / place).mkdir(parents=True)
        (service / place / 'Chart.yaml').touch()
    assert charts(service) == [Path('other'), Path('deploy/chart')]


def test_nothing_is_pushed_without_its_image(service: Path) -> None:
    """The chart that is pushed names the image that was pushed before, by its digest."""
    options = read_options(service)
    assert delivery(options, []) == ['--package', 'dist', '--version', '1.2.3']
    (service / 'reports').mkdir()
    (service / 'reports/image.json').write_text(json.dumps({'tag': '1.2.2', 'digest': DIGEST}))
    assert '--digest' not in delivery(options, [])
    (service / 'reports/image.json').write_text(json.dumps({'tag': '1.2.3', 'digest': DIGEST}))
    assert delivery(options, [])[-2:] == ['--digest', DIGEST]
    (service / 'pyproject.toml').write_text(PYPROJECT + '[tool.trueup.sessions]\nimage = "r.example.com/ml/tiny"\n')
    for words in (['init', '--quiet'], ['add', '--all'], ['commit', '--quiet', '-m', 'feat: start'], ['tag', 'v1.2.3']):
        git(service, *words)
    options = read_options(service)
    assert delivery(options, ['--push'])[-4:] == ['--digest', DIGEST, '--push', 'oci://r.example.com/ml/charts']
    (service / 'reports/image.json').unlink()
    with pytest.raises(Refusal, match='the image of this version was not pushed yet'):
        delivery(options, ['--push'])


@pytest.mark.parametrize('program', [False, True])
def test_rendered_judged_and_packed(
    service: Path, program: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With each values file, by the program where it is installed and by the engine where it is not."""
    monkeypatch.chdir(service)
    tools = service / 'tools'
    tools.mkdir()
    if program:
        (tools / 'helm').write_text(HELM)
        (tools / 'helm').chmod(0o755)
    monkeypatch.setenv('PATH', str(tools))
    (service / 'out').mkdir()
    words = ['out', 'deploy/chart', '--package', 'dist', '--version', '1.2.3', '--digest', DIGEST]
    assert _render.main(words) == 0, capsys.readouterr().out
    assert json.loads((service / 'out/counts.json').read_text()) == {
        'deploy-chart-values.yaml': 1, 'deploy-chart-values-staging.yaml': 1,
    }  # fmt: skip
    (document,) = yaml.safe_load_all((service / 'out/deploy-chart-values-staging.yaml').read_text().strip('-\n'))
    assert document['spec']['ports'] == [{'port': 81}]
    with tarfile.open(service / 'dist/tiny-1.2.3.tgz') as archive:
        values = yaml.safe_load(archive.extractfile('tiny/values.yaml'))  # type: ignore[arg-type]
    assert values == {'image': {'repository': 'tiny', 'digest': DIGEST}, 'port': 80}

    (service / 'deploy/chart/values-staging.yaml').write_text('port: eighty\n')
    assert _render.main(words) == 1
    assert "'eighty' is not of type 'integer'" in capsys.readouterr().out
    (service / 'deploy/chart/templates/service.yaml').write_text('{{ include "nothing" . }}\n')
    assert _render.main(words) == 1
    assert 'nothing' in capsys.readouterr().out


@pytest.mark.e2e
@pytest.mark.network
def test_session(service: Path) -> None:
    """It installs what it needs, says what it found, and fails for an object that Kubernetes refuses."""
    done = nox(service, '-s', 'helm')
    assert done.code == 0, done.output
    assert done.summary['sessions'][0]['note'] == 'charts: 1, renders: 2, objects: 2'
    assert (service / 'dist/tiny-1.2.3.tgz').is_file()
    (service / 'deploy/chart/values-staging.yaml').write_text('port: eighty\n')
    wrong = nox(service, '-s', 'helm')
    assert wrong.code == 1 and 'eighty' in wrong.output
    shutil.rmtree(service / 'deploy')
    assert nox(service, '-s', 'helm').summary['sessions'][0]['note'] == 'no chart'

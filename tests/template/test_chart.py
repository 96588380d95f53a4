"""The Helm chart: rendered by Helm's own engine and held against the schemas of Kubernetes, for each answer and value."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import pytest
import yaml

from tests.support.cluster import DIGEST, layered, pods, render, unrestricted, validate, values_of
from tests.support.rendering import files
from tests.template.options import OPTIONS

Render = Callable[..., Path]
JOBS = {'train': {'schedule': '0 3 * * 1', 'command': ['python', '-m', 'churn_service.models.train']}}
CLAIM = {'persistentVolumeClaim': {'claimName': 'models'}}
EVERYTHING: dict[str, Any] = {
    'autoscaling': {'enabled': True},
    'monitoring': {'serviceMonitor': True, 'rules': True, 'dashboard': True, 'labels': {'release': 'prometheus'}},
    'ingress': {'enabled': True, 'className': 'nginx', 'tlsSecret': 'tls', 'annotations': {'a.example.com/b': 'c'}},
    'cronJobs': {'train': JOBS['train'] | {'timeZone': 'Europe/Berlin', 'suspend': True, 'deadlineSeconds': 60}},
    'artifacts': {'volume': CLAIM},
    'secrets': ['keys'],
    'secretFiles': 'files',
    'config': {'logging': {'level': 'DEBUG'}, 'cors': {'allow_origins': ['https://a.example.com']}},
    'env': {'OMP_NUM_THREADS': 1, 'EMPTY': ''},
    'image': {'pullSecrets': ['registry']},
    'service': {'annotations': {'a': 'b'}},
    'serviceAccount': {'annotations': {'a': 'b'}, 'name': 'robot'},
    'networkPolicy': {
        'from': [{'ipBlock': {'cidr': '10.0.0.0/8'}}],
        'egress': [{'to': [{'ipBlock': {'cidr': '0.0.0.0/0'}}], 'ports': [{'port': 443, 'protocol': 'TCP'}]}],
    },
    'podAnnotations': {'a': 'b'},
    'podLabels': {'a': 'b'},
    'nodeSelector': {'pool': 'ml'},
    'tolerations': [{'key': 'ml', 'operator': 'Exists'}],
    'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [
        {'matchExpressions': [{'key': 'gpu', 'operator': 'Exists'}]}]}}},
    'priorityClassName': 'high',
    'extraVolumes': [{'name': 'more', 'emptyDir': {}}],
    'extraVolumeMounts': [{'name': 'more', 'mountPath': '/more'}],
    'extra': {'anything': {'goes': 1}},
}  # fmt: skip
CHARTS = {
    name: OPTIONS[name]
    for name in ('defaults', 'longest names', 'poc with a chart', 'port', 'metrics_port', 'image_registry', 'triton')
}


def chart_of(rendered: Render, name: str = 'defaults') -> Path:
    """The chart that an option gives."""
    return rendered(**OPTIONS[name]) / 'chart'


@pytest.mark.parametrize('name', CHARTS)
def test_every_object_is_what_kubernetes_takes(rendered: Render, name: str) -> None:
    """Linted, rendered and valid: as it is, for each environment, and with every value set; no pod may do harm."""
    chart = chart_of(rendered, name)
    assert not [each for each in helm_python.lint(str(chart))['messages'] if each['severity'] > 1]
    environments = ['', *sorted(path.name for path in chart.glob('values-*.yaml'))]
    assert environments == ['', 'values-production.yaml', 'values-staging.yaml']
    everything = layered(values_of(chart), EVERYTHING)
    if name == 'triton':
        everything = layered(everything, {'triton': {'volume': CLAIM}})
    for values in (*(values_of(chart, each) for each in environments), everything):
        objects = render(chart, values)
        for item in objects:
            validate(item)
        assert not [problem for pod in pods(objects) for problem in unrestricted(pod)]
        assert len({(item['kind'], item['metadata']['name']) for item in objects}) == len(objects)
        assert not [item for item in objects if len(item['metadata']['name']) > 63]


def test_validation_can_fail(rendered: Render) -> None:
    """What the schemas are there for: a misspelt field of an object, a pod that may do harm."""
    objects = {item['kind']: item for item in render(chart_of(rendered), EVERYTHING)}
    pod = objects['Deployment']['spec']['template']['spec']
    pod['containers'][0]['livenesProbe'] = pod['containers'][0].pop('livenessProbe')
    pod['containers'][0]['securityContext']['capabilities']['add'] = ['NET_ADMIN']
    assert list(unrestricted(pod)) == ['service has capabilities']
    with pytest.raises(kubernetes_validate.ValidationError, match='livenesProbe'):
        validate(objects['Deployment'])
    objects['PrometheusRule']['spec']['groups'][0]['rules'][0]['expression'] = 'up'
    with pytest.raises(Exception, match='expression'):
        validate(objects['PrometheusRule'])


def test_kinds_by_value(rendered: Render) -> None:
    """An object is there when it is asked for; those of operators never by default."""
    chart = chart_of(rendered)
    always = {'ConfigMap', 'Deployment', 'NetworkPolicy', 'Service', 'ServiceAccount'}

    def kinds(*layers: dict[str, Any]) -> set[str]:
        return {item['kind'] for item in render(chart, layered(*layers))}

    assert kinds() == always | {'PodDisruptionBudget'}
    assert kinds({'replicas': 1}) == always
    assert kinds({'replicas': 1, 'autoscaling': {'enabled': True}}) - always == {
        'HorizontalPodAutoscaler', 'PodDisruptionBudget',
    }  # fmt: skip
    assert kinds({'serviceAccount': {'create': False}, 'networkPolicy': {'enabled': False}}) == {
        'ConfigMap', 'Deployment', 'PodDisruptionBudget', 'Service',
    }  # fmt: skip
    assert kinds(EVERYTHING) - always == {
        'CronJob', 'HorizontalPodAutoscaler', 'Ingress', 'PodDisruptionBudget', 'PrometheusRule', 'ServiceMonitor',
    }  # fmt: skip


def test_pods(rendered: Render) -> None:
    """Three probes on the paths that the service answers, a bounded /tmp, room to stop, limits, replicas spread."""
    (pod,) = pods(render(chart_of(rendered), {'artifacts': {'volume': CLAIM}}))
    (container,) = pod['containers']
    probes = {name: container[f'{name}Probe']['httpGet'] for name in ('startup', 'readiness', 'liveness')}
    assert probes == {
        'startup': {'path': '/livez', 'port': 'http'},
        'readiness': {'path': '/readyz', 'port': 'http'},
        'liveness': {'path': '/livez', 'port': 'http'},
    }
    assert container['startupProbe']['failureThreshold'] * container['startupProbe']['periodSeconds'] == 300
    assert set(container['resources']) == {'requests', 'limits'}
    assert container['securityContext']['readOnlyRootFilesystem'] is True
    assert pod['automountServiceAccountToken'] is False
    assert pod['securityContext']['runAsUser'] == 10001
    assert [mount['mountPath'] for mount in container['volumeMounts']] == ['/tmp', '/app/artifacts']
    assert container['volumeMounts'][1]['readOnly'] is True
    assert pod['volumes'] == [{'name': 'tmp', 'emptyDir': {'sizeLimit': '256Mi'}}, {'name': 'artifacts'} | CLAIM]
    assert [each['topologyKey'] for each in pod['topologySpreadConstraints']] == [
        'topology.kubernetes.io/zone', 'kubernetes.io/hostname',
    ]  # fmt: skip
    # The service drains for 5 s and then gives its last requests 20 s.
    assert pod['terminationGracePeriodSeconds'] > 5 + 20


def test_one_image_for_all_environments(rendered: Render) -> None:
    """Staging and production refuse to render without the digest, and with it they run the very same image."""
    chart = chart_of(rendered, 'image_registry')
    used = set()
    for name in ('values-staging.yaml', 'values-production.yaml'):
        with pytest.raises(helm_python.HelmError, match='image.digest is missing'):
            render(chart, yaml.safe_load((chart / name).read_text()))
        used |= {each['image'] for pod in pods(render(chart, values_of(chart, name))) for each in pod['containers']}
    assert used == {f'registry.example.com:5000/ranking/churn-service@{DIGEST}'}


def test_configuration_is_outside_of_the_image(rendered: Render) -> None:
    """Settings become variables as the service names them; another setting gives other pods; secrets are only named."""
    chart = chart_of(rendered)
    config = {
        'logging': {'level': 'DEBUG', 'structured': False},
        'inference': {'workers': 8},
        'limits': {'request_seconds': 1.5},
        'cors': {'allow_origins': ['https://a.example.com']},
        'metrics': {'port': 0},
    }
    objects = {
        item['kind']: item for item in render(chart, {'config': config, 'secrets': ['keys'], 'environment': 'dev'})
    }
    data = objects['ConfigMap']['data']
    assert data.pop('APP_METRICS__PORT') == '0'
    assert data == {
        'APP_ENVIRONMENT': 'dev',
        'APP_SERVER__PORT': '8000',
        'APP_LOGGING__LEVEL': 'DEBUG',
        'APP_LOGGING__STRUCTURED': 'false',
        'APP_INFERENCE__WORKERS': '8',
        'APP_LIMITS__REQUEST_SECONDS': '1.5',
        'APP_CORS__ALLOW_ORIGINS': '["https://a.example.com"]',
    }
    template = objects['Deployment']['spec']['template']
    name = objects['ConfigMap']['metadata']['name']
    assert template['spec']['containers'][0]['envFrom'] == [
        {'configMapRef': {'name': name}}, {'secretRef': {'name': 'keys'}},
    ]  # fmt: skip
    other = {item['kind']: item for item in render(chart, {'config': {'inference': {'workers': 9}}})}
    assert other['Deployment']['spec']['template']['metadata']['annotations'] != template['metadata']['annotations']


def test_monitoring_is_that_of_the_service(rendered: Render) -> None:
    """Rules and dashboard are those in monitoring/, and Prometheus scrapes under the job that they ask for."""
    for name in ('defaults', 'metrics_port'):
        root = rendered(**OPTIONS[name])
        objects = render(root / 'chart', EVERYTHING)
        found = {item['kind']: item for item in objects if item['kind'] != 'ConfigMap'}
        rules = yaml.safe_load((root / 'monitoring' / 'rules.yml').read_text())
        assert found['PrometheusRule']['spec'] == rules
        (dashboard,) = (item for item in objects if 'grafana_dashboard' in item['metadata']['labels'])
        (text,) = dashboard['data'].values()
        assert json.loads(text) == json.loads((root / 'monitoring' / 'dashboard.json').read_text())
        monitor, service = found['ServiceMonitor']['spec'], found['Service']
        asked = set(re.findall(r'job="([^"]+)"', str(rules)))
        assert asked == {service['metadata']['labels'][monitor['jobLabel']]}
        ports = {port['name']: port['targetPort'] for port in service['spec']['ports']}
        container = found['Deployment']['spec']['template']['spec']['containers'][0]
        scraped = {port['name']: port['containerPort'] for port in container['ports']}[
            ports[monitor['endpoints'][0]['port']]
        ]
        assert scraped == (9100 if name == 'metrics_port' else 8000)
        allowed = [port['port'] for rule in found['NetworkPolicy']['spec']['ingress'] for port in rule['ports']]
        assert scraped in allowed


def test_copies_in_the_chart_are_current(rendered: Render) -> None:
    """Helm reads files of the chart only: the copies are those that `make monitoring` would write."""
    found = files(rendered())
    for name in ('rules.yml', 'dashboard.json'):
        assert found[f'chart/files/{name}'] == found[f'monitoring/{name}']


def test_triton_beside_the_service(rendered: Render) -> None:
    """Only with the answer: a sidecar that starts first, with the models, where the service's settings expect it."""
    assert 'triton' not in yaml.safe_load((chart_of(rendered) / 'values.yaml').read_text())
    root = rendered(**OPTIONS['triton'])
    (pod,) = pods(render(root / 'chart', {'triton': {'volume': CLAIM}}))
    (sidecar,) = pod['initContainers']
    assert sidecar['restartPolicy'] == 'Always'
    assert {'name': 'models', 'mountPath': '/models', 'readOnly': True} in sidecar['volumeMounts']
    port = sidecar['startupProbe']['httpGet']['port']
    assert f'--http-port={port}' in sidecar['args']
    assert yaml.safe_load((root / 'config' / 'default.yml').read_text())['triton']['url'] == f'http://localhost:{port}'


@pytest.mark.parametrize(
    ('values', 'said'),
    [
        ({'replica': 2}, 'replica'),
        ({'replicas': '2'}, 'replicas'),
        ({'replicas': -1}, 'replicas'),
        ({'environment': 'Production'}, 'environment'),
        ({'image': {'tag': 'latest'}}, 'tag'),
        ({'image': {'digest': 'sha256:abc'}}, 'digest'),
        ({'image': {'repository': ''}}, 'repository'),
        ({'image': {'pullPolicy': 'Sometimes'}}, 'pullPolicy'),
        ({'resources': {'limits': None}}, 'limits'),
        ({'resources': {'limits': {'memory': None}}}, 'memory'),
        ({'resources': {'limits': {'memory': '1 GB'}}}, 'memory'),
        ({'containerPort': 80}, 'containerPort'),
        ({'service': {'type': 'External'}}, 'type'),
        ({'autoscaling': {'cpu': 0}}, 'cpu'),
        ({'disruption': {'maxUnavailable': 0}}, 'maxUnavailable'),
        ({'env': {'A-B': '1'}}, 'A-B'),
        ({'config': {'Logging': {}}}, 'Logging'),
        ({'secrets': ['Not A Name']}, 'secrets'),
        ({'artifacts': {'volume': {'hostPath': {'path': '/'}}}}, 'volume'),
        ({'extraVolumes': [{'name': 'root', 'hostPath': {'path': '/'}}]}, 'extraVolumes'),
        ({'cronJobs': {'train': {'schedule': 'often', 'command': ['python']}}}, 'schedule'),
        ({'cronJobs': {'train': {'schedule': '@daily'}}}, 'command'),
        ({'ingress': {'host': 'https://example.com'}}, 'host'),
        ({'monitoring': {'interval': 'often'}}, 'interval'),
        ({'triton': {'image': 'tritonserver'}}, 'triton'),
        ({'podLabels': {'a': 1}}, 'podLabels'),
        ({'securityContext': {'privileged': True}}, 'securityContext'),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_wrong_values_are_refused(rendered: Render, values: dict[str, Any], said: str) -> None:
    """A slip of the pen stops at the desk, not in the cluster."""
    with pytest.raises(helm_python.HelmError, match=re.escape(said)):
        render(chart_of(rendered), values)


def test_a_team_adds_templates_of_its_own(rendered: Render, tmp_path: Path) -> None:
    """They see the helpers of the standard and the values below `extra`."""
    chart = tmp_path / 'chart'
    shutil.copytree(chart_of(rendered), chart)
    (chart / 'templates' / 'own.yaml').write_text(
        'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include "service.fullname" . }}-own\n'
        'data:\n  colour: {{ .Values.extra.colour }}\n'
    )
    (own,) = (item for item in render(chart, {'extra': {'colour': 'red'}}) if item['metadata']['name'].endswith('-own'))
    assert own['data'] == {'colour': 'red'}


def test_packaged_with_the_version_of_the_service(rendered: Render, tmp_path: Path) -> None:
    """The pipeline's command: one archive that holds the rules and the dashboard, but no environment."""
    made = helm_python.package(str(chart_of(rendered)), destination=str(tmp_path), version='1.2.3', app_version='1.2.3')
    shutil.unpack_archive(made, tmp_path / 'unpacked')
    root = tmp_path / 'unpacked' / 'churn-service'
    found = {path.relative_to(root).as_posix() for path in root.rglob('*') if path.is_file()}
    assert {'Chart.yaml', 'values.yaml', 'values.schema.json', 'files/rules.yml', 'files/dashboard.json'} <= found
    assert not [path for path in found if path.startswith('values-')]
    (pod,) = pods(render(root, {}))
    assert pod['containers'][0]['image'] == 'churn-service:1.2.3'

"""What a cluster would say of a chart: Helm's own engine renders it, the schemas of Kubernetes judge each object."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import helm_python
import jsonschema
import kubernetes_validate
import yaml

SCHEMAS = Path(__file__).parent / 'schemas'
DIGEST = 'sha256:' + '0' * 64
VERSIONS = ('1.29', '1.34')
"""The oldest Kubernetes that the chart runs on, and a newer one."""
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
Values = Mapping[str, Any]
Object = dict[str, Any]


def layered(*layers: Values) -> dict[str, Any]:
    """Values on top of each other, as Helm takes several files."""
    result: dict[str, Any] = {}
    for layer in layers:
        for key, value in layer.items():
            old = result.get(key)
            result[key] = layered(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def values_of(chart: Path, name: str = '') -> dict[str, Any]:
    """The values of an environment (none: the chart's own), with the digest that a pipeline hands over."""
    given = yaml.safe_load((chart / name).read_text(encoding='utf-8')) if name else {}
    return layered(given, {'image': {'digest': DIGEST}})


def render(chart: Path, values: Values, *, release: str = 'demo', namespace: str = 'prod') -> list[Object]:
    """The objects of a release, first checked against values.schema.json; raises HelmError."""
    with helm_python.Chart.load(str(chart)) as loaded:
        loaded.validate_schema(dict(values))
        files = loaded.render(dict(values), name=release, namespace=namespace)
    texts = [text for path, text in sorted(files.items()) if not path.endswith('NOTES.txt')]
    return [document for text in texts for document in yaml.load_all(text, Loader=LOADER) if document]


def validate(document: Object) -> None:
    """Raise where Kubernetes, or the operator of Prometheus, would refuse an object."""
    if document['apiVersion'].startswith('monitoring.coreos.com/'):
        jsonschema.validate(document, _schema(document['kind']))
        return
    for version in VERSIONS:
        kubernetes_validate.validate(document, version, strict=True)


@cache
def _schema(kind: str) -> dict[str, Any]:
    loaded = json.loads((SCHEMAS / f'{kind.lower()}.json').read_text(encoding='utf-8'))
    assert isinstance(loaded, dict)
    return loaded


def pods(objects: list[Object]) -> Iterator[Object]:
    """The specification of each pod."""
    for item in objects:
        if item['kind'] == 'Deployment':
            yield item['spec']['template']['spec']
        elif item['kind'] == 'CronJob':
            yield item['spec']['jobTemplate']['spec']['template']['spec']


def unrestricted(pod: Object) -> Iterator[str]:
    """What the level `restricted` refuses: https://kubernetes.io/docs/concepts/security/pod-security-standards/."""
    yield from (name for name in ('hostNetwork', 'hostPID', 'hostIPC') if pod.get(name))
    security = pod.get('securityContext', {})
    if security.get('runAsNonRoot') is not True or security.get('runAsUser') == 0:
        yield 'may run as root'
    if security.get('seccompProfile', {}).get('type') not in ('RuntimeDefault', 'Localhost'):
        yield 'no seccomp profile'
    allowed = {
        'configMap',
        'csi',
        'downwardAPI',
        'emptyDir',
        'ephemeral',
        'persistentVolumeClaim',
        'projected',
        'secret',
    }
    for volume in pod.get('volumes', ()):
        yield from (f'volume {kind}' for kind in set(volume) - {'name'} - allowed)
    for container in (*pod.get('initContainers', ()), *pod['containers']):
        own, name = container.get('securityContext', {}), container['name']
        if own.get('privileged') or own.get('allowPrivilegeEscalation') is not False:
            yield f'{name} may gain privileges'
        if own.get('capabilities', {}) != {'drop': ['ALL']}:
            yield f'{name} has capabilities'
        if own.get('runAsUser') == 0 or own.get('runAsNonRoot') is False:
            yield f'{name} runs as root'
        yield from (f'{name} has a host port' for port in container.get('ports', ()) if port.get('hostPort'))

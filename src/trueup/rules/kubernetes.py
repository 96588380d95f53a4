"""Charts and manifests that a service owns: probes, limits, rights, images and secrets.

A chart's templates are YAML only after Helm has rendered them, which a rule never does: there, values are read as they
are, and templates are searched for words. The session `helm` renders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from trueup.model import Finding
from trueup.repo import Repo
from trueup.rules._contract import Rule, Situation
from trueup.rules._manifests import SERVING, Entry, charts, entries, get, line, templates, values, workloads
from trueup.rules._owned import owned
from trueup.rules._secrets import has_credentials, is_secret

PROBES = ('readinessProbe', 'livenessProbe')
SERVED = re.compile(r'^kind:[ \t]*["\']?(?:Deployment|StatefulSet|DaemonSet)\b', re.MULTILINE)
GIVEN = {
    ('privileged', 'true'): 'a privileged container may do everything on its node',
    ('allowPrivilegeEscalation', 'true'): 'the container may gain more rights than it starts with',
    ('hostNetwork', 'true'): 'the pod shares the network of its node',
    ('hostPID', 'true'): 'the pod sees the processes of its node',
    ('hostIPC', 'true'): 'the pod shares the memory of its node',
    ('runAsUser', '0'): 'the container runs as root',
    ('runAsNonRoot', 'false'): 'the container may run as root',
}
SEARCHED = re.compile(
    rf'(?m)^[ \t-]*({"|".join(sorted({key for key, _ in GIVEN}))}):[ \t]*(true|false|0)[ \t]*(?:#.*)?$'
)


def probes(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """Each container that serves has a readiness and a liveness probe; of a chart: its templates speak of both."""
    hint = 'let Kubernetes ask the service: /readyz, /livez'
    for item in workloads(repo):
        for name, node in item.containers if item.kind in SERVING else ():
            missing = [probe for probe in PROBES if get(node, probe) is None]
            if missing:
                yield owned(
                    'KUB001', (item.path, line(node)), f'{name} has no {" and no ".join(missing)}', situation, hint
                )
    for folder in charts(repo):
        found = templates(repo, folder)
        served = next((path for path, text in found.items() if SERVED.search(text)), None)
        missing = [probe for probe in PROBES if not any(probe in text for text in found.values())]
        if served and missing:
            message = f'no template of the chart speaks of a {" or a ".join(missing)}'
            yield owned('KUB001', (served, _line_of(SERVED, found[served])), message, situation, hint)


def secrets(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """No values file and no manifest gives a secret its value."""
    for path, node in values(repo):
        for item in entries(node):
            if is_secret(item.keys[-1], item.value) or has_credentials(item.value) or _is_secret_pair(item):
                yield _secret(path, item, situation)
    for workload in workloads(repo):
        inside = get(workload.node, 'data') or get(workload.node, 'stringData') if workload.kind == 'Secret' else None
        for item in entries(inside) if inside is not None else ():
            if item.value and '{{' not in item.value and '$' not in item.value:
                yield _secret(workload.path, item, situation)
        for item in entries(workload.node) if workload.kind != 'Secret' else ():
            if _is_secret_pair(item) or has_credentials(item.value):
                yield _secret(workload.path, item, situation)


def limits(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """Each container has a limit of memory; of a chart: its values name one."""
    hint = 'resources: {requests: {cpu: ..., memory: ...}, limits: {memory: ...}}'
    for item in workloads(repo):
        for name, node in item.containers:
            if get(get(get(node, 'resources'), 'limits'), 'memory') is None:
                message = f'{name} has no limit of memory: it can take its node down'
                yield owned('KUB003', (item.path, line(node)), message, situation, hint)
    for path, values_node in values(repo):
        if not path.rpartition('/')[2].startswith('values.'):
            continue
        lacking = [each for each in entries(values_node) if _is_unlimited(each)]
        if lacking:
            more = f', nor do {len(lacking) - 1} others' if len(lacking) > 1 else ''
            message = f'{".".join(lacking[0].keys)} names no limit of memory: a pod can take its node down{more}'
            yield owned('KUB003', (path, lacking[0].line), message, situation, hint)


def rights(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """No container is privileged, runs as root or shares a namespace with its node."""
    hint = 'runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}'
    read: list[tuple[str, yaml.Node]] = [(item.path, item.node) for item in workloads(repo)]
    for path, node in [*read, *values(repo)]:
        for each in entries(node):
            message = GIVEN.get((each.keys[-1], each.value.lower()))
            if message:
                yield owned('KUB004', (path, each.line), f'{each.keys[-1]}: {message}', situation, hint)
    for folder in charts(repo):
        for path, text in templates(repo, folder).items():
            yield from (owned('KUB004', (path, place), said, situation, hint) for place, said in _searched(text))


def moving_images(repo: Repo, situation: Situation) -> Iterator[Finding]:
    """Each image is named with a tag other than `latest`, or by its digest."""
    hint = 'name a version, best the digest: repository@sha256:...'
    for item in workloads(repo):
        for _, node in item.containers:
            image = get(node, 'image')
            text = image.value if isinstance(image, yaml.ScalarNode) else ''
            if text and '$' not in text and '@' not in text and _moves(text):
                message = f'the image {text} is another one tomorrow'
                yield owned('KUB005', (item.path, line(image or node)), message, situation, hint)
    for path, values_node in values(repo):
        for each in entries(values_node):
            if each.keys[-1] == 'tag' and each.value == 'latest':
                message = f'{".".join(each.keys)}: latest is another image tomorrow'
                yield owned('KUB005', (path, each.line), message, situation, hint)


def _searched(text: str) -> Iterator[tuple[int, str]]:
    """Lines of a template that give rights away, which only a condition may keep from doing so."""
    for match in SEARCHED.finditer(text):
        if message := GIVEN.get((match[1], match[2])):
            yield text.count('\n', 0, match.start(1)) + 1, f'{match[1]}: {message}, perhaps under a condition only'


def _moves(image: str) -> bool:
    return ':' not in image.rpartition('/')[2] or image.endswith(':latest')


def _is_unlimited(entry: Entry) -> bool:
    """Whether it is a table of resources that leaves the memory open."""
    is_table = entry.keys[-1] == 'resources' and isinstance(entry.node, yaml.MappingNode)
    return is_table and get(get(entry.node, 'limits'), 'memory') is None


def _is_secret_pair(entry: Entry) -> bool:
    """Whether it is an item such as {name: API_TOKEN, value: ...}."""
    name, value = get(entry.node, 'name'), get(entry.node, 'value')
    texts = [each.value if isinstance(each, yaml.ScalarNode) else '' for each in (name, value)]
    return bool(texts[1]) and is_secret(texts[0], texts[1])


def _secret(path: str, entry: Entry, situation: Situation) -> Finding:
    name = get(entry.node, 'name')
    called = name.value if isinstance(name, yaml.ScalarNode) else '.'.join(entry.keys[-2:])
    message = f'the value of {called} stands in Git, where everybody who reads the repository reads it'
    return owned('KUB002', (path, entry.line), message, situation, 'name a Secret of the cluster, and change the value')


def _line_of(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.search(text)
    return text.count('\n', 0, match.start()) + 1 if match else 0


RULES = (
    Rule('KUB001', 'Kubernetes can ask the service how it is', probes),
    Rule('KUB002', 'No secret stands in values or manifests', secrets),
    Rule('KUB003', 'Every container has a limit of memory', limits),
    Rule('KUB004', 'No container has more rights than it needs', rights),
    Rule('KUB005', 'The images that are run have a version', moving_images),
)

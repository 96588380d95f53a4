"""Rules about Dockerfiles, charts and manifests that a service owns: found with its line, and silent where all is well."""

from __future__ import annotations

import pytest

from trueup.model import File, Finding, Severity
from trueup.repo import Repo
from trueup.rules import RULES, Situation

MANIFEST = """apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  template:
    spec:
      containers:
        - name: api
          image: api:1.2
          readinessProbe: {httpGet: {path: /readyz, port: 80}}
          livenessProbe: {httpGet: {path: /livez, port: 80}}
          resources: {limits: {memory: 1Gi}}
          env:
            - name: API_TOKEN
              valueFrom: {secretKeyRef: {name: keys, key: token}}
            - {name: MAX_TOKENS, value: "100"}
"""
CHART = {
    'chart/Chart.yaml': 'apiVersion: v2\nname: api\nversion: 0.1.0\n',
    'chart/values.yaml': 'image: {tag: "1.2"}\nresources: {limits: {memory: 1Gi}}\nauth: {existingSecret: keys, password: ""}\n',
    'chart/templates/deployment.yaml': (
        'apiVersion: apps/v1\nkind: Deployment\nspec:\n  {{- with .Values.probes }}\n'
        '  readinessProbe: {{ . }}\n  livenessProbe: {{ . }}\n  {{- end }}\n'
    ),
}
GOOD = 'FROM python:3.12-slim\nARG TOKEN\nENV TOKENIZERS_PARALLELISM=false PATH_TO_TOKEN=/run/x API_KEY=""\nUSER 10001:10001\n'
NOTHING: list[dict[str, str]] = [
    {},
    {'Dockerfile': GOOD},
    {'Dockerfile': 'FROM python:3.12@sha256:0 AS base\nUSER app\nFROM base\nCOPY . .\n'},
    {'Dockerfile': 'FROM base:1\nUSER root\nRUN apt-get update\nUSER app\n'},
    {'Dockerfile': 'ARG VERSION=3.12\nFROM python:${VERSION}-slim\nUSER 1\n'},
    {'Dockerfile': 'FROM $REGISTRY/python\nUSER 1\n'},
    {'Dockerfile': 'FROM scratch\nUSER 1\nADD --checksum=sha256:0 https://example.com/a /a\nADD a.tar /a\n'},
    {'Dockerfile': 'FROM a:1\nUSER 1\nENV TOKEN=$TOKEN SECRET_KEY=${SECRET_KEY}\nRUN pip install --index-url https://$USER:$PASS@example.com/ x\n'},
    {'Dockerfile': 'FROM a\nRUN <<EOF\nwhoami\nEOF\n'},
    {'Dockerfile': ''},
    {'{{ name }}/Dockerfile': 'FROM a\n', 'Dockerfile.j2': 'FROM a\n', 'Dockerfile.bak': 'FROM a\n'},
    {'k8s/api.yaml': MANIFEST},
    {'k8s/api.yaml': MANIFEST.replace('image: api:1.2', 'image: $IMAGE')},
    {'k8s/api.yaml': 'kind: Deployment\nspec: {{ broken\n'},
    {'values.yaml': 'password: hunter2\n'},
    CHART,
    CHART | {'chart/charts/redis/Chart.yaml': 'name: redis\n', 'chart/charts/redis/values.yaml': 'password: hunter2\n'},
]  # fmt: skip
FOUND: list[tuple[dict[str, str], list[tuple[str, str]]]] = [
    ({'Dockerfile': 'FROM python:3.12\nCOPY . .\n'}, [('IMG001', 'Dockerfile:1')]),
    ({'Dockerfile': 'FROM a:1\nUSER app\n\n# again\nUSER 0:0\n'}, [('IMG001', 'Dockerfile:5')]),
    ({'Dockerfile': 'FROM a:1 AS build\nUSER app\nFROM a:1\nCOPY --from=build / /\n'}, [('IMG001', 'Dockerfile:3')]),
    (
        {'Dockerfile': 'ARG BASE=python:latest\nFROM ${BASE} AS one\nFROM --platform=linux/amd64 r.example.com:5000/python\nUSER 1\n'},
        [('IMG002', 'Dockerfile:2'), ('IMG002', 'Dockerfile:3')],
    ),
    ({'api/Dockerfile': 'FROM a:1\nUSER 1\nADD https://example.com/m.bin /\n'}, [('IMG003', 'api/Dockerfile:3')]),
    (
        {
            'Dockerfile': 'FROM a:1\nARG API_KEY=hunter2\nENV A=1 \\\n    DB_PASSWORD="hunter2"\nENV AWS_SECRET_ACCESS_KEY hunter2\n'
            'RUN pip install --index-url https://me:hunter2@example.com/ x\nUSER 1\n'
        },
        [('IMG004', 'Dockerfile:2'), ('IMG004', 'Dockerfile:3'), ('IMG004', 'Dockerfile:5'), ('IMG004', 'Dockerfile:6')],
    ),
    (
        {'k8s/api.yaml': MANIFEST.replace('          livenessProbe: {httpGet: {path: /livez, port: 80}}\n', '')},
        [('KUB001', 'k8s/api.yaml:8')],
    ),
    (
        CHART | {'chart/templates/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\n'},
        [('KUB001', 'chart/templates/deployment.yaml:2')],
    ),
    (
        {'k8s/api.yaml': MANIFEST.replace('valueFrom: {secretKeyRef: {name: keys, key: token}}', 'value: hunter2')},
        [('KUB002', 'k8s/api.yaml:14')],
    ),
    (
        {'k8s/s.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  key: aHVudGVyMg==\n'},
        [('KUB002', 'k8s/s.yaml:5')],
    ),
    (
        CHART | {'chart/values-production.yaml': 'db:\n  adminPassword: hunter2\nurl: postgres://me:hunter2@db/x\n'},
        [('KUB002', 'chart/values-production.yaml:2'), ('KUB002', 'chart/values-production.yaml:3')],
    ),
    (
        {'k8s/api.yaml': MANIFEST.replace('          resources: {limits: {memory: 1Gi}}\n', '')},
        [('KUB003', 'k8s/api.yaml:8')],
    ),
    (
        CHART | {'chart/values.yaml': 'replicas: 1\nresources: {}\nworker:\n  resources: {limits: {cpu: 1}}\n'},
        [('KUB003', 'chart/values.yaml:2')],
    ),
    (
        {'k8s/api.yaml': MANIFEST + '          securityContext:\n            privileged: true\n'},
        [('KUB004', 'k8s/api.yaml:18')],
    ),
    (
        CHART | {'chart/templates/pod.yaml': 'spec:\n  {{- if .x }}\n  hostNetwork: true\n  {{- end }}\n'},
        [('KUB004', 'chart/templates/pod.yaml:3')],
    ),
    ({'k8s/api.yaml': MANIFEST.replace('api:1.2', 'r.example.com:5000/api')}, [('KUB005', 'k8s/api.yaml:9')]),
    (CHART | {'chart/values-dev.yaml': 'image: {tag: latest}\n'}, [('KUB005', 'chart/values-dev.yaml:1')]),
]  # fmt: skip


def findings(files: dict[str, str], scope: str = 'quality') -> list[Finding]:
    """What the rules of delivery say."""
    tree = {path: File(text.encode()) for path, text in files.items()}
    rules = [rule for rule in RULES if rule.id.startswith(('IMG', 'KUB'))]
    return [item for rule in rules for item in rule.check(Repo(set(tree), tree.get), Situation(scope=scope))]


@pytest.mark.parametrize('files', NOTHING, ids=range(len(NOTHING)))
def test_nothing_to_say(files: dict[str, str]) -> None:
    """References to secrets are none, a stage may take its user from another, templates of other engines are not read."""
    assert not findings(files)


@pytest.mark.parametrize(('files', 'expected'), FOUND, ids=range(len(FOUND)))
def test_found(files: dict[str, str], expected: list[tuple[str, str]]) -> None:
    """Each with the line where it stands, and without the secret."""
    found = findings(files)
    assert [(item.rule, f'{item.path}:{item.line}') for item in found] == expected
    assert 'hunter2' not in repr(found)


def test_weight() -> None:
    """A service that was adopted owns its image: it is told, and its check stays as it was."""
    files = {'Dockerfile': 'FROM python\n'}
    assert {item.severity for item in findings(files)} == {Severity.NOTE}
    assert {item.severity for item in findings(files, 'full')} == {Severity.WARNING}


def test_line_endings_of_windows() -> None:
    """They change neither what is found nor where."""
    (found,) = findings({'Dockerfile': 'FROM a:1\r\nRUN a \\\r\n  b\r\nUSER root\r\n'})
    assert (found.rule, found.line) == ('IMG001', 4)

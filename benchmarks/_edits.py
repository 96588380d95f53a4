"""A template with two versions, and seventeen edits of a team, each on one place that the new version does not touch.

What such edits are: the edits that services made of real templates have next to what the next version changes. No version
of the template and no edit speaks about the same key; for a tool that sees lines, most of them touch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

PYPROJECT = """[project]
name = "{{ name }}"
version = "0.1.0"
description = "A machine learning service"
requires-python = ">=3.10"
dependencies = [
    "fastapi>=0.110",
    "numpy>=1.26",
    "pydantic>=2.7",
    "uvicorn>=0.30",
]

[dependency-groups]
test = [
    "pytest>=8",
]

[tool.black]
line-length = 100
target-version = ["py310"]

[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = ["-ra"]
"""
HOOKS = """repos:
  - repo: https://example.com/hooks/black
    rev: 24.1.0
    hooks:
      - id: black
  - repo: https://example.com/hooks/flake8
    rev: 7.0.0
    hooks:
      - id: flake8
"""
VALUES = """replicaCount: 1
image:
  repository: registry.example.com/{{ name }}
  tag: "0.1"
env:
  - name: LOG_LEVEL
    value: info
  - name: MODEL_PATH
    value: /models/model.bin
resources:
  limits:
    cpu: "1"
    memory: 1Gi
"""
COMPOSE = """services:
  api:
    image: {{ name }}:0.1
    ports:
      - "8000:8000"
    environment:
      LOG_LEVEL: info
  prometheus:
    image: prom/prometheus:v2.50.0
"""
WORKFLOW = """name: CI
on: [push, pull_request]
jobs:
  check:
    runs-on: ubuntu-22.04
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v4
        with:
          python-version: "3.10"
      - name: Tests
        run: pytest
"""
MAKEFILE = """PYTHON ?= python3.10

.PHONY: lint test

lint:
\tflake8 .

test:
\t$(PYTHON) -m pytest
"""
DOCKERFILE = """FROM python:3.10-slim
WORKDIR /app
COPY pyproject.toml ./
RUN pip install .
COPY src src
CMD ["uvicorn", "app:app"]
"""
IGNORE = '__pycache__/\n.venv/\n.coverage\n'
README = """# {{ name }}

## Install

pip install .

## Test

pytest
"""
CONFIG = """server:
  port: 8000
  workers: 1
logging:
  level: INFO
"""
FIRST: Mapping[str, str] = {
    'copier.yml': '_subdirectory: template\nname: {type: str, default: scorer}\n',
    'template/{{ _copier_conf.answers_file }}.jinja': '{{ _copier_answers|to_nice_yaml }}',
    'template/pyproject.toml.jinja': PYPROJECT,
    'template/.pre-commit-config.yaml': HOOKS,
    'template/helm/values.yaml.jinja': VALUES,
    'template/compose.yaml.jinja': COMPOSE,
    'template/.github/workflows/ci.yml': WORKFLOW,
    'template/Makefile': MAKEFILE,
    'template/Dockerfile': DOCKERFILE,
    'template/.gitignore': IGNORE,
    'template/README.md.jinja': README,
    'template/config/default.yml': CONFIG,
}
CHANGES: Mapping[str, tuple[tuple[str, str], ...]] = {
    'template/pyproject.toml.jinja': (
        ('"A machine learning service"', '"A machine learning service of the platform"'),
        ('"fastapi>=0.110"', '"fastapi>=0.115"'),
        ('    "pydantic>=2.7",\n', '    "prometheus-client>=0.20",\n    "pydantic>=2.9",\n'),
        ('    "uvicorn>=0.30",\n', '    "uvicorn>=0.32",\n'),
        ('line-length = 100', 'line-length = 120'),
        ('"pytest>=8",', '"pytest>=8.3",'),
        ('addopts = ["-ra"]\n', 'addopts = ["-ra", "--strict-markers"]\n\n[tool.coverage.report]\nfail_under = 80\n'),
    ),
    'template/.pre-commit-config.yaml': (
        ('rev: 24.1.0', 'rev: 26.10.1'),
        ('rev: 7.0.0', 'rev: 7.5.0'),
        (
            '      - id: flake8\n',
            '      - id: flake8\n  - repo: https://example.com/hooks/isort\n    rev: 9.0.2\n    hooks:\n      - id: isort\n',
        ),
    ),
    'template/helm/values.yaml.jinja': (
        ('image:\n', 'revisionHistoryLimit: 3\nimage:\n'),
        ('    value: /models/model.bin\n', '    value: /artifacts/model.bin\n'),
        ('    cpu: "1"\n', '    cpu: "2"\n'),
    ),
    'template/compose.yaml.jinja': (
        ('{{ name }}:0.1', '{{ name }}:0.2'),
        ('LOG_LEVEL: info', 'LOG_LEVEL: warning'),
        ('v2.50.0', 'v3.5.0'),
    ),
    'template/.github/workflows/ci.yml': (
        ('ubuntu-22.04', 'ubuntu-24.04'),
        ('checkout@v4', 'checkout@v5'),
        ('setup-python@v4', 'setup-python@v6'),
        ('"3.10"', '"3.12"'),
        ('run: pytest\n', 'run: pytest --strict-markers\n'),
    ),
    'template/Makefile': (
        ('python3.10', 'python3.12'),
        ('.PHONY: lint test', '.PHONY: lint test build'),
        ('-m pytest\n', '-m pytest -ra\n\nbuild:\n\tdocker build .\n'),
    ),
    'template/Dockerfile': (
        ('python:3.10-slim', 'python:3.12-slim'),
        ('RUN pip install .\n', 'RUN pip install --no-cache-dir .\n'),
        ('CMD ["uvicorn", "app:app"]', 'CMD ["uvicorn", "app:app", "--port", "8000"]'),
    ),
    'template/.gitignore': (('.coverage\n', '.coverage\nreports/\n'),),
    'template/README.md.jinja': (
        ('pip install .\n', 'poetry install\n'),
        ('## Test\n\npytest\n', '## Test\n\nnox -s tests\n\n## Build\n\nmake build\n'),
    ),
    'template/config/default.yml': (('  workers: 1\n', '  workers: 2\n'), ('  level: INFO\n', '  level: WARNING\n')),
}
"""What the second version changes, file by file."""


class Edit(NamedTuple):
    """One edit of a team: the file, the text it replaces, what stands there then, and what must be left of it."""

    name: str
    path: str
    before: str
    after: str
    left: tuple[str, ...]


PROJECT = 'pyproject.toml'
EDITS: tuple[Edit, ...] = (
    Edit('dependency at the top', PROJECT, 'dependencies = [\n', 'dependencies = [\n    "boto3>=1.35",\n', ('"boto3>=1.35"',)),
    Edit('dependency in the middle', PROJECT, '    "pydantic', '    "onnxruntime>=1.19",\n    "pydantic', ('"onnxruntime>=1.19"',)),
    Edit('dependency at the end', PROJECT, '    "uvicorn>=0.30",\n', '    "uvicorn>=0.30",\n    "xgboost>=2",\n', ('"xgboost>=2"',)),
    Edit('own version', PROJECT, 'version = "0.1.0"', 'version = "3.4.1"', ('version = "3.4.1"',)),
    Edit('own key of a tool', PROJECT, 'line-length = 100\n', 'line-length = 100\npreview = true\n', ('preview = true',)),
    Edit('own tool table', PROJECT, 'addopts = ["-ra"]\n', 'addopts = ["-ra"]\n\n[tool.mypy]\nstrict = true\n', ('[tool.mypy]\nstrict = true',)),
    Edit(
        'own key in a table that is new', PROJECT, '[tool.black]\n',
        '[tool.coverage.report]\nprecision = 2\n\n[tool.black]\n', ('precision = 2',),
    ),
    Edit(
        'hook arguments', '.pre-commit-config.yaml', '      - id: black\n',
        '      - id: black\n        args: [--fast]\n', ('args: [--fast]',),
    ),
    Edit(
        'own hook', '.pre-commit-config.yaml', '      - id: flake8\n',
        '      - id: flake8\n  - repo: local\n    hooks:\n      - {id: ours, name: ours, entry: ./ours.sh, language: system}\n',
        ('repo: local', 'id: ours'),
    ),
    Edit('replicas', 'helm/values.yaml', 'replicaCount: 1', 'replicaCount: 4', ('replicaCount: 4',)),
    Edit(
        'environment variable', 'helm/values.yaml', '    value: /models/model.bin\n',
        '    value: /models/model.bin\n  - name: REGION\n    value: eu\n', ('name: REGION\n    value: eu',),
    ),
    Edit('compose port', 'compose.yaml', '      - "8000:8000"\n', '      - "8000:8000"\n      - "9100:9100"\n', ('"9100:9100"',)),
    Edit(
        'workflow step', '.github/workflows/ci.yml', '      - name: Tests\n',
        '      - name: Licences\n        run: ./licences.sh\n      - name: Tests\n', ('name: Licences\n        run: ./licences.sh',),
    ),
    Edit('Makefile target', 'Makefile', '-m pytest\n', '-m pytest\n\ndeploy:\n\t./deploy.sh\n', ('deploy:\n\t./deploy.sh',)),
    Edit('ignored files', '.gitignore', '.coverage\n', '.coverage\n*.parquet\n', ('*.parquet',)),
    Edit('Dockerfile line', 'Dockerfile', 'COPY src src\n', 'COPY src src\nENV TZ=Europe/Berlin\n', ('ENV TZ=Europe/Berlin',)),
    Edit('README section', 'README.md', '## Test\n', '## On call\n\nCall us.\n\n## Test\n', ('## On call\n\nCall us.',)),
)  # fmt: skip


def second() -> dict[str, str]:
    """The files of the second version."""
    files = dict(FIRST)
    for path, pairs in CHANGES.items():
        for before, after in pairs:
            if files[path].count(before) != 1:
                raise AssertionError(f'{path}: {before!r} stands there {files[path].count(before)} times')
            files[path] = files[path].replace(before, after)
    return files


def wanted_lines(path: str) -> tuple[str, ...]:
    """What the second version says that the first did not, of a file of the service, line by line."""
    source = next(name for name in FIRST if name.removeprefix('template/').removesuffix('.jinja') == path)
    old = [line.strip() for line in FIRST[source].splitlines()]
    lines = (line.strip() for line in second()[source].splitlines())
    return tuple(line.replace('{{ name }}', 'scorer') for line in lines if line and line not in old)

"""Pipelines and documents of a team that a service had before: left alone, or joined, never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.conftest import MakeRepository, git
from tests.lifecycle.conftest import Trueup

BRANCH = 'trueup/adopt-0.1.0'
OWN = {
    'Jenkinsfile': (
        "pipeline {\n    agent { label 'gpu' }\n    stages {\n        stage('Test') {\n            steps {\n"
        "                sh 'pytest'\n            }\n        }\n        stage('Deploy') {\n            steps {\n"
        "                sh './deploy.sh'\n            }\n        }\n    }\n}\n"
    ),
    '.github/workflows/ci.yml': (
        'name: ours\non: [push]\njobs:\n  unit:\n    runs-on: ubuntu-latest\n    steps:\n'
        '      - uses: actions/checkout@v4\n      - run: pytest\n'
    ),
    '.gitlab-ci.yml': 'stages: [test]\n\nunit:\n  stage: test\n  image: python:3.11\n  script:\n    - pytest\n',
    'CONTRIBUTING.md': '# How we work\n\nAsk Zoe.\n',
    'SECURITY.md': '# Security\n\nRing the bell.\n',
    'CODEOWNERS': '* @acme/old\n',
}
SERVICE = {
    'pyproject.toml': (
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n[project]\nname = "scorer"\n'
        'version = "1.4.2"\nrequires-python = ">=3.11"\ndependencies = []\n\n[tool.hatch.build]\npackages = ["scorer"]\n'
    ),
    'scorer/__init__.py': '',
}


def adopted(trueup: Trueup, service: Path, standard: Path, **answers: str) -> dict[str, str]:
    """The team's files as they are on the branch of the adoption."""
    more = [word for key, value in answers.items() for word in ('--answer', f'{key}={value}')]
    said = trueup(
        'adopt', service, '--defaults', '--verify', 'none', '--standard', f'{standard}@v0.1.0', '--answer',
        'packaging=keep', '--answer', 'ci=[jenkins, github, gitlab]', *more,
    )  # fmt: skip
    assert said.code in (0, 3), said.err + said.out
    return {path: git(service, 'show', f'{BRANCH}:{path}') for path in OWN}


def test_quality_leaves_pipelines_alone(trueup: Trueup, make_repository: MakeRepository, standard: Path) -> None:
    """Scope quality brings no pipeline: what the team has stays byte for byte, and nothing is added."""
    service = make_repository(SERVICE | OWN, 'scorer')
    assert adopted(trueup, service, standard) == OWN
    listed = git(service, 'ls-tree', '-r', '--name-only', BRANCH).split()
    assert not {'CHANGELOG.md', '.github/workflows/release.yml'} & set(listed)


@pytest.mark.e2e
def test_full_joins_pipelines(trueup: Trueup, make_repository: MakeRepository, standard: Path) -> None:
    """Scope full adds its stages and jobs to the team's, the checks before what hands out; documents stay the team's."""
    service = make_repository(SERVICE | OWN, 'scorer')
    answers = {'scope': 'full', 'codeowners': '@acme/new', 'image_registry': 'registry.example.com/ml'}
    found = adopted(trueup, service, standard, **answers)
    assert {path: found[path] for path in ('CONTRIBUTING.md', 'SECURITY.md', 'CODEOWNERS')} == {
        path: OWN[path] for path in ('CONTRIBUTING.md', 'SECURITY.md', 'CODEOWNERS')
    }
    stages = [line.split("'")[1] for line in found['Jenkinsfile'].splitlines() if "stage('" in line]
    assert stages == ['Test', 'Setup', 'Lint and tests', 'Scan', 'Build', 'Snapshot', 'Release', 'Deploy']
    assert "agent { label 'gpu' }" in found['Jenkinsfile'] and "sh './deploy.sh'" in found['Jenkinsfile']
    workflow = yaml.safe_load(found['.github/workflows/ci.yml'])
    assert workflow['jobs']['unit'] == yaml.safe_load(OWN['.github/workflows/ci.yml'])['jobs']['unit']
    assert set(workflow['jobs']) == {'unit', 'check', 'build', 'snapshot'} and workflow['name'] == 'ours'
    before, pipeline = yaml.safe_load(OWN['.gitlab-ci.yml']), yaml.safe_load(found['.gitlab-ci.yml'])
    assert pipeline['unit'] == before['unit'] and pipeline['stages'] == ['test', 'check', 'build', 'deliver']
    assert not {'default', 'workflow', 'variables'} & set(pipeline)

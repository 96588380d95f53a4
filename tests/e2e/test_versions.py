"""A generated and two adopted services go v0.1 -> v0.2 -> v0.3 with team edits in between, by trueup and by stock Copier.

Both ways end in the same tree; after each step the service's own tests pass and `check` ends with 0.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import git
from tests.demo.__main__ import OPEN
from tests.support.standard import ROOT, build_standard

pytestmark = [pytest.mark.e2e, pytest.mark.network]
VERSIONS = ('0.1.0', '0.2.0', '0.3.0')
LOCAL_HOOK = (
    '  - repo: local\n    hooks:\n      - {id: ours, name: ours, entry: "true", language: system, files: ^none$}\n'
)
SESSION = '\n\nimport nox\n\n\n@nox.session\ndef ours(session):\n    """Ours."""\n    session.log("ours")\n'
FIRST: Mapping[str, tuple[str, str]] = {
    'pyproject.toml': ('[tool.black]\n', '[tool.mypy]\nstrict = true  # ours\n\n[tool.black]\n'),
    '.pre-commit-config.yaml': ('', LOCAL_HOOK),
    'Makefile': ('', '\ndeploy: ## Ours\n\t./deploy.sh\n'),
    '.gitignore': ('', '*.parquet\n'),
    'Dockerfile': ('', 'LABEL team="ours"\n'),
    'Jenkinsfile': ('', '// ours: asked for by the data centre\n'),
    'README.md': ('', '\n## On call\n\nAsk us.\n'),
    '.github/workflows/ci.yml': ('    timeout-minutes: 30\n', '    timeout-minutes: 30\n    env:\n      REGION: eu\n'),
}
SECOND: Mapping[str, tuple[str, str]] = {
    'docs/handover.md': ('Is it alive?', 'Is it alive (ours)?'),
    'noxfile.py': ('', SESSION),
    'pyproject.toml': ('[tool.isort]\n', '[tool.isort]\nknown_third_party = ["ours"]\n'),
    'Makefile': ('NOX ?= nox\n', 'NOX ?= nox\nREGION ?= eu\n'),
}
EXPECTED = {
    '0.2.0': {
        'pyproject.toml': ('min-similarity-lines = 8', '# ours'),
        '.pre-commit-config.yaml': ('rev: v0.2.0', 'id: ours'),
    },
    '0.3.0': {
        'pyproject.toml': ('min-similarity-lines = 6', '[tool.pylint.messages_control]', 'too-many-lines', '["ours"]'),
        '.pre-commit-config.yaml': ('rev: v0.3.0', 'minimum_pre_commit_version', 'id: ours', 'require_serial: true'),
        'noxfile.py': ('@v0.3.0', 'def ours'),
        '.gitignore': ('.hypothesis/', '*.parquet'),
        '.copier-answers.yml': ('workers: 1', '_commit: v0.3.0'),
    },
}
FULL = {
    'docs/operations.md': ('4. Who is called?', 'Is it alive (ours)?'),
    'Jenkinsfile': ('// ours', 'pipeline'),
    'Makefile': ('audit: ##', 'deploy: ## Ours', 'htmlcov', 'REGION ?= eu'),
    'Dockerfile': ('WEB_CONCURRENCY=1', '--start-period=40s', 'LABEL team="ours"'),
    '.github/workflows/ci.yml': ('REGION: eu',),
}
"""What 0.3.0 must have left of the team's edits in a service of full scope."""


@pytest.fixture(scope='module', name='three')
def fixture_three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The standard with three versions."""
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')
    return build_standard(tmp_path_factory.mktemp('three') / 'standard', versions=VERSIONS)


def run(folder: Path, *command: str | Path, code: int = 0, **variables: str) -> str:
    """What a program says, which must end with `code`."""
    environment = {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'} | variables
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, f'{command}: {done.returncode}\n{done.stdout}\n{done.stderr}'
    return done.stdout


def trueup(folder: Path, *arguments: str | Path, code: int = 0) -> str:
    """The command line as a process."""
    return run(folder, sys.executable, '-m', 'trueup', *arguments, code=code)


def generated(three: Path, place: Path) -> Path:
    """A new service of full scope."""
    trueup(
        place, 'new', place / 'scorer', '--defaults', '--standard', f'{three}@v0.1.0', '--answer', 'service_name=scorer'
    )
    return place / 'scorer'


def adopted(name: str) -> Callable[[Path, Path], Path]:
    """One of our old services, adopted, what is open decided."""

    def make(three: Path, place: Path) -> Path:
        service = place / name
        shutil.copytree(ROOT / 'tests' / 'services' / name, service)
        git(service, 'init', '-q')
        git(service, 'add', '-A')
        git(service, 'commit', '-q', '-m', 'feat: the service as it grew')
        arguments = ('adopt', '--defaults', '--verify', 'none', '--switch', '--standard', f'{three}@v0.1.0')
        undecided = name == 'churn-api'
        trueup(service, *arguments, code=3 if undecided else 0)
        if undecided:
            project = service / 'pyproject.toml'
            project.write_text(OPEN.sub('', project.read_text()))
            git(service, 'commit', '-qam', 'build: decide')
            trueup(service, 'adopt', '--continue')
            git(service, 'commit', '-qam', 'build: export')
        git(service, 'switch', '-q', 'main')
        git(service, 'merge', '-q', '--ff-only', 'trueup/adopt-0.1.0')
        return service

    return make


def edit(service: Path, edits: Mapping[str, tuple[str, str]]) -> None:
    """What a team does between two versions; files and lines that the service lacks are left out."""
    for name, (before, after) in edits.items():
        path = service / name
        if path.exists():
            text = path.read_text()
            path.write_text(text.replace(before, after, 1) if before else text + after)
    git(service, 'commit', '-qam', 'feat: ours')


def by_trueup(service: Path, version: str, standard: Path) -> None:
    """`trueup update`, and the branch taken."""
    del standard
    trueup(service, 'update', '--to', version, '--verify', 'none')
    git(service, 'merge', '-q', '--ff-only', f'trueup/update-{version}')


def by_copier(service: Path, version: str, standard: Path) -> None:
    """Stock `copier update`, then `trueup resolve`, and a commit."""
    run(service, sys.executable, '-m', 'copier', 'update', '--defaults', '--quiet', '--vcs-ref', f'v{version}')
    trueup(service, 'resolve', '--standard', standard)
    assert git(service, 'ls-files', '-u') == ''
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', f'chore: {version}')


def tracked(service: Path) -> dict[str, bytes]:
    """All files in Git."""
    return {name: (service / name).read_bytes() for name in git(service, 'ls-files').splitlines()}


def run_tests(service: Path, python: Path) -> None:
    """The service's own tests, in an environment with what its lock says."""
    variables = {'VIRTUAL_ENV': str(python.parents[1]), 'POETRY_NO_INTERACTION': '1'}
    run(service, 'poetry', 'sync', '--no-root', '--no-ansi', **variables)
    said = run(service, python, '-m', 'pytest', '-q', '--no-header', '-p', 'no:cacheprovider')
    assert '[100%]' in said


@pytest.mark.parametrize('make', [generated, adopted('churn-api'), adopted('quote-api')], ids=['new', 'churn', 'quote'])
def test_two_ways_through_three_versions(make: Callable[[Path, Path], Path], three: Path, tmp_path: Path) -> None:
    """Each step: same tree by both ways, nothing of the team's lost, `check` 0, the service's tests green."""
    venv.create(tmp_path / 'env', with_pip=False, symlinks=True)
    python = tmp_path / 'env' / 'bin' / 'python'
    ways = {}
    (tmp_path / 'trueup').mkdir()
    ways[by_trueup] = make(three, tmp_path / 'trueup')
    ways[by_copier] = tmp_path / 'copier' / ways[by_trueup].name
    shutil.copytree(ways[by_trueup], ways[by_copier], symlinks=True)
    for version, edits in zip(VERSIONS[1:], (FIRST, SECOND), strict=True):
        for way, service in ways.items():
            edit(service, edits)
            way(service, version, three)
            run_tests(service, python)
            trueup(service, 'check')
            wanted = EXPECTED[version] | (FULL if version == '0.3.0' and (service / 'docs').exists() else {})
            for name, words in wanted.items():
                text = (service / name).read_text()
                assert all(word in text for word in words), f'{way.__name__} {version}: {name}\n{text}'
        first, second = (tracked(service) for service in ways.values())
        differs = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
        assert not differs, '\n'.join(f'{name}:\n{first.get(name)!r}\n{second.get(name)!r}' for name in differs)

"""From the template as it was before it grew to the one of today: by stock `copier update` and by `trueup update`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import git
from tests.e2e.test_versions import adopted, edit, run, tracked, trueup
from tests.support.running import make_environment
from tests.support.standard import FIXED, ROOT, copy_checkout

pytestmark = [pytest.mark.e2e, pytest.mark.network]
PREVIOUS = '1aa5655'
"""The last commit of the first template: a service with plumbing, but without limits, chart or monitoring."""
EDITS = {
    'pyproject.toml': ('[tool.black]\n', '[tool.own]\nstrict = true  # ours\n\n[tool.black]\n'),
    'Makefile': ('', '\ndeploy: ## Ours\n\t./deploy.sh\n'),
    'README.md': ('', '\n## On call\n\nAsk us.\n'),
    'src/churn_service/api/v1.py': ('Predict for each instance', 'Predict (ours) for each instance'),
    '.gitignore': ('', '*.parquet\n'),
}


@pytest.fixture(scope='module', name='previous')
def fixture_previous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A standard whose v0.1.0 is the earlier commit, and whose v0.2.0 is the checkout."""
    asked = subprocess.run(['git', 'cat-file', '-e', f'{PREVIOUS}^{{tree}}'], cwd=ROOT, check=False, capture_output=True)
    if asked.returncode:
        pytest.skip(f'the clone is shallow: it does not reach back to {PREVIOUS}')
    dest = tmp_path_factory.mktemp('previous') / 'standard'
    dest.mkdir()
    git(dest, 'init', '-q', '-b', 'main')
    archive = subprocess.run(['git', 'archive', PREVIOUS], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(['tar', 'x'], cwd=dest, input=archive, check=True)
    release(dest, '0.1.0')
    git(dest, 'rm', '-rq', '.')
    copy_checkout(dest)
    release(dest, '0.2.0')
    return dest


def release(dest: Path, version: str) -> None:
    """Commit and tag everything under a version."""
    project = dest / 'pyproject.toml'
    stated = tomllib.loads(project.read_text())['project']['version']
    project.write_text(project.read_text().replace(f'version = "{stated}"', f'version = "{version}"', 1))
    git(dest, 'add', '-A', '--force')
    git(dest, 'commit', '-q', '-m', f'chore: release {version}')
    git(dest, 'tag', f'v{version}')


def generated(previous: Path, place: Path) -> Path:
    """A new service of full scope, made with stock Copier."""
    service = place / 'churn-service'
    words = ('copy', '--defaults', '--quiet', '--vcs-ref', 'v0.1.0', str(previous), str(service))
    run(place, sys.executable, '-m', 'copier', *words, **FIXED)
    git(service, 'init', '-q', '-b', 'main')
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'feat: start')
    return service


def twice(service: Path, standard: Path) -> dict[str, Path]:
    """The service with a team's edits, brought to v0.2.0 in both ways."""
    edit(service, EDITS)
    ways = {'copier': service, 'trueup': Path(shutil.copytree(service, service.with_name(f'{service.name}-trueup')))}
    run(ways['copier'], sys.executable, '-m', 'copier', 'update', '--defaults', '--quiet', '--vcs-ref', 'v0.2.0')
    trueup(ways['trueup'], 'update', '--to', 'v0.2.0', '--standard', standard, '--verify', 'none', '--switch')
    return ways


def require_whole(service: Path) -> None:
    """No conflict, no marker, nothing rejected, and the new version recorded."""
    assert git(service, 'ls-files', '-u') == ''
    git(service, 'add', '-A')
    texts = tracked(service)
    assert not [name for name, text in texts.items() if name.endswith('.rej') or b'<<<<<<< ' in text]
    assert yaml.safe_load(texts['.copier-answers.yml'])['_commit'] == 'v0.2.0'
    tomllib.loads(texts['pyproject.toml'].decode())


def test_a_generated_service_grows(previous: Path, tmp_path: Path) -> None:
    """It gets all that is new, keeps the team's words, and its own tests and those that are new pass."""
    ways = twice(generated(previous, tmp_path), previous)
    python = make_environment(
        tmp_path / 'env', *tomllib.loads((ways['trueup'] / 'pyproject.toml').read_text())['project']['dependencies'],
        *tomllib.loads((ways['copier'] / 'pyproject.toml').read_text())['project']['dependencies'],
        *tomllib.loads((ways['trueup'] / 'pyproject.toml').read_text())['dependency-groups']['test'],
        cwd=tmp_path,
    )  # fmt: skip
    for way, service in ways.items():
        require_whole(service)
        for name, (_, words) in EDITS.items():
            assert words in (service / name).read_text(), f'{way}: {name}'
        for name in ('openapi.json', 'docs/runbook.md', 'LICENSE', 'src/churn_service/plumbing/limits.py'):
            assert (service / name).is_file() or (way, name) == ('trueup', 'LICENSE'), f'{way}: {name}'
        # The team's words stand in the description of the API: it is written anew, as the failing test would say.
        run(service, python, '-m', 'churn_service.api.docs', PYTHONPATH='src')
        said = run(service, python, '-m', 'pytest', '-q', '--no-header', '-p', 'no:cacheprovider')
        assert '[100%]' in said


def test_an_adopted_service_stays_small(previous: Path, tmp_path: Path) -> None:
    """Scope quality: hooks, sessions and tool tables move on; nothing of the growth is added."""
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')
    service = adopted('quote-api')(previous, tmp_path)
    before = set(tracked(service))
    for service in twice(service, previous).values():
        require_whole(service)
        assert set(tracked(service)) == before
        assert 'rev: v0.2.0' in (service / '.pre-commit-config.yaml').read_text()
        assert '@v0.2.0' in (service / 'noxfile.py').read_text()

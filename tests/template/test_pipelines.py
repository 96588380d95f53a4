"""The pipelines: valid by their vendors' schemas and by linters, and made of nothing but steps that can work."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.rendering import files
from tests.template.options import OPTIONS
from trueup.sessions._register import NAMES

Render = Callable[..., Path]
DELIVERS = OPTIONS['every pipeline delivers']
ALL = {'ci': ['jenkins', 'github', 'gitlab']}
SETS: dict[str, dict[str, object]] = {
    'delivers': DELIVERS,
    'builds only': ALL,
    'image only': {**ALL, 'image_registry': 'registry.example.com:5000/ml', 'chart': False},
    'wheel only': {
        **ALL, 'package_publish_url': 'https://packages.example.com/up/', 'packaging': 'uv', 'lint_tools': 'ruff'
    },
    'no package': {**ALL, 'is_package': False, 'image_registry': 'registry.example.com/ml'},
}  # fmt: skip
EACH = pytest.mark.parametrize('answers', SETS.values(), ids=SETS)
WORKFLOWS = ('.github/workflows/ci.yml', '.github/workflows/release.yml')
GITLAB = '.gitlab-ci.yml'
AROUND = re.compile(
    r'python3? -m (venv \.ci-tools && \.ci-tools/bin/pip|pip) install (--quiet )?nox uv( "poetry>=2\.1,<3")?'
    r'|export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs'
    r'|apt-get update -qq && apt-get install -qq --no-install-recommends buildah'
    r'|printenv REGISTRY_PASSWORD \| (docker|buildah) login --username "\$REGISTRY_USERNAME" --password-stdin [\w.:-]+'
)
"""What is run besides the sessions."""
PINNED = re.compile(r'actions/[a-z-]+@[0-9a-f]{40}')


def program(name: str) -> str:
    """A tool of the development environment."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or pytest.skip(f'{name} is not installed')


def run(*command: str) -> str:
    """Output of a tool that finds nothing wrong."""
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(name='roots', scope='module')
def fixture_roots(rendered: Render) -> list[Path]:
    """A service for each set of answers."""
    return [rendered(**answers) for answers in SETS.values()]


def found(roots: list[Path], *names: str) -> list[str]:
    """Those of the files that were written."""
    return [str(root / name) for root in roots for name in names if (root / name).exists()]


def test_workflows_are_valid(roots: list[Path]) -> None:
    """By GitHub's schema and by actionlint, which knows expressions, contexts and shells."""
    workflows = found(roots, *WORKFLOWS)
    assert len(workflows) == 9
    run(sys.executable, '-m', 'check_jsonschema', '--builtin-schema', 'vendor.github-workflows', *workflows)
    assert run(program('actionlint'), *workflows) == ''


def test_workflows_give_no_power_away(roots: list[Path]) -> None:
    """zizmor finds nothing: no injection, no credentials kept, no poisoned cache, each action pinned by its commit."""
    workflows = found(roots, *WORKFLOWS)
    assert 'No findings to report' in run(program('zizmor'), '--offline', '--no-progress', *workflows)
    for path in workflows:
        workflow = yaml.safe_load(Path(path).read_text())
        assert workflow['permissions'] == {'contents': 'read'}
        assert all('permissions' not in job and job['timeout-minutes'] for job in workflow['jobs'].values())
        assert 'group' in workflow['concurrency']
        used = [step['uses'] for job in workflow['jobs'].values() for step in job['steps'] if 'uses' in step]
        assert used and all(PINNED.fullmatch(each) for each in used)


def test_gitlab_pipeline_is_valid(roots: list[Path]) -> None:
    """By GitLab's schema; reports are shown as tests and coverage."""
    pipelines = found(roots, GITLAB)
    assert len(pipelines) == len(SETS)
    schema = ('--data-transform', 'gitlab-ci', '--builtin-schema', 'vendor.gitlab-ci')
    run(sys.executable, '-m', 'check_jsonschema', *schema, *pipelines)
    check = yaml.safe_load(Path(pipelines[0]).read_text())['check']
    assert set(check['artifacts']['reports']) == {'junit', 'coverage_report'}


def commands(root: Path) -> Iterator[tuple[str, str]]:
    """(job, command) of every pipeline of a service."""
    for name in WORKFLOWS:
        path = root / name
        jobs: dict[str, Any] = yaml.safe_load(path.read_text())['jobs'] if path.exists() else {}
        yield from ((job, step['run']) for job, body in jobs.items() for step in body['steps'] if 'run' in step)
    pipeline = yaml.safe_load((root / GITLAB).read_text())
    for job, body in pipeline.items():
        words = [*body.get('before_script', ()), *body.get('script', ())] if isinstance(body, dict) else ()
        yield from ((job, command) for command in words)
    stage = ''
    for line in (root / 'Jenkinsfile').read_text().splitlines():
        if opened := re.search(r"stage\('(.*)'\)", line):
            stage = opened[1].lower()
        if command := re.fullmatch(r"\s*sh '(.*)'", line):
            yield stage, command[1]


def sessions(root: Path) -> set[tuple[str, str]]:
    """(job, what is handed to `nox -s`); anything else must be known."""
    taken = set()
    for job, command in commands(root):
        if command.startswith('nox -s '):
            taken.add((job, command.removeprefix('nox -s ')))
        elif 'PACKAGE_INDEX_NETRC' not in command:
            assert AROUND.fullmatch(command), command
    return taken


@EACH
def test_steps_are_sessions_that_exist(rendered: Render, answers: dict[str, object]) -> None:
    """A pipeline calls what a person calls too; a session that nobody has would fail in the pipeline only."""
    for _, words in sessions(rendered(**answers)):
        assert set(words.split(' -- ')[0].split()) <= set(NAMES), words


@EACH
def test_every_pipeline_checks_before_it_delivers(rendered: Render, answers: dict[str, object]) -> None:
    """Lint, tests, weaknesses and the bill of materials, whatever is delivered."""
    taken = {words for _, words in sessions(rendered(**answers))}
    assert {'lint tests', 'audit sbom', 'image'} <= taken
    assert ('build' in taken) == answers.get('is_package', True)
    assert ('helm' in taken) == answers.get('chart', True)


@EACH
def test_only_what_was_answered_is_delivered(rendered: Render, answers: dict[str, object]) -> None:
    """Without an index nothing is uploaded, without a registry nothing pushed; snapshots and releases never mix."""
    root = rendered(**answers)
    wheel, image, chart = 'package_publish_url' in answers, 'image_registry' in answers, answers.get('chart', True)
    release = {'build publish'} if wheel else set()
    release |= {'image -- --push'} if image else set()
    release |= {'helm -- --push'} if image and chart else set()
    snapshot = {
        f'{each} -- --snapshot' if ' -- ' not in each else each.replace('-- ', '-- --snapshot ') for each in release
    }
    assert {words for job, words in sessions(root) if job == 'snapshot'} == snapshot
    checks = {'lint tests', 'audit sbom'} if release else set()
    assert {words for job, words in sessions(root) if job == 'release'} == release | checks
    assert (root / WORKFLOWS[1]).exists() == bool(release)


@EACH
def test_secrets_are_never_in_a_command(rendered: Render, answers: dict[str, object]) -> None:
    """They come as variables or files; a command is logged, and seen in the list of processes."""
    root = rendered(**answers)
    for _, command in commands(root):
        assert '${{' not in command and not re.search(r'(?i)--password[ =]|echo .*PASSWORD', command), command
    assert ('NETRC' in (root / 'Jenkinsfile').read_text()) == ('package_publish_url' in answers)


def test_lint_cache_is_restored(rendered: Render) -> None:
    """Results of lint are kept between runs, not those of a release, into which other branches could write."""
    root = rendered(**DELIVERS)
    workflow = yaml.safe_load((root / WORKFLOWS[0]).read_text())['jobs']['check']
    (cache,) = [step for step in workflow['steps'] if step.get('uses', '').startswith('actions/cache@')]
    folder = workflow['env']['TRUEUP_CACHE'].removeprefix('${{ github.workspace }}/')
    assert folder.startswith(cache['with']['path'])
    assert 'cache' not in (root / WORKFLOWS[1]).read_text().replace('from a cache', '')
    pipeline = yaml.safe_load((root / GITLAB).read_text())
    cache = pipeline['.service']['variables']['TRUEUP_CACHE'].removeprefix('$CI_PROJECT_DIR/')
    assert f'{cache}/lint' in pipeline['check']['cache'][0]['paths']


def test_no_pipeline_below_full(rendered: Render) -> None:
    """An adopted service keeps the pipelines that it has: scope quality brings none."""
    for scope in ('quality', 'config'):
        written = files(rendered(scope=scope, ci=['jenkins', 'github', 'gitlab']))
        assert not [path for path in written if re.search(r'Jenkinsfile|\.github|\.gitlab', path)]


def test_pipeline_of_a_folder_in_a_larger_repository(rendered: Render) -> None:
    """Jenkins is told where its file lies; GitHub and GitLab read theirs at the root only, so none is written."""
    written = files(rendered(**ALL, service_root='services/churn', image_registry='registry.example.com/ml'))
    assert not [path for path in written if '.github' in path or '.gitlab' in path]
    lines = [line.strip() for line in written['Jenkinsfile'].splitlines() if 'nox' in line and 'sh ' in line]
    assert all('nox -f services/churn/noxfile.py -s ' in line or 'pip install' in line for line in lines)
    assert r"tag pattern: 'churn-service-v?\\d+\\.\\d+\\.\\d+'" in written['Jenkinsfile']

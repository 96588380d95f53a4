"""The Jenkinsfile, executed: Groovy itself runs it against words that write down what Jenkins would do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.template.options import OPTIONS

Render = Callable[..., Path]
RECORDER = Path(__file__).with_name('jenkins') / 'Recorder.groovy'
GROOVY = 'npm-groovy-lint@18.0.0'
"""A package that brings Groovy's own jars."""
DELIVERS = OPTIONS['every pipeline delivers']
LOGIN = (
    'printenv REGISTRY_PASSWORD | docker login --username "$REGISTRY_USERNAME" --password-stdin registry.example.com'
)
CHECKED = ['nox -s lint tests', 'nox -s audit sbom', 'nox -s build', 'nox -s image', 'nox -s helm']

pytestmark = [pytest.mark.e2e, pytest.mark.network]


class Ran(NamedTuple):
    """What one run did: its end, its shell commands, all steps, the variables that the file sets."""

    end: str
    shell: list[str]
    steps: list[tuple[str, str, list[Any]]]
    variables: dict[str, str]


Run = Callable[..., Ran]


@pytest.fixture(name='groovy', scope='module')
def fixture_groovy(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The class path of Groovy."""
    if shutil.which('npm') is None or shutil.which('java') is None:
        pytest.skip('npm or java is not installed')
    folder = tmp_path_factory.mktemp('groovy')
    command = ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, GROOVY]
    subprocess.run(command, check=True, cwd=folder)
    jars = sorted(folder.rglob('lib/java/groovy/lib/groovy-*.jar'))
    return os.pathsep.join(map(str, jars))


def execute(groovy: str, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Groovy with the recorder."""
    command = ['java', '-cp', groovy, 'groovy.ui.GroovyMain', RECORDER, path, *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture(name='run')
def fixture_run(groovy: str) -> Run:
    """Executes a Jenkinsfile that has no word which Jenkins does not know."""

    def run(path: Path, *arguments: str) -> Ran:
        done = execute(groovy, path, *arguments)
        assert done.returncode == 0, done.stderr
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        steps = [(line['stage'], line['step'], line['values']) for line in lines]
        shell = [values[0] for _, step, values in steps if step == 'sh']
        return Ran(steps[-1][1], shell, steps, steps[-1][2][0])

    return run


def test_jenkinsfile_checks_every_change(rendered: Render, run: Run) -> None:
    """A pull request is linted, tested, scanned and built; nothing is handed out, and no login is asked for."""
    ran = run(rendered(**DELIVERS) / 'Jenkinsfile', 'change', 'PR-1')
    assert (ran.end, ran.shell[1:]) == ('passed', CHECKED)
    assert [values for _, step, values in ran.steps if step == 'credentials'] == [['package-index']]
    assert ran.variables['CI'] == 'true'
    assert ran.variables['PATH'].startswith('/workspace/.ci-tools/bin:')
    assert ran.variables['PIP_INDEX_URL'] == ran.variables['UV_DEFAULT_INDEX'] == DELIVERS['package_index_url']
    assert not [value for value in ran.variables.values() if 'null' in value]


def test_jenkinsfile_snapshot(rendered: Render, run: Run) -> None:
    """A commit of main becomes a snapshot in index and registry."""
    ran = run(rendered(**DELIVERS) / 'Jenkinsfile', 'branch', 'main')
    assert (ran.end, ran.shell[1:]) == ('passed', [
        *CHECKED, 'nox -s build publish -- --snapshot', LOGIN, 'nox -s image -- --snapshot --push',
        'nox -s helm -- --snapshot --push',
    ])  # fmt: skip
    assert run(rendered(**DELIVERS) / 'Jenkinsfile', 'branch', 'topic').shell[1:] == CHECKED


def test_jenkinsfile_release(rendered: Render, run: Run) -> None:
    """A tag of a version becomes a release; another tag does not."""
    ran = run(rendered(**DELIVERS) / 'Jenkinsfile', 'tag', 'v1.2.3')
    assert (ran.end, ran.shell[1:]) == ('passed', [
        *CHECKED, 'nox -s build publish', LOGIN, 'nox -s image -- --push', 'nox -s helm -- --push',
    ])  # fmt: skip
    assert run(rendered(**DELIVERS) / 'Jenkinsfile', 'tag', 'demo-2').shell[1:] == CHECKED


@pytest.mark.parametrize('failing', ['lint tests', 'audit sbom', 'image'])
def test_jenkinsfile_stops_at_a_failure(rendered: Render, run: Run, failing: str) -> None:
    """What failed is not built upon; tests and reports are shown all the same."""
    ran = run(rendered(**DELIVERS) / 'Jenkinsfile', 'tag', 'v1.2.3', failing)
    assert ran.end == 'failed'
    assert failing in ran.shell[-1]
    assert not [command for command in ran.shell if 'publish' in command or '--push' in command]
    assert ('Lint and tests', 'junit', ['reports/*/junit.xml']) in ran.steps
    assert ('', 'archiveArtifacts', ['reports/**']) in ran.steps


@pytest.mark.parametrize(
    'name', ['defaults', 'uv and ruff', 'keep packager', 'no package', 'no chart', 'service_root', 'package_index_url']
)
def test_jenkinsfile_of_other_answers(rendered: Render, run: Run, name: str) -> None:
    """Whatever is answered, Jenkins knows every word, and each way ends well."""
    (path,) = rendered(**OPTIONS[name]).glob('Jenkinsfile')
    prefix = 'churn-service-' if name == 'service_root' else ''
    for kind, ref in (('change', 'PR-1'), ('branch', 'main'), ('tag', f'{prefix}v1.0.0')):
        ran = run(path, kind, ref)
        assert ran.end == 'passed'
        assert any(command.endswith('-s lint tests') for command in ran.shell)


@pytest.mark.parametrize(('word', 'wrong'), [('junit', 'junitt'), ('timestamps', 'timestamp'), ('branch', 'branches')])
def test_unknown_word_fails(rendered: Render, groovy: str, tmp_path: Path, word: str, wrong: str) -> None:
    """The test would see a slip of the pen."""
    path = tmp_path / 'Jenkinsfile'
    path.write_text(re.sub(rf'\b{word}\b', wrong, (rendered(**DELIVERS) / 'Jenkinsfile').read_text()))
    done = execute(groovy, path, 'branch', 'main')
    assert done.returncode != 0 and wrong in done.stderr

"""Every hook through real pre-commit and real prek, installed from a Git repository into one that knows no template.

The programs run without a network once the hooks are installed, in a repository without a virtual environment.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.hooks.conftest import CLEAN, UGLY, Track
from tests.support.standard import build_standard
from trueup.hooks import IDS

RUNNERS = {'pre-commit': 'pre_commit', 'prek': 'prek'}
# Those of ruff want ruff itself in `additional_dependencies`, that is an environment of their own.
OFFERED = tuple(hook_id for hook_id in IDS if not hook_id.startswith('ruff'))
HOOKS = ''.join(f'    -   id: {hook_id}\n' for hook_id in OFFERED)
CUT_OFF = ('unshare', '--net', '--map-root-user')
ODD = 'mit leer größe.py'
OLD = 'altes.py'
NOTEBOOK = 'über blick.ipynb'
SECRET = 'patient 4711'
CELL = {'cell_type': 'code', 'execution_count': 1, 'metadata': {}, 'outputs': [{'text': [SECRET]}], 'source': ['x=  1']}
FOREIGN = {
    'pyproject.toml': '[project]\nname = "foreign"\nversion = "1"\n[tool.poetry]\npackage-mode = false\n',
    ODD: UGLY.replace('x, os, sys', 'x, sys'),
    OLD: 'print "Python 2"\n',
    'fine.py': '"""Fine."""\n\nimport nowhere\n\nprint(nowhere.thing)\n',
    'tests/test_it.py': 'def test_it():\n    assert 1\n',
    NOTEBOOK: json.dumps({'cells': [CELL], 'metadata': {}, 'nbformat': 4, 'nbformat_minor': 5}, indent=1) + '\n',
}

pytestmark = [pytest.mark.e2e, pytest.mark.network]


class Ran(NamedTuple):
    """What came of a program, its output by the name of the hook that stands before it."""

    code: int
    output: str

    def of(self, hook: str) -> str:
        """Result and output of one hook."""
        lines = self.output.splitlines()
        heads = [number for number, line in enumerate(lines) if line.endswith(('Passed', 'Failed', 'Skipped'))]
        start = next(number for number in heads if lines[number].startswith(f'{hook}.'))
        return '\n'.join(lines[start : next((number for number in heads if number > start), None)])


Run = Callable[..., Ran]


def can_cut_off() -> bool:
    """Whether this system lets us start a program without a network."""
    return shutil.which('unshare') is not None and subprocess.run([*CUT_OFF, 'true'], check=False).returncode == 0


def call(*command: str, offline: bool = True) -> Ran:
    """A program in the current folder, without a network if the system can."""
    cut = CUT_OFF if offline and can_cut_off() else ()
    environment = {name: value for name, value in os.environ.items() if name not in {'PYTHONPATH', 'VIRTUAL_ENV'}}
    path = os.pathsep.join([str(Path(sys.executable).parent), environment['PATH']])
    done = subprocess.run(
        [*cut, *command],
        env=environment | {'PATH': path, 'NO_COLOR': '1'},
        text=True,
        check=False,
        timeout=600,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return Ran(done.returncode, done.stdout)


@pytest.fixture(name='address', scope='module')
def fixture_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The standard as a Git repository with the tag v0.1.0."""
    return build_standard(tmp_path_factory.mktemp('hooks') / 'standard', versions=('0.1.0',)).as_uri()


@pytest.fixture(name='runner', scope='module', params=sorted(RUNNERS))
def fixture_runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Each of the two programs, with a place of its own where hooks are installed once."""
    if importlib.util.find_spec(RUNNERS[request.param]) is None:
        pytest.skip(f'{request.param} is not installed')
    patch = pytest.MonkeyPatch()
    for name in ('PRE_COMMIT_HOME', 'PREK_HOME'):
        patch.setenv(name, str(tmp_path_factory.mktemp(request.param)))
    yield str(request.param)
    patch.undo()


@pytest.fixture(name='configured')
def fixture_configured(runner: str, address: str, track: Track) -> None:
    """A repository whose configuration names every hook, all of them installed."""
    head = 'default_install_hook_types: [pre-commit, pre-push]\n'
    track({'.pre-commit-config.yaml': f'{head}repos:\n-   repo: {address}\n    rev: v0.1.0\n    hooks:\n{HOOKS}'})
    installed = call(runner, 'install-hooks', offline=False)
    assert installed.code == 0, installed.output


def skipping(*hooks: str) -> str:
    """For the variable SKIP: all hooks but these."""
    return ','.join(hook_id for hook_id in OFFERED if hook_id not in hooks)


@pytest.mark.usefixtures('configured')
def test_every_hook(runner: str, track: Track, repository: Path) -> None:
    """Odd names are found, a Python 2 file is explained, notebooks are stripped and else left alone."""
    track(FOREIGN)
    ran = call(runner, 'run', '--all-files')
    assert ran.code == 1, ran.output
    for hook in ('black', 'flake8', 'trueup lint'):
        assert 'Failed' in ran.of(hook) and ODD in ran.of(hook), ran.output
        assert f'{OLD}:1:' in ran.of(hook) and 'hint: leave a Python 2 file' in ran.of(hook)
    assert f'{ODD}: formatted' in ran.of('isort') and 'then commit again' in ran.of('isort')
    assert "'os' imported but unused" not in ran.of('black') and 'F401' not in ran.of('trueup format')
    assert 'pylint did not check import-error' in ran.of('trueup lint') and 'nowhere' not in ran.of('trueup lint')
    assert 'not under the standard' in ran.of('trueup check') and '`trueup adopt`' in ran.of('trueup check')
    assert 'Passed' in ran.of('poetry check') if shutil.which('poetry') else 'Failed' in ran.of('poetry check')
    assert f'{NOTEBOOK}: stripped' in ran.of('nbstripout') and ran.output.count(NOTEBOOK) == 1
    book = json.loads((repository / NOTEBOOK).read_text(encoding='utf-8'))
    assert book['cells'][0] == CELL | {'execution_count': None, 'outputs': []}


@pytest.mark.usefixtures('configured')
def test_hooks_of_a_push(runner: str, track: Track) -> None:
    """pylint says what it could not check; tests that could not run are no success."""
    track(FOREIGN)
    ran = call(runner, 'run', '--all-files', '--hook-stage', 'manual')
    assert ran.code == 1, ran.output
    assert f'{ODD}:1:0: pylint' in ran.of('pylint') and 'did not check import-error' in ran.of('pylint')
    assert 'tests did not run' in ran.of('pytest') and 'hint: make one' in ran.of('pytest')


@pytest.mark.usefixtures('configured')
def test_planted_fault_is_refused(runner: str, track: Track, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real commit with a fault does not happen, the message says what and where; mended, it happens."""
    monkeypatch.setenv('SKIP', 'trueup-check,trueup-lint')
    assert call(runner, 'install').code == 0
    assert {'pre-commit', 'pre-push'} <= {path.name for path in (repository / '.git/hooks').iterdir()}
    track({'clean.py': CLEAN})
    assert call('git', 'commit', '-m', 'feat: clean').code == 0
    before = call('git', 'rev-parse', 'HEAD').output
    track({ODD: '"""A module."""\n\nimport os\n\nANSWER = 42\n'})
    refused = call('git', 'commit', '-m', 'feat: fault')
    assert refused.code == 1 and f"{ODD}:3:1: flake8 F401: 'os' imported but unused" in refused.of('flake8')
    assert 'failed: flake8: 1 new message' in refused.of('flake8')
    assert call('git', 'rev-parse', 'HEAD').output == before
    (repository / ODD).unlink()
    track({'more.py': CLEAN.replace('42', '43')})
    taken = call('git', 'commit', '-m', 'feat: mended')
    assert taken.code == 0 and call('git', 'rev-parse', 'HEAD').output != before, taken.output


@pytest.mark.usefixtures('configured')
def test_push_of_a_fault_is_refused(runner: str, track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pylint stands before the push, because it takes long."""
    subprocess.run(['git', 'init', '-q', '--bare', str(tmp_path / 'remote')], check=True)
    assert call(runner, 'install').code == 0
    track({'fault.py': '"""A module."""\n\nANSWER = nobody\n'})
    monkeypatch.setenv('SKIP', skipping('pylint'))
    assert call('git', 'commit', '-m', 'feat: fault').code == 0
    refused = call('git', 'push', str(tmp_path / 'remote'), 'HEAD:refs/heads/main')
    assert refused.code == 1 and "Undefined variable 'nobody'" in refused.of('pylint'), refused.output
    remote = subprocess.run(['git', 'branch', '--list'], cwd=tmp_path / 'remote', capture_output=True, check=True)
    assert not remote.stdout


@pytest.mark.usefixtures('configured')
def test_partly_staged(runner: str, track: Track, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is staged is what is checked, and what is not staged is never lost, not even where both change a line."""
    monkeypatch.setenv('SKIP', 'trueup-check,trueup-lint')
    assert call(runner, 'install').code == 0
    track({ODD: CLEAN})
    (repository / ODD).write_text(CLEAN + UGLY, encoding='utf-8')
    taken = call('git', 'commit', '-m', 'feat: only the clean half')
    assert taken.code == 0, taken.output
    assert call('git', 'show', f'HEAD:{ODD}').output == CLEAN
    assert (repository / ODD).read_text(encoding='utf-8') == CLEAN + UGLY
    track({ODD: CLEAN + 'OTHER = [ 1,2 ]\n'})
    working = CLEAN + 'OTHER = [ 1,2,3 ]\n'
    (repository / ODD).write_text(working, encoding='utf-8')
    refused = call('git', 'commit', '-m', 'feat: ugly')
    assert refused.code == 1 and f'{ODD}: formatted' in refused.output
    assert (repository / ODD).read_text(encoding='utf-8') == working


def test_wheel_of_the_hooks_has_the_standard(runner: str, address: str, configured: None) -> None:
    """The environment of the hooks holds the template: `trueup-check` needs no network for it."""
    assert configured is None and runner in RUNNERS
    places = {Path(os.environ[name]) for name in ('PRE_COMMIT_HOME', 'PREK_HOME')}
    found = [path for place in places for path in place.rglob('site-packages/trueup/_standard/copier.yml')]
    assert found
    source = Path(address.removeprefix('file://')) / 'copier.yml'
    assert {path.read_text(encoding='utf-8') for path in found} == {source.read_text(encoding='utf-8')}

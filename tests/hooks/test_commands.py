"""The hooks that run other programs: poetry, the project's pytest, and the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hooks.conftest import RunHook, Track
from trueup.hooks.pytest import roots_of_tests
from trueup.hooks.trueup_check import ANSWERS

TEST = 'def test_passes():\n    assert True\n'
BROKEN = 'def test_fails():\n    assert False\n'
PROJECT = '[project]\nname = "x"\nversion = "1"\ndependencies = []\nrequires-python = ">=3.11"\n\n[tool.poetry]\npackage-mode = false\n'

STALE = '[metadata]\nlock-version = "2.1"\npython-versions = ">=3.11"\ncontent-hash = "0"\n'

needs_poetry = pytest.mark.skipif(shutil.which('poetry') is None, reason='Poetry is not on PATH')


@pytest.fixture
def project_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that runs this test stands for the project's: it has pytest."""
    monkeypatch.setenv('TRUEUP_PYTHON', sys.executable)


@pytest.mark.usefixtures('project_environment')
def test_pytest_passes_and_fails(track: Track, run_hook: RunHook) -> None:
    """The tests decide; pytest's own output is what is shown."""
    track({'test_one.py': TEST})
    assert run_hook('pytest', '-q')[0] == 0
    track({'test_two.py': BROKEN})
    code, out, _ = run_hook('pytest', '-q')
    assert code == 1 and 'test_two.py::test_fails' in out


@pytest.mark.usefixtures('project_environment')
def test_pytest_runs_each_service(track: Track, run_hook: RunHook) -> None:
    """Each service's tests run in its own folder; one that fails doesn't hide the next; `--root` picks one."""
    track(
        {
            'a/pyproject.toml': '',
            'a/test_a.py': BROKEN,
            'b/requirements.txt': '',
            'b/tests/test_b.py': TEST,
            'b/tests/requirements.txt': '',
        }
    )
    code, out, _ = run_hook('pytest', '-q')
    assert code == 1 and '1 failed' in out and '1 passed' in out
    assert run_hook('pytest', '--root', 'b', '-q')[0] == 0
    assert run_hook('pytest', '--root', 'c')[0] == 2


@pytest.mark.usefixtures('project_environment')
def test_pytest_is_not_bent_by_the_commit(track: Track, run_hook: RunHook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's variables of the commit under way would send a test's own Git calls to the wrong repository."""
    track(
        {
            'test_env.py': 'import os\n\ndef test_env():\n    assert not [n for n in os.environ if n.startswith("GIT_")]\n'
        }
    )
    for name in [name for name in os.environ if name.startswith('GIT_')]:
        monkeypatch.delenv(name)
    monkeypatch.setenv('GIT_DIR', '.git')
    monkeypatch.setenv('GIT_INDEX_FILE', '.git/index')
    assert run_hook('pytest', '-q')[0] == 0


def test_pytest_without_environment_is_no_success(track: Track, run_hook: RunHook) -> None:
    """Tests that did not run are not passed tests."""
    track({'test_one.py': TEST})
    code, out, err = run_hook('pytest')
    assert (code, out) == (6, '')
    assert err.startswith(
        'error: .: no environment with packages of the project was found, so its tests did not run\nhint: '
    )


def test_pytest_without_pytest_is_no_success(track: Track, run_hook: RunHook, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that lacks pytest is named; one into which nothing was installed is as good as none."""
    track({'test_one.py': TEST})
    bare = Path('.venv')
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', str(bare)], check=True)
    monkeypatch.setenv('PYTHONPATH', '')
    code, _, err = run_hook('pytest')
    assert code == 6 and 'no environment with packages of the project was found' in err
    next(bare.glob('lib/python*/site-packages')).joinpath('fastapi-1.dist-info').mkdir()
    code, _, err = run_hook('pytest')
    assert code == 6 and 'has no pytest, so the tests did not run' in err


@pytest.mark.parametrize('files', [{'latest.py': 'x = 1\n'}, {'README.md': ''}])
def test_pytest_in_a_repository_without_tests(files: dict[str, str], track: Track, run_hook: RunHook) -> None:
    """A repository that has no tests may be committed to; that nothing ran is said."""
    track(files)
    assert run_hook('pytest') == (0, 'no tests in this repository: nothing was run\n', '')


@pytest.mark.parametrize(
    ('paths', 'roots'),
    [
        (['a.py'], []),
        (['test_a.py'], ['.']),
        (['src/contest.py', 'latest.py', 'attestation.py'], []),
        (['x/a_test.py', 'x/setup.py'], ['x']),
        (['x/y/tests/deep/check.py', 'x/pyproject.toml', 'x/y/tests/pytest.ini'], ['x']),
        (['.hidden/test_a.py', '.hidden/pyproject.toml'], ['.hidden']),
    ],
)
def test_roots_of_tests(paths: list[str], roots: list[str]) -> None:
    """Which service a test belongs to, by names alone."""
    assert roots_of_tests(paths, Path('/r')) == [Path('/r', root) for root in roots]


@needs_poetry
def test_poetry_check_finds_a_stale_lock(track: Track, run_hook: RunHook) -> None:
    """A lock that no longer belongs to pyproject.toml stops the commit and the hint says what mends it."""
    track({'pyproject.toml': PROJECT, 'poetry.lock': STALE})
    code, out, err = run_hook('poetry-check', 'pyproject.toml')
    assert code == 1 and 'changed significantly' in out
    assert err == 'hint: run `poetry lock`, then `git add poetry.lock`\n'


@needs_poetry
def test_poetry_check_demands_no_lock(track: Track, run_hook: RunHook) -> None:
    """A project that tracks no lock is checked without one; a tracked one that is gone from disk is missed."""
    track({'pyproject.toml': PROJECT})
    assert run_hook('poetry-check', 'pyproject.toml') == (0, '', '')
    track({'poetry.lock': STALE})
    Path('poetry.lock').unlink()
    code, out, _ = run_hook('poetry-check', 'pyproject.toml')
    assert code == 1 and 'poetry.lock' in out


@needs_poetry
def test_poetry_check_passes_over_other_files(track: Track, run_hook: RunHook) -> None:
    """In a larger repository `files: ^service/` brings every file of the service."""
    track({'svc/pyproject.toml': PROJECT, 'svc/app/main.py': ''})
    assert run_hook('poetry-check', 'svc/pyproject.toml', 'svc/app/main.py') == (0, '', '')


@needs_poetry
def test_poetry_check_finds_an_invalid_project(track: Track, run_hook: RunHook) -> None:
    """A project without a name is refused, in a service below the root too."""
    track({'svc/pyproject.toml': '[project]\nversion = "1"\n[tool.poetry]\n'})
    code, out, _ = run_hook('poetry-check', 'svc/pyproject.toml')
    assert code == 1 and out.startswith('svc: ')


def test_poetry_check_leaves_others_alone(track: Track, run_hook: RunHook, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of another packager is none of Poetry's business, and Poetry isn't even needed."""
    monkeypatch.setenv('PATH', os.path.dirname(shutil.which('git') or ''))
    track({'pyproject.toml': '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'})
    assert run_hook('poetry-check', 'pyproject.toml') == (0, '.: not a Poetry project, nothing checked\n', '')


def test_poetry_check_without_poetry(
    track: Track, run_hook: RunHook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A missing Poetry is said, with how to get it."""
    track({'pyproject.toml': PROJECT})
    only_git = tmp_path / 'bin'
    only_git.mkdir()
    (only_git / 'git').symlink_to(shutil.which('git') or '')
    monkeypatch.setenv('PATH', str(only_git))
    assert run_hook('poetry-check', 'pyproject.toml') == (
        6,
        '',
        'error: .: Poetry was not found\nhint: install it with `pipx install poetry`\n',
    )


def test_trueup_check_outside_the_standard(track: Track, run_hook: RunHook) -> None:
    """A repository that was never adopted does not pass for one that is fine."""
    track({'README.md': ''})
    assert run_hook('trueup-check') == (
        1,
        '',
        'not under the standard: no .copier-answers.yml is tracked\nhint: `trueup adopt` brings this repository under it\n',
    )


def test_trueup_check_hands_the_services_to_the_command(
    track: Track, run_hook: RunHook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hook is the command, over every service of the repository, and its exit code is the command's."""
    called: list[list[str]] = []

    def command(argv: list[str]) -> int:
        called.append(argv)
        return 5

    monkeypatch.setattr('trueup.cli.main.main', command)
    track({f'a/{ANSWERS}': '', f'b c/{ANSWERS}': ''})
    assert run_hook('trueup-check', '-v')[0] == 5
    assert called == [['check', '--quiet', '--staged', '-v', '--', 'a', 'b c']]

"""Real Nox on a tiny service: what `register()` gives, and that the reports are true."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from trueup.sessions import NAMES
from trueup.sessions._register import ORDER, load

ROOT = Path(__file__).parents[2]
NOXFILE = 'from trueup.sessions import register\n\nregister({})\n'
THIS = f'{sys.version_info[0]}.{sys.version_info[1]}'
PYPROJECT = f'''
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "tiny"
version = "1"
requires-python = "=={THIS}.*"

[tool.pytest.ini_options]
filterwarnings = ["error"]
'''

pytestmark = pytest.mark.skipif(importlib.util.find_spec('nox') is None, reason='Nox is not installed')


class Done(NamedTuple):
    """What came of one call of Nox."""

    code: int
    output: str
    summary: dict[str, Any]


@pytest.fixture(name='service')
def fixture_service(tmp_path: Path) -> Path:
    """A package with one function, one test of it, and the noxfile of the standard."""
    files = {
        'noxfile.py': NOXFILE.format(''),
        'pyproject.toml': PYPROJECT,
        'src/tiny/__init__.py': '"""Tiny."""\n\n\ndef double(number):\n    """Twice."""\n    return 2 * number\n',
        'tests/test_tiny.py': (
            '"""Tests."""\n\nfrom tiny import double\n\n\ndef test_double_is_twice():\n    """Twice."""\n'
            '    assert double(2) == 4\n'
        ),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    subprocess.run(['git', 'init', '-q', '-b', 'main'], cwd=tmp_path, check=True)
    subprocess.run(['git', 'add', '-A'], cwd=tmp_path, check=True)
    return tmp_path


def nox(service: Path, *arguments: str, **variables: str) -> Done:
    """Call Nox as a person would, with this checkout's trueup."""
    kept = {name: value for name, value in os.environ.items() if name not in {'CI', 'VIRTUAL_ENV', 'TRUEUP_PYTHON'}}
    done = subprocess.run(
        [sys.executable, '-m', 'nox', *arguments],
        cwd=service,
        text=True,
        check=False,
        timeout=300,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=kept | {'PYTHONPATH': str(ROOT / 'src'), 'NO_COLOR': '1'} | variables,
    )
    summary = service / 'reports/summary.json'
    return Done(done.returncode, done.stdout, json.loads(summary.read_text()) if summary.exists() else {})


def test_registry_lists_the_modules() -> None:
    """Every module without an underscore is a session, and each has a place in the order."""
    modules = {path.stem for path in (ROOT / 'src/trueup/sessions').glob('*.py') if not path.stem.startswith('_')}
    assert set(NAMES) == set(ORDER) == modules
    assert [load(name).name for name in NAMES] == list(NAMES) == sorted(NAMES)


def test_list(service: Path) -> None:
    """A bare `nox` runs what only reads; tests come once per Python; nothing warns."""
    done = nox(service, '-l')
    assert done.code == 0
    lines = [line for line in done.output.splitlines() if line[:2] in {'* ', '- '}]
    assert [line.split(' -> ')[0] for line in lines] == [
        '* lint',
        '- format',
        f'* tests-{THIS}',
        '- typecheck',
        '* check',
        '* openapi',
        '- contract',
        '- load',
        '- audit',
        '- sbom',
        '- build',
        '- image',
        '- helm',
        '- docs',
        '- publish',
        '- release',
    ]
    assert 'Warning' not in done.output and not done.summary


def test_skip(service: Path) -> None:
    """A service replaces a session by leaving ours out and writing its own."""
    own = '\n\nimport nox\n\n\n@nox.session\ndef tests(session):\n    """Ours."""\n    session.log("mine")\n'
    (service / 'noxfile.py').write_text(NOXFILE.format("skip={'tests', 'check'}") + own)
    done = nox(service, '-l')
    assert done.code == 0 and 'Warning' not in done.output
    assert '* tests -> Ours.' in done.output and '* check' not in done.output


def test_a_session_of_the_service_is_not_taken_away(service: Path) -> None:
    """A name that a new version of the standard brings does not collide with what stood in the noxfile before."""
    own = '\n\nimport nox\n\n\n@nox.session(name="build")\ndef wheel(session):\n    """Ours."""\n'
    (service / 'noxfile.py').write_text(NOXFILE.format('') + own)
    done = nox(service, '-l')
    assert done.code == 0 and 'Warning' not in done.output
    assert 'noxfile.py has a session build of its own' in done.output
    assert 'build -> Ours.' in done.output and '- audit' in done.output


@pytest.mark.parametrize(
    ('noxfile', 'extra', 'message'),
    [
        ("skip={'test'}", '', "error: noxfile.py: register(skip=...) names 'test'"),
        (
            '',
            '[tool.trueup.sessions]\npythonz = []\n',
            "error: pyproject.toml: [tool.trueup.sessions]: unknown key 'pythonz'",
        ),
        ('', '<<<<<<< ours\n', 'pyproject.toml: not valid TOML'),
    ],
)
def test_mistakes_end_the_run(service: Path, noxfile: str, extra: str, message: str) -> None:
    """One line of what, one of hint, exit 2, no traceback."""
    (service / 'noxfile.py').write_text(NOXFILE.format(noxfile))
    (service / 'pyproject.toml').write_text(PYPROJECT + extra)
    done = nox(service, '-l')
    assert done.code == 2 and message in done.output and 'hint: ' in done.output
    assert 'Traceback' not in done.output


def test_missing_interpreter(service: Path) -> None:
    """Here it is skipped, in CI it fails: a pipeline must not pass because a Python is gone."""
    (service / 'pyproject.toml').write_text(PYPROJECT + '[tool.trueup.sessions]\npythons = ["3.98"]\n')
    here = nox(service, '-s', 'tests')
    assert here.code == 0 and 'tests-3.98 skipped: Python interpreter 3.98 not found' in here.output
    assert here.summary['status'] == 'skipped' and 'tests-3.98  skipped' in here.output
    in_ci = nox(service, '-s', 'tests', CI='true')
    assert in_ci.code == 1 and 'tests-3.98 failed: Python interpreter 3.98 not found' in in_ci.output
    [entry] = in_ci.summary['sessions']
    assert entry['status'] == 'failed' and entry['note'].startswith('Python interpreter 3.98 not found')


def test_lint_needs_no_installation(service: Path) -> None:
    """The linters are those of trueup itself; a finding fails the session and the summary says so."""
    (service / 'pyproject.toml').write_text(
        PYPROJECT + '[tool.pylint.main]\nfail-under = 7\n[tool.black]\n'
        '[tool.pylint."messages control"]\ndisable = ["C0114"]\n'
    )
    passed = nox(service, '-s', 'lint')
    assert (passed.code, passed.summary['status']) == (0, 'passed'), passed.output
    assert not (service / '.nox/lint').exists()
    (service / 'src/tiny/__init__.py').write_text('import os\n')
    failed = nox(service, '-s', 'lint')
    assert (failed.code, failed.summary['status']) == (1, 'failed')
    assert "src/tiny/__init__.py:1:1: flake8 F401: 'os' imported but unused" in failed.output


@pytest.mark.e2e
@pytest.mark.network
def test_reports(service: Path) -> None:
    """`nox -s lint tests`: a failing lint doesn't hide the tests, and every report names the test that ran."""
    (service / 'src/tiny/ugly.py').write_text('x = [ 1 ]\n')
    subprocess.run(['git', 'add', '-A'], cwd=service, check=True)
    done = nox(service, '-s', 'lint', 'tests')
    assert done.code == 1
    folder = service / 'reports' / THIS
    for name in ('junit.xml', 'tests.html'):
        assert 'test_double_is_twice' in (folder / name).read_text(encoding='utf-8')
    assert '<link' not in (folder / 'tests.html').read_text(encoding='utf-8')
    assert 'tiny/__init__.py' in (folder / 'coverage.xml').read_text(encoding='utf-8')
    assert (folder / 'coverage/index.html').is_file()
    lint, tests = done.summary['sessions']
    assert (lint['name'], lint['status']) == ('lint', 'failed')
    assert (tests['name'], tests['status'], tests['python']) == (f'tests-{THIS}', 'passed', THIS)
    assert tests['tests'] == {'total': 1, 'passed': 1, 'failed': 0, 'errors': 0, 'skipped': 0}
    assert tests['coverage'] == pytest.approx(66.7)
    assert tests['reports'] == [
        f'reports/{THIS}/{name}' for name in ('junit.xml', 'tests.html', 'coverage.xml', 'coverage/index.html')
    ]
    status = subprocess.run(['git', 'status', '--short'], cwd=service, capture_output=True, text=True, check=True)
    assert 'reports' not in status.stdout and '.nox' not in status.stdout


@pytest.mark.e2e
@pytest.mark.network
def test_failing_and_absent_tests(service: Path) -> None:
    """A failing test fails the session with its report; no test at all is said and passes, but not when one was asked for."""
    test = service / 'tests/test_tiny.py'
    test.write_text('def test_wrong():\n    assert False\n')
    failed = nox(service, '-s', 'tests')
    assert failed.code == 1 and failed.summary['sessions'][0]['tests']['failed'] == 1
    assert 'test_wrong' in (service / 'reports' / THIS / 'tests.html').read_text(encoding='utf-8')
    test.unlink()
    none = nox(service, '-s', 'tests')
    assert none.code == 0 and 'no tests found: nothing was tested' in none.output
    assert none.summary['sessions'][0]['note'] == 'no tests found'
    assert nox(service, '-s', 'tests', '--', '-k', 'double').code == 1


@pytest.mark.e2e
@pytest.mark.network
def test_what_the_service_pins_stays(service: Path) -> None:
    """The plug-ins for the reports are chosen to fit the service's own pytest, not the other way round."""
    (service / 'requirements-dev.txt').write_text('pytest==7.4.4\n')
    done = nox(service, '-s', 'tests')
    assert done.code == 0, done.output
    assert 'installing the project (.) and requirements-dev.txt' in done.output
    assert 'adding pytest-cov, pytest-html' in done.output and 'pytest-7.4.4' in done.output


@pytest.mark.e2e
@pytest.mark.network
@pytest.mark.skipif(shutil.which('poetry') is None, reason='Poetry is not on PATH')
def test_poetry_lock_is_obeyed(service: Path) -> None:
    """With a lock and a Poetry that runs, what is installed is what the lock says."""
    (service / 'pyproject.toml').write_text(PYPROJECT)
    # A project without dependencies: its lock needs no index.
    locked = subprocess.run(
        ['poetry', 'lock', '--no-interaction'], cwd=service, capture_output=True, text=True, check=False
    )
    assert locked.returncode == 0, locked.stderr
    done = nox(service, '-s', 'tests')
    assert done.code == 0, done.output
    assert 'installing with `poetry sync` from poetry.lock' in done.output
    assert done.summary['sessions'][0]['tests']['passed'] == 1

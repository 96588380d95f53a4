"""Real services, before and after."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from trueup.model import Status, Verification
from trueup.verify import Snapshot, VerifyOptions, compare, snapshot

from .conftest import STDLIB, Make


def by_name(before: Snapshot, after: Snapshot) -> dict[str, Verification]:
    """The verifications by their names."""
    return {each.name: each for each in compare(before, after)}


def listing(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with time and content, Git's own too."""
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob('*'))
        if path.is_file() and path.name != 'index'
    }


@pytest.mark.usefixtures('own_environment')
def test_same_service_is_the_same(make: Make, options: VerifyOptions) -> None:
    """Every kind is told, nothing is written into the service, and a snapshot can go to another process."""
    folder = make(STDLIB)
    files = listing(folder)
    said: list[str] = []
    found = snapshot(folder, level='tests', options=replace(options, progress=said.append))
    assert listing(folder) == files
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.tests and list(found.tests.results) == [
        'tests/test_core.py::TestAdd::test_numbers', 'tests/test_core.py::TestAdd::test_texts',
    ]  # fmt: skip
    assert [(each.name, each.status) for each in compare(found, found)] == [
        ('install', Status.SAME), ('files', Status.SAME), ('code', Status.SAME), ('dependencies', Status.SAME),
        ('imports', Status.SAME), ('tests', Status.SAME),
    ]  # fmt: skip
    assert said[0] == 'verify: copying the service' and said[-1].startswith('verify: 2 passed in ')


@pytest.mark.usefixtures('own_environment')
def test_regression_is_named(make: Make, options: VerifyOptions) -> None:
    """The first broken test and its last error line."""
    before = snapshot(make(STDLIB), level='tests', options=options)
    broken = {**STDLIB, 'app/core.py': 'def add(a, b):\n    return a - b if a == 1 else a + b\n'}
    found = by_name(before, snapshot(make(broken), level='tests', options=options))
    assert found['tests'] == Verification(
        'tests', Status.WORSE, '2 passed', '1 passed, 1 failed',
        'tests/test_core.py::TestAdd::test_numbers: AssertionError: -1 != 3',
    )  # fmt: skip
    assert found['code'].status is Status.UNVERIFIED and found['code'].detail == 'changed: app/core.py'
    gone = by_name(
        before,
        snapshot(
            make({'app/__init__.py': '', 'tests/test_x.py': 'def test_x(): pass\n'}), level='tests', options=options
        ),
    )
    assert gone['tests'].detail == 'tests/test_core.py::TestAdd::test_numbers: is gone (and 1 more)'


@pytest.mark.usefixtures('own_environment')
def test_time_limit(make: Make, options: VerifyOptions) -> None:
    """Tests that hang are stopped; that is a regression only if they ended before."""
    slow = {**STDLIB, 'tests/test_core.py': 'import time\n\n\ndef test_slow():\n    time.sleep(600)\n'}
    hung = snapshot(make(slow), level='tests', options=replace(options, seconds=2))
    assert hung.tests and hung.tests.problem == 'the tests took longer than 2 s' and hung.tests.seconds < 30
    assert by_name(hung, hung)['tests'].status is Status.UNVERIFIED
    good = snapshot(make(STDLIB), level='tests', options=options)
    assert by_name(good, hung)['tests'].status is Status.WORSE


@pytest.mark.usefixtures('own_environment')
def test_flaky_tests_get_a_second_chance(make: Make, options: VerifyOptions) -> None:
    """A test that fails once must not stop an adoption."""
    flaky = (
        'import pathlib\n\n\ndef test_fine():\n    pass\n\n\ndef test_flaky():\n'
        '    seen = pathlib.Path("seen")\n    known = seen.exists()\n    seen.touch()\n    assert known\n'
    )
    found = snapshot(make({'tests/test_x.py': flaky}), level='tests', options=options)
    assert found.tests and found.tests.count('passed') == 2


@pytest.mark.usefixtures('own_environment')
def test_tests_see_no_credentials_and_no_home(
    make: Make, options: VerifyOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test of the service that looks for the user's secrets finds none."""
    monkeypatch.setenv('PIP_INDEX_URL', 'https://user:secret@packages.example.com/simple')
    monkeypatch.setenv('AWS_SECRET_ACCESS_KEY', 'secret')
    monkeypatch.setenv('HTTPS_PROXY', 'http://user:secret@proxy.example.com')
    monkeypatch.setenv('SERVICE_MODE', 'test')
    home = str(Path.home())
    body = f'import os\n\n\ndef test_clean():\n    assert "secret" not in str(os.environ)\n    assert os.environ["HOME"] != {home!r}\n'
    body += '    assert os.environ.get("SERVICE_MODE") == {!r}\n'
    hidden = snapshot(make({'test_x.py': body.format(None)}), level='tests', options=options)
    allowed = snapshot(
        make({'test_x.py': body.format('test')}),
        level='tests',
        options=replace(options, allow=(*options.allow, 'SERVICE_MODE')),
    )
    assert hidden.tests and allowed.tests
    assert (hidden.tests.count('passed'), allowed.tests.count('passed')) == (1, 1)


@pytest.mark.usefixtures('own_environment')
def test_configuration_of_the_service_counts(make: Make, options: VerifyOptions) -> None:
    """Its `-x`, its cache options and its warnings are its own; only stopping at the first failure is undone."""
    texts = {
        'pytest.ini': '[pytest]\naddopts = -x --ff\npython_files = check_*.py\n',
        'check_a.py': 'def test_bad():\n    assert 0\n\n\ndef test_good():\n    pass\n',
        'test_not_collected.py': 'def test_no(): pass\n',
    }
    found = snapshot(make(texts), level='tests', options=options)
    assert found.tests and {name: each.outcome for name, each in found.tests.results.items()} == {
        'check_a.py::test_bad': 'failed', 'check_a.py::test_good': 'passed',
    }  # fmt: skip


@pytest.mark.usefixtures('own_environment')
def test_one_broken_file_does_not_hide_the_others(make: Make, options: VerifyOptions) -> None:
    """A test file that cannot be imported is an error of its own."""
    found = snapshot(make({**STDLIB, 'tests/test_old.py': 'import not_there\n'}), level='tests', options=options)
    assert found.tests and (found.tests.count('passed'), found.tests.count('error')) == (2, 1)
    assert [each.message for each in found.tests.results.values() if each.outcome == 'error'] == [
        "ModuleNotFoundError: No module named 'not_there'"
    ]


@pytest.mark.usefixtures('own_environment')
@pytest.mark.parametrize(
    ('texts', 'problem'),
    [
        ({'app/__init__.py': ''}, 'no tests were found'),
        ({'test_a.py': 'def test(): pass\n', 'pytest.ini': '[pytest]\naddopts = --no-such-option\n'}, 'pytest did not accept its options'),
        ({'test_a.py': 'def test(): pass\n', 'conftest.py': 'import not_there\n'}, 'pytest did not accept its options: E   ModuleNotFoundError'),
    ],
)  # fmt: skip
def test_tests_that_do_not_run_say_why(make: Make, options: VerifyOptions, texts: dict[str, str], problem: str) -> None:
    """One line, and never a regression."""
    found = snapshot(make(texts), level='tests', options=options)
    assert found.tests and found.tests.problem.startswith(problem)
    assert by_name(found, found)['tests'].status is Status.UNVERIFIED


def test_service_that_does_not_install_is_not_verified(make: Make, options: VerifyOptions) -> None:
    """No interpreter, a broken requirement: one line why, and no kind is worse."""
    nowhere = {**STDLIB, 'pyproject.toml': '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.99"\n'}
    before = snapshot(make(nowhere), level='tests', options=options)
    assert before.install and before.install.problem == 'no interpreter here for Python >=3.99'
    assert before.tests is None
    found = by_name(before, before)
    assert {each.name for each in found.values() if each.status is Status.UNVERIFIED} == {'install', 'imports', 'tests'}
    assert found['tests'].detail == 'before: did not install: no interpreter here for Python >=3.99'


@pytest.mark.usefixtures('own_environment')
def test_imports_in_processes_of_their_own(make: Make, options: VerifyOptions) -> None:
    """A package that ends the interpreter takes nobody with it."""
    texts = {
        'good/__init__.py': '',
        'src/inner/__init__.py': '',
        'bad/__init__.py': 'import os\nos._exit(3)\n',
        'sad/__init__.py': '1 / 0\n',
    }
    found = snapshot(make(texts), level='tests', options=options)
    assert found.imports == {
        'bad': 'exit code 3',
        'good': '',
        'sad': 'ZeroDivisionError: division by zero',
        'inner': '',
    }
    worse = by_name(replace(found, imports={'sad': ''}), found)['imports']
    assert (worse.status, worse.detail) == (Status.WORSE, 'sad: ZeroDivisionError: division by zero')


@pytest.mark.usefixtures('own_environment')
def test_openapi_is_asked_of_the_application(make: Make, options: VerifyOptions) -> None:
    """The application itself makes the document; a stand-in for FastAPI keeps this test without a network."""
    fastapi = 'class FastAPI:\n    def openapi(self):\n        return {"paths": {"/x": {"get": {"responses": {"200": {}}}}}}\n'
    texts = {
        'fastapi.py': fastapi,
        'app/__init__.py': '',
        'app/main.py': 'from fastapi import FastAPI\nprint("hello")\napp = FastAPI()\n',
    }
    found = snapshot(make(texts), level='tests', options=options)
    assert found.openapi and (found.openapi.app, found.openapi.contract) == (
        'app.main:app',
        {'GET /x': ('response 200 : any',)},
    )
    assert by_name(found, found)['openapi'].status is Status.SAME


def test_level_none_and_static_run_nothing(make: Make, options: VerifyOptions) -> None:
    """`static` only reads: a service that would do harm when run does none."""
    folder = make({'app/__init__.py': 'raise SystemExit("ran")\n', 'a.toml': 'x = 1\n'})
    none, static = snapshot(folder, level='none', options=options), snapshot(folder, level='static', options=options)
    assert compare(none, static) == ()
    assert [each.name for each in compare(static, static)] == ['files', 'code', 'dependencies']
    assert not options.cache.exists()


@pytest.mark.usefixtures('own_environment')
def test_service_in_a_larger_repository(make: Make, options: VerifyOptions) -> None:
    """Its neighbours are in the copy too, for tests that reach for `../shared`."""
    texts = {
        'services/a/test_a.py': 'import pathlib\n\n\ndef test_shared():\n    assert pathlib.Path("../../shared.txt").read_text() == "x"\n',
        'shared.txt': 'x',
    }
    folder = make(texts)
    found = snapshot(folder / 'services/a', level='tests', options=options)
    assert found.tests and list(found.tests.results) == ['test_a.py::test_shared'] and found.tests.count('passed') == 1


def test_untracked_files_belong_only_on_request(make: Make, options: VerifyOptions) -> None:
    """What lies around in a checkout must not make the state before better than the one after."""
    folder = make({'.gitignore': 'ignored.toml\n'})
    for name in ('new.toml', 'ignored.toml'):
        (folder / name).write_text('x = 1\n', encoding='utf-8')
    assert snapshot(folder, level='static', options=options).files == {}
    assert list(snapshot(folder, level='static', options=replace(options, untracked=True)).files) == ['new.toml']


@pytest.mark.network
def test_installs_once_for_one_set_of_dependencies(make: Make, options: VerifyOptions) -> None:
    """A real install of a small package; the second service with the same set installs nothing."""
    texts = {
        'requirements.txt': 'iniconfig==2.0.0\n',
        'test_a.py': 'import iniconfig\n\n\ndef test_a():\n    assert iniconfig.__file__\n',
    }
    said: list[str] = []
    talking = replace(options, progress=said.append)
    first = snapshot(make(texts), level='tests', options=talking)
    assert first.install and (first.install.problem, first.install.packages) == (
        '',
        {'iniconfig': '2.0.0'},
    ), first.install
    assert first.tests and first.tests.count('passed') == 1
    installed = sum('installing' in line for line in said)
    second = snapshot(make({**texts, 'README.md': 'x'}), level='tests', options=talking)
    assert second.install == first.install and sum('installing' in line for line in said) == installed == 1
    assert (
        subprocess.run(['git', 'status', '--porcelain'], cwd=make(texts), capture_output=True, check=True).stdout == b''
    )


@pytest.mark.network
def test_package_is_built_beside_its_environment(make: Make, options: VerifyOptions) -> None:
    """A dynamic setup.py is built, so its requirements, extras, metadata and scripts are the real ones."""
    texts = {
        'setup.py': (
            'from setuptools import setup\nsetup(name="thing", version="1.2", packages=["thing"],\n'
            '      install_requires=open("reqs.in").read().split(), extras_require={"test": ["pluggy>=1"]},\n'
            '      entry_points={"console_scripts": ["thing = thing:main"]})\n'
        ),
        'reqs.in': 'iniconfig==2.0.0\n',
        'thing/__init__.py': 'def main():\n    print("ran")\n',
        'tests/test_a.py': (
            'import subprocess\nfrom importlib.metadata import version\n\nimport iniconfig\nimport pluggy\n\n\ndef test_a():\n'
            '    assert version("thing") == "1.2"\n    assert subprocess.check_output(["thing"]) == b"ran\\n"\n'
        ),
    }
    found = snapshot(make(texts), level='tests', options=options)
    assert (
        found.install and found.install.problem == '' and found.install.packages['iniconfig'] == '2.0.0'
    ), found.install
    assert found.tests and {each.outcome for each in found.tests.results.values()} == {'passed'}, found.tests
    assert found.install.source == 'setup.py' and found.install.python


@pytest.mark.network
def test_requirement_that_does_not_exist(make: Make, options: VerifyOptions) -> None:
    """The reason is the installer's, in one line."""
    found = snapshot(make({**STDLIB, 'requirements.txt': 'iniconfig==99.99\n'}), level='tests', options=options)
    assert found.install and 'iniconfig==99.99' in found.install.problem and '\n' not in found.install.problem
    assert sys.executable and by_name(found, found)['install'].status is Status.UNVERIFIED


@pytest.mark.network
def test_definitions_that_disagree(make: Make, options: VerifyOptions) -> None:
    """What is deployed (requirements.txt) counts; only what it lacks comes from the old Poetry table."""
    texts = {
        'requirements.txt': 'iniconfig==2.0.0\n',
        'pyproject.toml': (
            '[tool.poetry]\nname = "x"\nversion = "1"\n[tool.poetry.dependencies]\npython = ">=3.8"\niniconfig = "^1.1"\n'
            '[tool.poetry.dev-dependencies]\npluggy = "~1.5"\n'
        ),
        'test_a.py': 'import pluggy\n\n\ndef test_a():\n    assert pluggy.__version__.startswith("1.5")\n',
    }
    found = snapshot(make(texts), level='tests', options=options)
    assert found.install and found.install.packages['iniconfig'] == '2.0.0', found.install
    assert found.tests and found.tests.count('passed') == 1


@pytest.mark.usefixtures('own_environment')
def test_ignored_files_come_along_on_request(make: Make, options: VerifyOptions, tmp_path: Path) -> None:
    """`.env` and `models/` go into the copy only, and never over what the commit has."""
    body = (
        'import pathlib\n\n\ndef test_a():\n    found = [pathlib.Path(name).read_text() for name in NAMES]\n'
        "    assert found == ['KEY=1', 'weights', 'of the commit']\n"
    )
    names = ['.env', 'models/a/b.bin', 'models/kept.txt']
    folder = make({'models/kept.txt': 'of the commit', 'test_a.py': f'NAMES = {names!r}\n{body}'})
    home = tmp_path / 'home'
    (home / 'models' / 'a').mkdir(parents=True)
    (home / 'models' / 'a' / 'b.bin').write_text('weights', encoding='utf-8')
    (home / 'models' / 'kept.txt').write_text('of the checkout', encoding='utf-8')
    (home / '.env').write_text('KEY=1', encoding='utf-8')
    brought = ((home / '.env', '.env'), (home / 'models', 'models'))
    without = snapshot(folder, level='tests', options=options)
    found = snapshot(folder, level='tests', options=replace(options, brought=brought))
    assert without.tests and without.tests.count('failed') == 1
    assert found.tests and found.tests.count('passed') == 1, found.tests
    assert sorted(path.name for path in folder.iterdir() if path.name != '.git') == ['models', 'test_a.py']


@pytest.mark.network
def test_the_index_of_a_day(make: Make, options: VerifyOptions) -> None:
    """What no lock names comes as it was on that day; equal sets share one environment, whoever wrote them down."""
    test = {'test_a.py': 'import iniconfig\n\n\ndef test_a():\n    assert iniconfig\n'}
    past = replace(options, date='2021-05-08')
    old = snapshot(make({'requirements.txt': 'iniconfig\n', **test}), level='tests', options=past)
    assert old.install and old.install.packages['iniconfig'] == '1.1.1', old.install
    assert old.install.note == 'as of 2021-05-08'
    pinned = snapshot(make({'requirements.txt': 'iniconfig==1.1.1\n', **test}), level='tests', options=past)
    assert pinned.install and pinned.install.interpreter == old.install.interpreter


def test_installing_has_an_end(make: Make, options: VerifyOptions) -> None:
    """No time at all: one line that names the option."""
    folder = make({'requirements.txt': 'iniconfig\n'})
    found = snapshot(folder, level='tests', options=replace(options, seconds=0))
    assert found.install and found.install.problem == 'installing took too long (--verify-timeout)'


@pytest.mark.usefixtures('own_environment')
def test_a_slow_import_is_tried_again_and_equal_both_times(
    make: Make, options: VerifyOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow once is nothing; slow always is the same before and after, and not called fine."""
    monkeypatch.setattr('trueup.verify._imports.SECONDS', 3.0)
    once = (
        'import pathlib, time\nseen = pathlib.Path(__file__).with_name("seen")\n'
        'if not seen.exists():\n    seen.touch()\n    time.sleep(60)\n'
    )
    folder = make(
        {'good/__init__.py': '', 'once/__init__.py': once, 'ever/__init__.py': 'import time\ntime.sleep(60)\n'}
    )
    found = snapshot(folder, level='tests', options=options)
    assert found.imports == {'good': '', 'once': '', 'ever': 'took longer than 20 s'}
    same = by_name(found, found)['imports']
    assert same.status is Status.SAME and same.detail.startswith('could not be imported before: ever: took longer')

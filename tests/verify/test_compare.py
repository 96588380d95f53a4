"""The verdicts, as pure functions of two snapshots."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trueup.model import File, Status, Verification
from trueup.repo import repo_from_tree
from trueup.verify import Install, OpenApi, Snapshot, TestResult, TestRun, compare
from trueup.verify._compare import HELP
from trueup.verify._imports import module_of, source_roots, top_packages
from trueup.verify._openapi import contract, find_apps
from trueup.verify._tests import read_junit

PASSED = TestResult('passed')
FAILED = TestResult('failed', 'assert 1 == 2')
OTHER = TestResult('failed', 'KeyError')
SKIPPED = TestResult('skipped', 'no database')
GOOD = Snapshot(
    'tests', install=Install('requirements.txt', python='3.11', packages={'a': '1'}), imports={'app': ''},
    tests=TestRun({'t::a': PASSED, 't::b': PASSED}), declared=frozenset({'a'}), mentioned=frozenset({'a'}),
)  # fmt: skip


def verdict(name: str, before: Snapshot, after: Snapshot) -> Verification:
    """The verification of that name."""
    return next(each for each in compare(before, after) if each.name == name)


def judged(before: dict[str, TestResult], after: dict[str, TestResult]) -> tuple[Status, str]:
    """Status and detail for two runs."""
    found = verdict('tests', replace(GOOD, tests=TestRun(before)), replace(GOOD, tests=TestRun(after)))
    return found.status, found.detail


@pytest.mark.parametrize(
    ('before', 'after', 'status', 'detail'),
    [
        ({'a': PASSED}, {'a': PASSED, 'new': FAILED}, Status.SAME, ''),
        ({'a': PASSED, 'b': FAILED}, {'a': PASSED, 'b': FAILED}, Status.SAME, 'failed before too: b'),
        ({'a': PASSED, 'b': FAILED}, {'a': PASSED, 'b': PASSED}, Status.BETTER, 'pass now: b'),
        ({'a': PASSED, 'b': PASSED}, {'a': PASSED, 'b': FAILED}, Status.WORSE, 'b: assert 1 == 2'),
        ({'a': PASSED, 'b': PASSED}, {'b': FAILED}, Status.WORSE, 'b: assert 1 == 2 (and 1 more)'),
        ({'a': PASSED}, {'a': SKIPPED}, Status.WORSE, 'a: is skipped: no database'),
        ({'a': PASSED, 'b': SKIPPED}, {'a': PASSED}, Status.SAME, ''),
        ({'a': FAILED}, {'a': PASSED}, Status.UNVERIFIED, f'no test passed before: a: assert 1 == 2; {HELP}'),
        (
            {'a': PASSED, 'b': FAILED},
            {'a': PASSED, 'b': OTHER},
            Status.SAME,
            'failed before too: b; fails otherwise now: b: KeyError',
        ),
    ],
)
def test_tests(before: dict[str, TestResult], after: dict[str, TestResult], status: Status, detail: str) -> None:
    """Worse only if a test that passed passes no more; the first one that fails is named."""
    assert judged(before, after) == (status, detail)


def test_not_run() -> None:
    """Tests that did not run before prove nothing; tests that ran and run no more are worse."""
    broken = replace(GOOD, tests=TestRun(problem='no tests were found'))
    assert verdict('tests', broken, GOOD).status is Status.UNVERIFIED
    assert verdict('tests', GOOD, broken) == Verification(
        'tests', Status.WORSE, '2 passed', 'not run', 'no tests were found'
    )


def test_install() -> None:
    """What did not install before is never a regression, and what installs now is better."""
    failed = Snapshot('tests', install=Install('setup.py', 'no wheel', '3.11'))
    assert [(each.name, each.status) for each in compare(failed, failed) if each.status is not Status.SAME] == [
        ('install', Status.UNVERIFIED), ('imports', Status.UNVERIFIED), ('tests', Status.UNVERIFIED),
    ]  # fmt: skip
    assert not [each for each in compare(failed, GOOD) if each.status is Status.WORSE]
    assert verdict('install', failed, GOOD).detail == 'did not install before: no wheel'
    worse = verdict('install', GOOD, failed)
    assert (worse.status, worse.detail) == (Status.WORSE, 'setup.py, Python 3.11: no wheel')
    assert verdict('tests', GOOD, failed).detail == 'did not install: no wheel'


def test_dependencies() -> None:
    """A lost one is worse unless it is a developer's tool or comes by another way; other versions are said."""
    before = replace(GOOD, declared=frozenset({'a', 'flake8', 'gone'}))
    assert verdict('dependencies', before, GOOD) == Verification(
        'dependencies', Status.WORSE, '3 declared', '1 declared', 'no longer declared: gone'
    )
    by_other = replace(GOOD, install=Install('poetry.lock', packages={'a': '2', 'gone': '1'}))
    found = verdict('dependencies', before, by_other)
    assert (found.status, found.detail) == (Status.SAME, 'another version: a 1 -> 2')


def test_files_and_code() -> None:
    """A file that parsed must parse; equal meaning is proven, other meaning is not judged here."""
    before = Snapshot('static', {'a.py': '', 'b.toml': 'line 1: x'}, {'a.py': '1'})
    assert [each.status for each in compare(before, before)] == [Status.SAME] * 3
    broken = Snapshot('static', {'a.py': 'line 2: y', 'b.toml': 'line 1: x', 'n.yml': 'line 3: z'}, {})
    assert verdict('files', before, broken).detail == 'a.py: line 2: y; n.yml: line 3: z'
    assert verdict('files', broken, before).status is Status.BETTER
    assert (
        verdict('code', before, Snapshot('static', {'a.py': '', 'n.py': ''}, {'a.py': '2', 'n.py': '1'})).detail
        == 'changed: a.py'
    )
    assert verdict('code', before, Snapshot('static', {}, {})).detail == 'changed: a.py (gone)'
    assert (
        verdict('code', before, Snapshot('static', {'a.py': '', 'n.py': ''}, {'a.py': '1', 'n.py': '1'})).status
        is Status.SAME
    )


DOCUMENT = {
    'paths': {
        '/p': {
            'post': {
                'parameters': [{'name': 'q', 'in': 'query', 'required': False, 'schema': {'anyOf': [{'type': 'string'}, {'type': 'null'}]}}],
                'requestBody': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Item'}}}},
                'responses': {'200': {'content': {'application/json': {'schema': {'type': 'array', 'items': {'type': 'number'}}}}}, '422': {}},
            }
        }
    },
    'components': {'schemas': {'Item': {'properties': {'a': {'type': 'string', 'title': 'A'}}, 'required': ['a']}, 'ValidationError': {}}},
}  # fmt: skip


def test_contract_holds_what_callers_rely_on() -> None:
    """Types, names and need; not titles, versions or the framework's own schemas."""
    assert contract(DOCUMENT) == {
        'POST /p': (
            'body application/json: Item',
            'query parameter q optional: string',
            'response 200 application/json: array of number',
        ),
        'schema Item': ('a required: string',),
    }


@pytest.mark.parametrize(
    ('after', 'status', 'detail'),
    [
        ({'GET /x': ('response 200 : any',), 'GET /new': ()}, Status.SAME, ''),
        ({'GET /x': ('response 200 : object',)}, Status.SAME, ''),
        ({}, Status.WORSE, 'GET /x is gone'),
        ({'GET /x': ()}, Status.WORSE, 'GET /x: lost response 200 : any'),
        (
            {'GET /x': ('query parameter q required: string', 'response 200 : any')},
            Status.WORSE,
            'GET /x: now wants query parameter q required: string',
        ),
    ],
)
def test_openapi(after: dict[str, tuple[str, ...]], status: Status, detail: str) -> None:
    """New operations are fine; a lost promise or a new demand is worse."""
    before = replace(GOOD, openapi=OpenApi('app:app', {'GET /x': ('response 200 : any',)}))
    found = verdict('openapi', before, replace(GOOD, openapi=OpenApi('app:app', after)))
    assert (found.status, found.detail) == (status, detail)


def test_openapi_that_was_never_there() -> None:
    """No application, no line; one that did not start before is not verified; one that starts no more is worse."""
    assert 'openapi' not in [each.name for each in compare(GOOD, GOOD)]
    bad, good = replace(GOOD, openapi=OpenApi('a:app', problem='KeyError')), replace(
        GOOD, openapi=OpenApi('a:app', {'GET /': ()})
    )
    assert verdict('openapi', bad, good).status is Status.UNVERIFIED
    assert verdict('openapi', good, bad).detail == 'a:app: KeyError'
    assert verdict('openapi', good, GOOD).detail == 'a:app: no application found'


def test_applications_are_guessed() -> None:
    """Values before factories, `app` first, factories with arguments and tests not at all."""
    repo = repo_from_tree(
        {
            'src/x/main.py': File(
                b'from fastapi import FastAPI\ndef create_app(debug=False):\n    api = FastAPI()\n    return api\napp = create_app()\n'
            ),
            'src/x/__init__.py': File(b''),
            'server.py': File(b'import fastapi\nserver: object = fastapi.FastAPI()\n'),
            'other.py': File(b'from fastapi import FastAPI\ndef make(settings):\n    return FastAPI()\n'),
            'tests/test_a.py': File(b'from fastapi import FastAPI\napp = FastAPI()\n'),
            'broken.py': File(b'from fastapi import FastAPI\napp = FastAPI(\n'),
        }
    )
    assert [str(each) for each in find_apps(repo)] == ['x.main:app', 'server:server', 'x.main:create_app()']


def test_top_packages() -> None:
    """At the root and in src; not the tests, not src itself unless it is a package."""
    repo = repo_from_tree(
        {
            path: File(b'')
            for path in ('app/__init__.py', 'app/sub/__init__.py', 'src/x/__init__.py', 'tests/__init__.py', 'run.py')
        }
    )
    assert top_packages(repo) == ('app', 'x') and source_roots(repo) == ('', 'src')
    inside = repo_from_tree({path: File(b'') for path in ('src/__init__.py', 'src/main.py')})
    assert top_packages(inside) == ('src',) and source_roots(inside) == ('',)
    assert (
        module_of('src/x/a.py', ('', 'src')) == 'x.a'
        and module_of('src/main.py', ('',)) == 'src.main'
        and module_of('a/__init__.py', ('',)) == 'a'
    )


def test_junit() -> None:
    """Ids as pytest spells them; of two entries the worse counts; addresses of objects don't."""
    text = '''<testsuites><testsuite>
      <testcase classname="tests.test_a.TestX" name="test_b[0x7f00aabbcc]" file="tests/test_a.py"/>
      <testcase classname="tests.test_a" name="test_c" file="tests/test_a.py"><failure message="m">def test_c():
E       assert 1 == 2
E        +  where 1 = f()

tests/test_a.py:3: AssertionError</failure></testcase>
      <testcase classname="tests.test_a" name="test_c" file="tests/test_a.py"/>
      <testcase classname="tests.test_a" name="test_d" file="tests/test_a.py"><skipped message="later"/></testcase>
      <testcase classname="" name="tests.test_z"><error message="collection failure">E   ImportError: no</error></testcase>
    </testsuite></testsuites>'''
    assert read_junit(text) == {
        'tests/test_a.py::TestX::test_b[0x]': PASSED,
        'tests/test_a.py::test_c': TestResult('failed', 'assert 1 == 2'),
        'tests/test_a.py::test_d': TestResult('skipped', 'later'),
        'tests.test_z': TestResult('error', 'ImportError: no'),
    }

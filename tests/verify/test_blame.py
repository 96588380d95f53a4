"""The change that most likely broke something, named in the verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from trueup.model import Status
from trueup.verify import Install, Snapshot, TestResult, TestRun, compare
from trueup.verify._blame import blame

PASSED = TestResult('passed')
BEFORE = Snapshot(
    'tests', install=Install('requirements.txt', python='3.8', packages={'pydantic': '1.10', 'pyyaml': '5', 'numpy': '1.24'}),
    code={'app/core.py': '1', 'app/old.py': '1'}, paths=frozenset({'app/core.py', 'app/old.py', 'config/app.yml'}),
    settings={'pytest.ini': 'a'}, imports={'app': ''}, tests=TestRun({'t::a': PASSED}), declared=frozenset({'numpy'}),
)  # fmt: skip
MOVED = {'pydantic': '2.9', 'pyyaml': '6', 'numpy': '2.1'}


def after(**changes: object) -> Snapshot:
    """The same service, with some things changed."""
    packages = changes.pop('packages', None)
    python = str(changes.pop('python', '3.8'))
    assert BEFORE.install
    install = replace(BEFORE.install, python=python, packages=packages or BEFORE.install.packages)
    return replace(BEFORE, install=install, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ('later', 'error', 'trace', 'because'),
    [
        (after(packages={'numpy': '1.24'}), "No module named 'yaml'", (), 'pyyaml 5 is no longer installed'),
        (after(code={'app/core.py': '1'}), "ModuleNotFoundError: No module named 'app.old'", (), 'app/old.py is gone'),
        (
            after(packages=MOVED), 'TypeError: x', ('/e/lib/python3.8/site-packages/pydantic/main.py', 'app/core.py'),
            'pydantic went 1.10 -> 2.9',
        ),
        (after(packages=MOVED), "AttributeError: module 'numpy' has no attribute 'int'", (), 'numpy went 1.24 -> 2.1'),
        (after(code={'app/core.py': '2', 'app/old.py': '1'}), 'TypeError: x', ('app/core.py',), 'app/core.py was changed'),
        (
            after(paths=frozenset({'app/core.py', 'app/old.py'})), "FileNotFoundError: [Errno 2] No such file: 'config/app.yml'", (),
            'config/app.yml is gone',
        ),
        (after(settings={'pytest.ini': 'b'}), 'pytest did not accept its options', (), 'the test settings in pytest.ini were changed'),
        (after(python='3.11'), 'SyntaxError: x', (), 'it runs on Python 3.11, before on 3.8'),
        (after(packages=MOVED), 'assert 1 == 2', (), 'numpy went 1.24 -> 2.1, pydantic went 1.10 -> 2.9 and 1 more'),
    ],
)  # fmt: skip
def test_the_likeliest_change(later: Snapshot, error: str, trace: tuple[str, ...], because: str) -> None:
    """Missing modules, packages on the error's way, changed and lost files, settings, the Python, and at last any version."""
    assert blame(BEFORE, later, error, trace) == f'; most likely because {because}'


def test_nothing_changed_means_nobody_to_blame() -> None:
    """No suspect is made up."""
    assert blame(BEFORE, BEFORE, 'KeyError: numpy', ('app/core.py',)) == ''


def test_verdicts_name_test_error_and_cause() -> None:
    """What a person needs to begin: which test or module, the error, the change."""
    broken = TestRun({'t::a': TestResult('failed', 'TypeError: x', ('/e/site-packages/pydantic/main.py',))})
    later = after(packages=MOVED, tests=broken, imports={'app': "ModuleNotFoundError: No module named 'gone'"})
    found = {each.name: each for each in compare(BEFORE, later)}
    assert found['tests'].status is found['imports'].status is Status.WORSE
    assert found['tests'].detail == 't::a: TypeError: x; most likely because pydantic went 1.10 -> 2.9'
    assert found['imports'].detail.startswith("app: ModuleNotFoundError: No module named 'gone'; most likely because ")

"""tox.ini: which session does what an environment did, and what the tests need."""

from __future__ import annotations

import tomllib

from tests.packaging.support import converted, text_of

TOX = '''[tox]
envlist = py38,lint,docs
[testenv]
extras = testing
deps =
    -r{toxinidir}/requirements-dev.txt
    responses>=0.1  # mocks
    py38: dataclasses
    black
    .[testing]
    flask
commands = pytest {posargs}
[testenv:lint]
deps = flake8
commands = flake8
[testenv:types]
commands = mypy --user=https://bob:s3cret@x.example src
[testenv:reformat]
commands = black .
'''
CFG = '[metadata]\nname=svc\nversion=1\n[options]\ninstall_requires=\n  flask\n[options.extras_require]\ntesting=\n  pytest\n'


def test_environments_become_sessions_and_a_group() -> None:
    """Test environments give the group `test` what no other file names; the others are told with their session."""
    conversion = converted({'setup.cfg': CFG, 'tox.ini': TOX, 'requirements-dev.txt': 'ipython\n'})
    data = tomllib.loads(text_of(conversion))
    assert data['dependency-groups'] == {'dev': ['ipython'], 'test': ['responses>=0.1', 'pytest']}
    assert data['project']['dependencies'] == ['flask']
    assert [note for note in conversion.notes if note.startswith('tox.ini')] == [
        'tox.ini:3: tox -e py: nox -s tests does it',
        'tox.ini:8: not carried: py38: dataclasses: it is for some environments of tox only',
        'tox.ini:13: tox -e lint: nox -s lint does it',
        'tox.ini:16: tox -e types: no session of the standard does it; it stays in tox.ini '
        '(mypy --user=https://***@x.example src)',
        'tox.ini:18: tox -e reformat: nox -s format does it',
    ]
    assert 'tox.ini' not in conversion.absorbed
    kept = {item.before: item.reason for item in conversion.decisions if item.path == 'tox.ini'}
    assert kept['black'] == 'linters have an environment of their own'
    assert kept['flask'] == 'setup.cfg:5 names it'


def test_tox_alone_declares_nothing() -> None:
    """Without packaging there is nothing to convert, and the environments are told all the same."""
    conversion = converted({'tox.ini': '[testenv]\ndeps = pytest\n'})
    assert conversion.pyproject is None
    assert 'tox.ini:1: tox -e py: nox -s tests does it' in conversion.notes


def test_broken_tox_is_told() -> None:
    """A file that configparser can't read is said, not raised."""
    notes = converted({'tox.ini': '[testenv\nx', 'requirements.txt': 'a\n'}).notes
    assert [note for note in notes if note.startswith('tox.ini: not read: ')]

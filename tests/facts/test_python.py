"""The oldest Python: declared, built on, tested with, needed."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts, repo, told, values
from trueup.facts import read_facts

REQUIRES = '[project]\nrequires-python = ">=3.9,<4"\n'


@pytest.mark.parametrize(
    ('files', 'expected'),
    [
        ({'pyproject.toml': REQUIRES}, ['python_min=3.9 @ pyproject.toml:2']),
        ({'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.8"\n'}, ['python_min=3.8 @ pyproject.toml:2']),
        ({'pyproject.toml': '[tool.poetry.dependencies]\npython = "~3.10"\n'}, ['python_min=3.10 @ pyproject.toml:2']),
        (
            {'pyproject.toml': '[tool.poetry.dependencies]\npython = "^3.8 || ^3.9"\n'},
            ['python_min=3.8 @ pyproject.toml:2'],
        ),
        ({'setup.py': 'setup(python_requires=">=3.7")\n'}, ['python_min=3.7 @ setup.py:1']),
        ({'setup.cfg': '[options]\npython_requires = >=3.7\n'}, ['python_min=3.7 @ setup.cfg:2']),
        ({'Pipfile': '[requires]\npython_version = "3.7"\n'}, ['python_min=3.7 @ Pipfile:2']),
        ({'.python-version': '3.12.1\n'}, ['python_min=3.12 @ .python-version:1']),
        ({'runtime.txt': 'python-3.7.5\n'}, ['python_min=3.7 @ runtime.txt:1']),
        ({'environment.yml': 'dependencies:\n  - python=3.9\n'}, ['python_min=3.9 @ environment.yml:2']),
        ({'docker/Dockerfile': 'FROM python:3.8-slim AS b\n'}, ['python_min=3.8 @ docker/Dockerfile:1']),
        ({'Dockerfile': 'FROM registry.example.com/base/python:3.10\n'}, ['python_min=3.10 @ Dockerfile:1']),
        ({'Dockerfile': 'FROM example/uvicorn-gunicorn:python3.8-slim\n'}, ['python_min=3.8 @ Dockerfile:1']),
        (
            {'Dockerfile': 'FROM ubuntu:16.04\nRUN apt-get install -y python3.7 python3.7-dev\n'},
            ['python_min=3.7 @ Dockerfile:2'],
        ),
        ({'Dockerfile': 'FROM example.com/functions/python:3.0-python3.8-tools\n'}, ['python_min=3.8 @ Dockerfile:1']),
        ({'tox.ini': '[tox]\nenvlist = py37, py38, lint\n'}, ['python_min=3.7 @ tox.ini:2']),
        ({'tox.ini': '[tox]\nenv_list = py3{9,10}-{a,b}\n'}, ['python_min=3.9 @ tox.ini:2']),
        ({'.gitlab-ci.yml': 'image: python:3.9\n'}, ['python_min=3.9 @ .gitlab-ci.yml:1']),
        (
            {'Dockerfile': 'FROM python:3.11\n', '.github/workflows/ci.yml': 'python-version: [3.9, "3.10", 3.11]\n'},
            ['python_min=3.9 @ .github/workflows/ci.yml:1'],
        ),
        ({'app.py': 'match x:\n    case 1: pass\n'}, ['python_min=3.10 @ app.py:1']),
        ({'Dockerfile': 'FROM ubuntu:20.04\n'}, []),
        ({'pyproject.toml': '[project]\nrequires-python = "<4"\n'}, []),
        ({'pyproject.toml': '[project]\nrequires-python = "what?"\n'}, []),
    ],
)
def test_sources(files: Files, expected: list[str]) -> None:
    """Each source counts, the stronger one first."""
    assert told(files, 'python_min') == expected


def test_the_pipeline_of_all_members_says_little_of_one() -> None:
    """A repository of many packages tests the oldest of them with a Python that this one may not know."""
    inner = repo({'app.py': '', 'tox.ini': '[tox]\nenvlist = py39\n'})
    outer = repo({'.gitlab-ci.yml': 'image: python:3.6\n', 'services/a/app.py': ''})
    found = read_facts(inner, outer=outer, service_root='services/a')
    assert [fact.value for fact in found if fact.name == 'python_min'] == ['3.9']


def test_code_that_needs_more_than_is_declared() -> None:
    """The code wins, because the declared Python can't run it."""
    files = {'pyproject.toml': REQUIRES, 'app.py': 'def f(x: int | None): ...\n'}
    assert told(files, 'disagreement', 'python_min') == [
        'disagreement=python: pyproject.toml says 3.9, X | Y as a type needs 3.10 @ pyproject.toml:2, app.py:1',
        'python_min=3.10 @ app.py:1',
    ]


def test_an_image_older_than_the_declared_python() -> None:
    """The service can't start there."""
    files = {'pyproject.toml': REQUIRES, 'Dockerfile': 'FROM python:3.8\n'}
    assert values(files, 'disagreement') == ['python: pyproject.toml says 3.9, Dockerfile says 3.8']


def test_an_image_newer_than_the_declared_python_is_fine() -> None:
    """A minimum is no pin."""
    assert values({'pyproject.toml': REQUIRES, 'Dockerfile': 'FROM python:3.12\n'}, 'disagreement') == []


@pytest.mark.parametrize(
    ('code', 'expected'),
    [
        ('if (n := 1): pass\n', '3.8'),
        ('def f(a, /): ...\n', '3.8'),
        ('x: list[int] = []\n', '3.9'),
        ('from functools import cache\n', '3.9'),
        ('import tomllib\n', '3.11'),
        ('import asyncio\nasync def f():\n    async with asyncio.TaskGroup(): pass\n', '3.11'),
        ('try:\n    a()\nexcept* ValueError:\n    pass\n', '3.11'),
        ('print "hello"\n', '2.7'),
        ('x = unicode("a")\n', '2.7'),
    ],
)
def test_syntax(code: str, expected: str) -> None:
    """The newest feature of the code decides."""
    assert values({'app.py': code}, 'python_syntax') == [expected]


@pytest.mark.parametrize(
    'code',
    [
        'x = 1\n',
        'from __future__ import annotations\nx: list[int] | None = None\n',
        'try:\n    import tomllib\nexcept ImportError:\n    import toml as tomllib\n',
        'import sys\nif sys.version_info >= (3, 11):\n    import tomllib\n',
        'x = a | b\n',
        'y = table[0]\n',
    ],
)
def test_what_looks_new_and_is_not(code: str) -> None:
    """Fallbacks and lazy annotations run on old Pythons."""
    assert values({'app.py': code}, 'python_syntax') == []


def test_tests_do_not_raise_the_minimum() -> None:
    """The service runs without its tests."""
    assert facts({'tests/test_a.py': 'import tomllib\n', 'app.py': 'x = 1\n'}, 'python_syntax') == ()

"""Where the package lies: every layout that real services come in."""

from __future__ import annotations

import pytest

from tests.facts.support import Files, facts

APP = 'from fastapi import FastAPI\napp = FastAPI()\n'
POETRY = '[tool.poetry]\nname = "churn-api"\nversion = "1.0.0"\n'

LAYOUTS: list[tuple[str, Files, dict[str, object]]] = [
    (
        'src',
        {'pyproject.toml': POETRY, 'src/churn_api/__init__.py': '', 'src/churn_api/main.py': APP},
        {'layout': 'src', 'package_path': 'src/churn_api', 'package_name': 'churn_api', 'is_package': True},
    ),
    (
        'flat',
        {'pyproject.toml': POETRY, 'churn_api/__init__.py': '', 'tests/test_x.py': '', 'tests/__init__.py': ''},
        {'layout': 'flat', 'package_path': 'churn_api', 'package_name': 'churn_api', 'is_package': True},
    ),
    (
        'app',
        {'requirements.txt': 'fastapi\n', 'app/__init__.py': '', 'app/main.py': APP, 'scripts/train.py': 'x = 1\n'},
        {'layout': 'app', 'package_path': 'app', 'package_name': 'app', 'is_package': False},
    ),
    (
        'namespace: no __init__.py at the top',
        {'app/main.py': APP, 'app/core/__init__.py': '', 'app/core/config.py': ''},
        {'layout': 'namespace', 'package_path': 'app', 'package_name': 'app', 'is_package': False},
    ),
    (
        'nested',
        {'backend/server/manage.py': 'import django\n', 'backend/server/server/__init__.py': ''},
        {'layout': 'nested', 'package_path': 'backend/server', 'package_name': 'server', 'is_package': False},
    ),
    (
        'src that is the package itself',
        {'setup.py': 'from setuptools import setup\nsetup(name="src", packages=["src"])\n', 'src/__init__.py': ''},
        {'layout': 'flat', 'package_path': 'src', 'package_name': 'src', 'is_package': True},
    ),
    (
        'scripts',
        {'app.py': APP, 'util.py': ''},
        {'layout': 'scripts', 'package_path': '.', 'is_package': False},
    ),
    (
        'an application at the root beside folders that it does not import',
        {'app.py': APP, 'other/tool.py': ''},
        {'layout': 'scripts', 'package_path': '.', 'is_package': False},
    ),
    (
        'several packages, one build, none of its name',
        {'pyproject.toml': POETRY, 'configs/__init__.py': '', 'models/__init__.py': '', 'train.py': 'import models\n'},
        {'layout': 'several', 'package_path': '.', 'is_package': False},
    ),
    (
        'several packages below src',
        {'src/api/__init__.py': '', 'src/model/__init__.py': '', 'src/manage.py': ''},
        {'layout': 'several', 'package_path': 'src', 'is_package': False},
    ),
    (
        'declared by Poetry with from',
        {'pyproject.toml': POETRY + 'packages = [{include = "serve", from = "lib"}]\n', 'lib/serve/__init__.py': ''},
        {'layout': 'nested', 'package_path': 'lib/serve', 'package_name': 'serve', 'is_package': True},
    ),
    (
        'package-mode = false',
        {'pyproject.toml': POETRY + 'package-mode = false\n', 'churn_api/__init__.py': ''},
        {'layout': 'flat', 'package_path': 'churn_api', 'package_name': 'churn_api', 'is_package': False},
    ),
    ('no Python', {'README.md': '# Nothing\n'}, {'layout': 'none'}),
    ('nothing at all', {}, {'layout': 'none'}),
]


@pytest.mark.parametrize(('files', 'expected'), [case[1:] for case in LAYOUTS], ids=[case[0] for case in LAYOUTS])
def test_layouts(files: Files, expected: dict[str, object]) -> None:
    """The package is what coverage, pylint and the build are pointed at."""
    found = {fact.name: fact.value for fact in facts(files, 'layout', 'package_path', 'package_name', 'is_package')}
    assert found == expected


def test_environments_and_builds_are_no_packages() -> None:
    """A committed virtual environment must not become the service."""
    files = {'venv/lib/x/__init__.py': '', 'build/lib/y/__init__.py': '', 'app/__init__.py': ''}
    assert [fact.value for fact in facts(files, 'package_path')] == ['app']


def test_the_evidence_names_the_declaration() -> None:
    """A person must be able to look it up."""
    files = {'pyproject.toml': POETRY, 'churn_api/__init__.py': ''}
    (found,) = facts(files, 'package_path')
    assert [str(place) for place in found.evidence] == ['pyproject.toml:2', 'churn_api/__init__.py']

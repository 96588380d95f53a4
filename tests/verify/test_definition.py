"""How services say what they need."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup.model import File
from trueup.repo import Repo, repo_from_tree
from trueup.verify._definition import declared, read_definition
from trueup.verify._requirements import flatten, variables
from trueup.verify._tests import runner_of

POETRY = '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npython = "^3.8"\nFast_API = "*"\n[tool.poetry.dev-dependencies]\nblack = "*"\n'
PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["fastapi>=0.1"]\n'
GROUPS = '[dependency-groups]\ntest = ["pytest", {include-group = "base"}]\nbase = ["httpx", {include-group = "test"}]\ndocs = ["sphinx"]\n'
LOCK = (
    '[[package]]\nname = "a"\nversion = "1"\nmarkers = "python_version < \\"3.9\\""\n'
    '[[package]]\nname = "b"\nversion = "2"\noptional = true\n'
    '[[package]]\nname = "c"\nversion = "3"\n[package.source]\ntype = "legacy"\nurl = "https://x"\n'
    '[[package]]\nname = "d"\nversion = "4"\n[package.source]\ntype = "git"\nurl = "https://x"\n'
)
BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def repo(**texts: str) -> Repo:
    """A view of texts; `__` in a name is a dot, `_0_` a slash."""
    return repo_from_tree(
        {name.replace('_0_', '/').replace('__', '.'): File(text.encode()) for name, text in texts.items()}
    )


@pytest.mark.parametrize(
    ('found', 'source', 'kind', 'package', 'python'),
    [
        (
            repo(pyproject__toml=POETRY, poetry__lock=LOCK, requirements__txt='x\n'),
            'poetry.lock',
            'poetry',
            False,
            '>=3.8,<4',
        ),
        (repo(pyproject__toml=POETRY), 'pyproject.toml', 'poetry', False, '>=3.8,<4'),
        (repo(pyproject__toml=POETRY + BUILD), 'pyproject.toml', 'poetry', True, '>=3.8,<4'),
        (repo(pyproject__toml=PROJECT + BUILD), 'pyproject.toml', 'package', True, '>=3.9'),
        (repo(pyproject__toml=PROJECT), 'pyproject.toml', 'pins', False, '>=3.9'),
        (repo(pyproject__toml=PROJECT, uv__lock=''), 'uv.lock', 'uv', False, '>=3.9'),
        (
            repo(requirements__txt='x\n', setup__py='setup(python_requires=">=3.6")'),
            'requirements.txt',
            'files',
            True,
            '>=3.6',
        ),
        (repo(setup__py='setup()'), 'setup.py', 'package', True, ''),
        (
            repo(setup__cfg='[metadata]\nname = x\n[options]\npython_requires = >=3.7\n'),
            'setup.cfg',
            'package',
            True,
            '>=3.7',
        ),
        (
            repo(Pipfile__lock='{"default": {"a": {"version": "==1"}}, "develop": {}}'),
            'Pipfile.lock',
            'pins',
            False,
            '',
        ),
        (repo(setup__cfg='[flake8]\n', pyproject__toml='[tool.black]\n'), '', '', False, ''),
        (repo(pyproject__toml='[broken'), '', '', False, ''),
    ],
)
def test_which_definition(found: Repo, source: str, kind: str, package: bool, python: str) -> None:
    """A lock wins, then requirement files, then the package's own metadata."""
    read = read_definition(found)
    assert (read.source, read.kind, read.package, read.python) == (source, kind, package, python)


def test_requirement_files_for_tests() -> None:
    """The plain one first; those for documentation, linting or other machines are not needed."""
    names = (
        'requirements-dev.txt',
        'requirements.txt',
        'requirements-docs.txt',
        'requirements/test.txt',
        'a/b/requirements.txt',
        'constraints.txt',
    )
    found = read_definition(repo_from_tree({name: File(b'x\n') for name in names}))
    assert found.files == ('requirements.txt', 'requirements-dev.txt', 'requirements/test.txt')


def test_pins_and_groups() -> None:
    """Without Poetry its lock still tells the pins; groups for tests are followed through includes, also round ones."""
    assert read_definition(repo(pyproject__toml=POETRY, poetry__lock=LOCK)).pins == (
        'a==1 ; python_version < "3.9"',
        'c==3',
    )
    assert read_definition(repo(pyproject__toml=PROJECT + GROUPS)).pins == ('fastapi>=0.1', 'pytest', 'httpx')


@pytest.mark.parametrize(
    ('written', 'specifier'),
    [
        ('^3.8', '>=3.8,<4'),
        ('~3.8', '>=3.8,<3.9'),
        ('>=3.7,<3.12', '>=3.7,<3.12'),
        ('3.9.*', '==3.9.*'),
        ('*', ''),
        ('^3.8 || ^4', ''),
    ],
)
def test_python_of_poetry(written: str, specifier: str) -> None:
    """Poetry's own operators become a version specifier; what cannot is no limit."""
    assert read_definition(repo(pyproject__toml=POETRY.replace('^3.8', written))).python == specifier


def test_pythons_that_a_service_names() -> None:
    """The version it runs on in production is tried first."""
    found = repo(
        _0_='',
        Dockerfile='FROM python:3.9-slim\n',
        docker_0_Dockerfile='from registry.example.com/python:3.8\n',
        __python_0_='',
    )
    assert read_definition(found).stated == ('3.9', '3.8')
    assert read_definition(repo(runtime__txt='python-3.10.4\n')).stated == ('3.10',)


def test_own_paths() -> None:
    """An environment with a package of the repository itself must not be shared."""
    assert read_definition(repo(requirements__txt='-e ../lib\n')).own_paths
    assert read_definition(repo(requirements__txt='./lib\n')).own_paths
    assert read_definition(repo(pyproject__toml=POETRY + 'lib = {path = "../lib", develop = true}\n')).own_paths
    assert not read_definition(repo(requirements__txt='-e .\n-r base.txt\n')).own_paths


def test_declared_names() -> None:
    """Names needed at run time, and all that are mentioned."""
    runtime, mentioned = declared(
        repo(
            pyproject__toml=POETRY,
            poetry__lock=LOCK,
            requirements__txt='# x\nPy_YAML==5 --hash=sha256:x\n-r a.txt\n',
            requirements_0_dev__txt='tox\n',
        )
    )
    assert runtime == {'fast-api', 'py-yaml'}
    assert mentioned == {'fast-api', 'py-yaml', 'black', 'a', 'b', 'c', 'd', 'tox'}
    setup = declared(
        repo(
            setup__py='setup(install_requires=["a>1", "b; python_version<\'3\'"])',
            setup__cfg='[options]\ninstall_requires =\n    c>=1\n    d\n',
        )
    )
    assert setup[0] == {'a', 'b', 'c', 'd'}


def test_an_export_declares_nothing() -> None:
    """requirements.txt written from the lock lists what the declared names bring; by itself it is all there is."""
    export = '# Exported from poetry.lock, do not edit: run `trueup fix` to refresh it.\nanyio==4\nfast-api==1\n'
    runtime, mentioned = declared(repo(pyproject__toml=POETRY, requirements__txt=export))
    assert runtime == {'fast-api'} and mentioned == {'fast-api', 'anyio', 'black'}
    assert declared(repo(requirements__txt=export))[0] == {'fast-api', 'anyio'}


def test_flattened_requirements(tmp_path: Path) -> None:
    """Includes are followed (also round ones), the service itself is left out, local paths become absolute."""
    (tmp_path / 'base.txt').write_text('\ufeffa==1 \\\n    --hash=sha256:x\n-r dev.txt\n', encoding='utf-8')
    (tmp_path / 'dev.txt').write_text(
        '-r base.txt  # first\n-c constraints.txt\n-e .\n-e .[test]\n.\n-e ./lib\n--extra-index-url https://${USER_X}@host/\n'
        'b @ git+https://h/b.git#egg=b\n\n-r missing.txt\n',
        encoding='utf-8',
    )
    (tmp_path / 'constraints.txt').write_text('a<2\n', encoding='utf-8')
    lines = list(flatten(tmp_path / 'dev.txt'))
    assert lines == [
        'a==1 --hash=sha256:x', f'-c {tmp_path}/constraints.txt', f'{tmp_path}/lib',
        '--extra-index-url https://${USER_X}@host/', 'b @ git+https://h/b.git#egg=b',
    ]  # fmt: skip
    assert variables(lines) == ('USER_X',)


def test_plugins_that_a_configuration_names() -> None:
    """A runner without them would refuse the service's own options."""
    assert runner_of(repo(pytest__ini='[pytest]\naddopts = --cov=app -n auto\nasyncio_mode = auto\n')) == (
        'pytest',
        'pytest-asyncio',
        'pytest-cov',
        'pytest-xdist',
    )
    assert runner_of(repo(tests_0_test_a__py='def test(mocker): ...', a__py='import pkg_resources')) == (
        'pytest',
        'pytest-mock',
        'setuptools<81',
    )
    assert runner_of(repo(a__py='def f(mocker): ...')) == ('pytest',)

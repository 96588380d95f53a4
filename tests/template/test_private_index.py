"""A company's private index: services lock from it and publish to it, and its password is found nowhere afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.demo.tools import configured_index
from tests.support.pypi import CompanyIndex, company_index
from tests.support.rendering import render

pytestmark = [pytest.mark.e2e, pytest.mark.network]
LIBRARY = """[project]
name = "acme-features"
version = "1.2.0"
description = "What several services share"
requires-python = ">=3.11"

[tool.poetry]
packages = [{ include = "acme_features" }]

[build-system]
requires = ["poetry-core>=2.0"]
build-backend = "poetry.core.masonry.api"
"""


class Person:
    """Somebody in a shell with credentials in the environment; keeps everything that was printed."""

    def __init__(self, index: CompanyIndex, home: Path) -> None:
        self.index = index
        self.said = ''
        bad = ('POETRY_HTTP', 'UV_', 'PYTHON', 'VIRTUAL_ENV', 'PIP_')
        kept = {name: value for name, value in os.environ.items() if not name.startswith(bad)}
        self.plain = kept | {
            'HOME': str(home),
            'POETRY_CACHE_DIR': os.environ.get('POETRY_CACHE_DIR', os.path.expanduser('~/.cache/pypoetry')),
            'UV_CACHE_DIR': os.environ.get('UV_CACHE_DIR', os.path.expanduser('~/.cache/uv')),
            'POETRY_VIRTUALENVS_IN_PROJECT': 'true',
            'PYTHON_KEYRING_BACKEND': 'keyring.backends.null.Keyring',
        }
        self.credentials = {
            'POETRY_HTTP_BASIC_COMPANY_USERNAME': index.user,
            'POETRY_HTTP_BASIC_COMPANY_PASSWORD': index.password,
            'UV_INDEX_COMPANY_USERNAME': index.user,
            'UV_INDEX_COMPANY_PASSWORD': index.password,
            'UV_PUBLISH_USERNAME': index.user,
            'UV_PUBLISH_PASSWORD': index.password,
        }

    def run(self, folder: Path, *command: str, known: bool = True, **more: str) -> int:
        """Exit code of a command; `known` puts the credentials into its environment."""
        environment = self.plain | (self.credentials if known else {}) | more
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.said += f'$ {" ".join(command)}\n{done.stdout}'
        return done.returncode


@pytest.fixture(name='word')
def fixture_word() -> str:
    """A password that can be searched for."""
    return f'pw-{secrets.token_hex(12)}'


@pytest.fixture(name='person')
def fixture_person(tmp_path: Path, word: str) -> Iterator[Person]:
    """A person whose company's index holds its own packages only."""
    (tmp_path / 'home').mkdir()
    with company_index(tmp_path / 'index', user='builder', password=word) as index:
        yield Person(index, tmp_path / 'home')


def holds(folder: Path, word: str) -> list[Path]:
    """Files in which the word stands, environments left out."""
    return [
        path
        for path in folder.rglob('*')
        if path.is_file() and '.venv' not in path.parts and word.encode() in path.read_bytes()
    ]


def public_index() -> str:
    """The simple index that pip asks on this machine."""
    default = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)'
    return configured_index() or subprocess.check_output([sys.executable, '-c', default], text=True).strip()


def test_private_index_with_poetry(standard: Path, tmp_path: Path, person: Person, word: str) -> None:
    """A library is published, a service locks and installs it with public packages from elsewhere, and is published."""
    library = tmp_path / 'library'
    (library / 'acme_features').mkdir(parents=True)
    (library / 'pyproject.toml').write_text(LIBRARY)
    (library / 'acme_features/__init__.py').write_text('SHARED = 42\n')
    index = person.index
    publish = ['poetry', 'publish', '--build', '--no-interaction', '--repository', 'company']
    upload = {'POETRY_REPOSITORIES_COMPANY_URL': f'{index.root}/'}
    assert person.run(library, *publish, known=False, **upload) != 0
    assert person.run(library, *publish, **upload) == 0, person.said
    assert index.names() == ['acme_features-1.2.0-py3-none-any.whl', 'acme_features-1.2.0.tar.gz']

    service = render(
        standard,
        tmp_path / 'churn-service',
        package_index_url=index.simple,
        package_index_mode='internal',
        package_publish_url=f'{index.root}/',
        ci=[],
    )
    pyproject = service / 'pyproject.toml'
    wanted = 'dependencies = [\n    "acme-features>=1.0",\n'
    from_company = '\n[tool.poetry.dependencies]\nacme-features = { source = "company" }\n'
    pyproject.write_text(pyproject.read_text().replace('dependencies = [\n', wanted, 1) + from_company)
    assert person.run(service, 'poetry', 'lock', '--no-interaction', known=False) != 0
    assert person.run(service, 'poetry', 'lock', '--no-interaction') == 0, person.said
    packages = {each['name']: each for each in tomllib.loads((service / 'poetry.lock').read_text())['package']}
    assert packages['acme-features']['source']['reference'] == 'company'
    assert packages['acme-features']['source']['url'] == index.simple.rstrip('/')
    assert 'source' not in packages['fastapi']
    assert person.run(service, 'poetry', 'install', '--no-interaction', '--only', 'main') == 0, person.said
    probe = 'import acme_features, churn_service.app; print(acme_features.SHARED)'
    assert person.run(service, '.venv/bin/python', '-c', probe) == 0, person.said
    assert person.said.endswith('42\n')

    assert person.run(service, 'make', 'publish', known=False) != 0
    assert person.run(service, 'make', 'publish') == 0, person.said
    assert {'churn_service-0.1.0-py3-none-any.whl', 'churn_service-0.1.0.tar.gz'} <= set(index.names())
    address = index.simple.replace('://', f'://{index.user}:{word}@')
    download = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', str(tmp_path / 'got')]
    assert person.run(tmp_path, *download, 'churn-service==0.1.0', PIP_INDEX_URL=address) == 0, person.said
    assert [path.name for path in (tmp_path / 'got').iterdir()] == ['churn_service-0.1.0-py3-none-any.whl']

    assert word not in person.said and not holds(tmp_path, word)
    assert 'POST ' in index.log.read_text()


def test_private_index_with_uv(standard: Path, tmp_path: Path, word: str) -> None:
    """A group repository that serves everything: the lock names it alone, and the service is published to it."""
    uv = shutil.which('uv') or str(Path(sys.executable).with_name('uv'))
    (tmp_path / 'home').mkdir()
    with company_index(tmp_path / 'index', user='builder', password=word, fallback=public_index()) as index:
        person = Person(index, tmp_path / 'home')
        service = render(
            standard,
            tmp_path / 'churn-service',
            packaging='uv',
            package_index_url=index.simple,
            package_publish_url=f'{index.root}/',
            ci=[],
        )
        path = f'{Path(uv).parent}{os.pathsep}{os.environ["PATH"]}'
        assert person.run(service, uv, 'lock', known=False) != 0
        assert person.run(service, uv, 'lock') == 0, person.said
        packages = tomllib.loads((service / 'uv.lock').read_text())['package']
        registries = {each['source'].get('registry', '') for each in packages} - {''}
        assert registries == {index.simple}
        assert person.run(service, 'make', 'publish', PATH=path) == 0, person.said
        assert index.names() == ['churn_service-0.1.0-py3-none-any.whl', 'churn_service-0.1.0.tar.gz']
        assert word not in person.said and not holds(tmp_path, word)

"""A small old service, and ways to run the command line in-process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import MakeRepository
from trueup.cli.main import main

OLD_SERVICE = {
    'setup.py': (
        'from setuptools import find_packages, setup\n\n'
        "setup(name='scorer', version='1.4.2', description='Scores things', packages=find_packages(),\n"
        "      python_requires='>=3.9', install_requires=['packaging>=21'])\n"
    ),
    'requirements.txt': '# pinned by hand\npackaging==24.2\n',
    'Dockerfile': 'FROM python:3.11-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nUSER 10001:10001\n',
    '.flake8': '[flake8]\nmax-line-length = 100\nper-file-ignores =\n    scorer/legacy.py:F401\n',
    '.gitignore': '*.log\n',
    'scorer/__init__.py': '__version__ = "1.4.2"\n',
    'scorer/core.py': "import os\n\n\ndef score( x ):\n    return {'score': x*2}\n",
    'scorer/legacy.py': 'import json\n',
    'tests/test_core.py': 'from scorer.core import score\n\n\ndef test_score():\n    assert score(2) == {"score": 4}\n',
    'README.md': '# scorer\n\npip install -r requirements.txt\n',
}


@dataclass(frozen=True)
class Said:
    """What a command gave."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, object]:
        """Standard output as JSON."""
        return json.loads(self.out)  # type: ignore[no-any-return]


Trueup = Callable[..., Said]


@pytest.fixture
def trueup(capfd: pytest.CaptureFixture[str]) -> Trueup:
    """Runs the command line in this process."""

    def call(*arguments: str | Path) -> Said:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Said(code, captured.out, captured.err)

    return call


@pytest.fixture
def old_service(make_repository: MakeRepository) -> Path:
    """A service that was never made from the template."""
    return make_repository(OLD_SERVICE, 'scorer')


@pytest.fixture
def poetry() -> None:
    """Skips where there is no Poetry; `make test` installs one."""
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')


@pytest.fixture(scope='session')
def generated(standard: Path, tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A new service from v0.1.0, locked if there is a Poetry."""
    assert home.is_dir()
    packaging = 'poetry' if shutil.which('poetry') else 'keep'
    service = tmp_path_factory.mktemp('generated') / 'scorer'
    assert main([
        'new', str(service), '--defaults', '--standard', f'{standard}@v0.1.0', '--answer', 'service_name=scorer',
        '--answer', f'packaging={packaging}', '--quiet',
    ]) == 0  # fmt: skip
    return service


@pytest.fixture
def service(generated: Path, tmp_path: Path) -> Path:
    """A copy of the generated service to spoil."""
    copy = tmp_path / 'scorer'
    shutil.copytree(generated, copy, symlinks=True)
    return copy


@pytest.fixture
def kept(trueup: Trueup, standard: Path, tmp_path: Path) -> Path:
    """A service from v0.1.0 that keeps its packager, so that nothing has to be locked."""
    folder = tmp_path / 'scorer'
    said = trueup(
        'new', folder, '--defaults', '--no-lock', '--standard', f'{standard}@v0.1.0', '--answer', 'service_name=scorer',
        '--answer', 'packaging=keep',
    )  # fmt: skip
    assert said.code == 0, said.err
    return folder

"""The Makefile: each word that a team types does what it says, with Poetry and uv, with ruff, in a larger repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.rendering import render
from tests.template.options import OPTIONS
from trueup.sessions._register import NAMES

Render = Callable[..., Path]
SEEDS = {
    'install', 'setup', 'test', 'clean', 'pylint', 'isort', 'black', 'flake8', 'fmt', 'run', 'build', 'train', 'docs',
    'lint', 'help',
}  # fmt: skip
"""The words that the articles' Makefiles have."""
SETS = (
    'defaults',
    'uv',
    'ruff',
    'uv and ruff',
    'keep packager',
    'no package',
    'service_root',
    'every pipeline delivers',
)
EACH = pytest.mark.parametrize('name', SETS)
ROOT = Path(__file__).resolve().parents[2]


def make(root: Path, *arguments: str, **variables: str) -> str:
    """Output of make."""
    # Below another make this one would say so, line by line.
    left_out = ('CI', 'VIRTUAL_ENV', 'MAKEFLAGS', 'MAKELEVEL', 'MFLAGS')
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    done = subprocess.run(
        ['make', *arguments],
        cwd=root,
        env=kept | {'NO_COLOR': '1'} | variables,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def phony(root: Path) -> list[str]:
    """The targets that are words, not files."""
    (line,) = re.findall(r'(?m)^\.PHONY: (.*)$', (root / 'Makefile').read_text())
    return str(line).split()


@EACH
def test_each_word_is_explained(rendered: Render, name: str) -> None:
    """`make` alone lists them all; none is taken for a file of that name; the articles' words are there."""
    root = rendered(**OPTIONS[name])
    listed = [line.split()[0] for line in make(root).splitlines()]
    defined = re.findall(r'(?m)^([a-z0-9]+):', (root / 'Makefile').read_text())
    assert sorted(listed) == sorted(defined) == sorted(phony(root))
    linters = {'pylint', 'isort', 'black', 'flake8'}
    assert (SEEDS - linters | {'ruff'} if 'ruff' in name else SEEDS) <= set(listed)


@EACH
def test_each_word_is_one_line_of_nox_or_the_packager(rendered: Render, name: str) -> None:
    """What a target calls exists: sessions by name, modules of the service as files."""
    root = rendered(**OPTIONS[name])
    packages = root / 'src'
    said = {word: make(root, '--dry-run', word) for word in phony(root)}
    for word, text in said.items():
        for session in re.findall(r'\bnox -s (\S+)', text):
            assert session in NAMES, word
        for module in re.findall(r'\bpython -m (churn_service[\w.]*)', text):
            path = packages.joinpath(*module.split('.'))
            assert path.with_suffix('.py').is_file() or (path / '__main__.py').is_file(), word
    python = 'uv run python' if 'uv' in name else 'python' if 'keep' in name else 'poetry run python'
    assert said['train'] == f'{python} -m churn_service.models.train\n'
    assert said['install'].split()[0] == python.split()[0]
    assert said['test'] == 'nox -s tests\n'


def nox_here() -> str:
    """Nox with this checkout's trueup, which the noxfile would fetch by its tag."""
    return f'{sys.executable} -m nox --script-mode none'


@pytest.fixture(name='made', scope='module', params=['defaults', 'uv and ruff'])
def fixture_made(standard: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A generated service in a repository of its own, installed by its own `make install`."""
    answers = OPTIONS[request.param]
    program = 'uv' if answers.get('packaging') == 'uv' else 'poetry'
    if shutil.which(program) is None:
        pytest.skip(f'{program} is not installed')
    root = render(standard, tmp_path_factory.mktemp('make') / 'churn-service', **answers)
    with (root / 'pyproject.toml').open('a', encoding='utf-8') as project:
        # One Python is enough here: the matrix has tests of its own.
        project.write(f'\n[tool.trueup.sessions]\npythons = ["{sys.version_info[0]}.{sys.version_info[1]}"]\n')
    git(root, 'init', '-q', '-b', 'main')
    git(root, 'add', '-A')
    git(root, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '-qm', 'feat: start')
    make(root, 'install', POETRY_VIRTUALENVS_IN_PROJECT='true')
    git(root, 'add', '-A')
    return root


def git(root: Path, *arguments: str) -> None:
    """Git without hooks."""
    subprocess.run(['git', '-c', 'core.hooksPath=/dev/null', *arguments], cwd=root, check=True)


@pytest.mark.e2e
@pytest.mark.network
def test_make_targets_do_what_they_say(made: Path) -> None:
    """Each word, really run: from the installation to an answer of the running service, then all is cleaned up."""
    variables = {'NOX': nox_here(), 'PYTHONPATH': str(ROOT / 'src')}
    ruff = 'ruff' in phony(made)
    assert 'pre-commit installed' in make(made, 'setup', '--assume-old=install')
    assert (made / '.git/hooks/pre-push').is_file()
    train = made / 'src/churn_service/models/train.py'
    text = train.read_text()
    train.write_text(text.replace('\n\n\n', '\n\n\n\n\n', 1))
    make(made, 'fmt', **variables)
    assert train.read_text() == text
    make(made, 'lint', **variables)
    for word in ('ruff',) if ruff else ('pylint', 'isort', 'black', 'flake8'):
        assert 'passed' in make(made, word, **variables)
    make(made, 'test', **variables)
    assert list(made.glob('reports/*/tests.html')) and list(made.glob('reports/*/junit.xml'))
    make(made, 'build', **variables)
    assert len(list(made.glob('dist/*.whl'))) == 1
    make(made, 'docs', **variables)
    assert (made / 'reports/docs/index.html').is_file() and (made / 'reports/docs/churn_service.html').is_file()
    make(made, 'train')
    assert list(made.glob('artifacts/*'))
    _serve(made)
    make(made, 'clean')
    assert not [path for path in ('dist', 'reports', '.nox', '.coverage') if (made / path).exists()]
    assert not [path for path in (made / 'src').rglob('__pycache__')]


def _serve(root: Path) -> None:
    """`make run` answers, and stops when it is told to."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    environment = os.environ | {'APP_SERVER__PORT': str(port), 'APP_SERVER__HOST': '127.0.0.1'}
    with subprocess.Popen(['make', 'run'], cwd=root, env=environment, start_new_session=True) as process:
        try:
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f'http://127.0.0.1:{port}/version', timeout=5) as answer:
                        assert json.load(answer)['service'] == 'churn-service'
                        break
                except OSError:
                    time.sleep(0.2)
            else:
                pytest.fail('the service does not answer')
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)

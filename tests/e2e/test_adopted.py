"""An adopted service under stock tools: pre-commit, Nox, Copier; then everything is taken back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git, tree_of
from tests.lifecycle.conftest import OLD_SERVICE

pytestmark = [pytest.mark.e2e, pytest.mark.network]
FAULTS = {
    'black': ('fault.py', 'x = {  "a":1 }\n'),
    'isort': ('fault.py', 'import sys\nimport os\n\nprint(os, sys)\n'),
    'flake8': ('fault.py', 'import os\n'),
    'pylint': ('fault.py', 'def f():\n    return undefined_name\n'),
    'trueup-check': ('.flake8', '[flake8]\nmax-line-length = 300\n'),
}


@pytest.fixture(name='adopted')
def fixture_adopted(standard: Path, make_repository: MakeRepository) -> Path:
    """An old service, adopted and switched to its branch."""
    if shutil.which('poetry') is None:
        pytest.skip('needs Poetry on PATH')
    service = make_repository(OLD_SERVICE, 'scorer')
    arguments = ['adopt', '--defaults', '--verify', 'none', '--switch', '--standard', f'{standard}@v0.1.0']
    _run(service, sys.executable, '-m', 'trueup', *arguments)
    return service


def _run(folder: Path, *command: str, code: int = 0) -> str:
    environment = os.environ | {'NO_COLOR': '1'}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, f'{command}: {done.returncode}\n{done.stdout}\n{done.stderr}'
    return done.stdout + done.stderr


def test_hooks_pass_and_each_fails_on_a_planted_fault(adopted: Path) -> None:
    """Old debt does not fail; a new fault does, in each hook by itself."""
    git(adopted, 'add', '-A')
    _run(adopted, sys.executable, '-m', 'pre_commit', 'run', '--all-files')
    _run(adopted, sys.executable, '-m', 'pre_commit', 'run', '--all-files', '--hook-stage', 'pre-push', 'pylint')
    for hook, (path, text) in FAULTS.items():
        (adopted / path).write_text(text)
        git(adopted, 'add', '-A')
        stage = 'pre-push' if hook == 'pylint' else 'pre-commit'
        said = _run(
            adopted, sys.executable, '-m', 'pre_commit', 'run', hook, '--all-files', '--hook-stage', stage, code=1
        )  # fmt: skip
        assert 'Failed' in said
        git(adopted, 'rm', '-q', '-f', path)


def test_sessions_pass_and_undo_leaves_the_identical_tree(adopted: Path) -> None:
    """`nox -s lint tests` starts from the noxfile alone; what it left goes with the adoption."""
    git(adopted, 'switch', '-q', 'main')
    before = tree_of(adopted)
    git(adopted, 'switch', '-q', 'trueup/adopt-0.1.0')
    said = _run(adopted, sys.executable, '-m', 'nox', '-s', 'lint', 'tests')
    assert 'lint: success' in said and '1 passed' in said
    reports = [path.relative_to(adopted).parts[1:] for path in (adopted / 'reports').rglob('*') if path.is_file()]
    assert any(parts[-1] == 'tests.html' for parts in reports) and any(parts[-1] == 'junit.xml' for parts in reports)
    _run(adopted, sys.executable, '-m', 'trueup', 'undo')
    assert tree_of(adopted) == before
    assert git(adopted, 'status', '--porcelain', '--ignored') == ''

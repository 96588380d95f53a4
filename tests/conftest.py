"""Fixtures that most tests share: a home of their own, Git repositories, and a tagged standard made from the checkout."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.demo.tools import poetry_mirror
from tests.support.standard import build_standard

Files = Mapping[str, str | bytes]
MakeRepository = Callable[[Files], Path]


@pytest.fixture(scope='session', autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing a test does reads or changes the configuration, the caches or the Git identity of whoever runs it."""
    folder = tmp_path_factory.mktemp('home')
    (folder / '.gitconfig').write_text(
        '[user]\n\tname = Tester\n\temail = tester@example.com\n[init]\n\tdefaultBranch = main\n[protocol "file"]\n\tallow = always\n'
    )
    changes = {
        'GIT_CONFIG_GLOBAL': str(folder / '.gitconfig'),
        'GIT_CONFIG_SYSTEM': os.devnull,
        'TRUEUP_CACHE': str(folder / 'cache'),
        'TRUEUP_CONFIG': str(folder / 'config.toml'),
    }
    if index := poetry_mirror():
        changes['POETRY_PYPI_MIRROR_URL'] = index  # an index that Poetry can't read by itself
    patch = pytest.MonkeyPatch()
    for name in ('TRUEUP_STANDARD', 'TRUEUP_PYTHON', 'GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE'):
        patch.delenv(name, raising=False)
    for name, value in changes.items():
        patch.setenv(name, value)
    yield folder
    patch.undo()


@pytest.fixture(scope='session')
def standard(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """A standard with the tags v0.1.0 and v0.2.0, made from the checkout."""
    assert home.is_dir()
    return build_standard(tmp_path_factory.mktemp('standard') / 'trueup')


@pytest.fixture
def make_repository(tmp_path: Path) -> MakeRepository:
    """Makes a Git repository with one commit out of files."""

    def make(files: Files, name: str = 'service') -> Path:
        root = tmp_path / name
        for path, content in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        root.mkdir(exist_ok=True)
        git(root, 'init', '--quiet', '--initial-branch=main')
        git(root, 'add', '--all')
        git(root, 'commit', '--quiet', '--allow-empty', '-m', 'feat: start')
        return root

    return make


def git(folder: Path, *arguments: str) -> str:
    """Run real Git, and give what it prints."""
    return subprocess.run(['git', *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def tree_of(root: Path) -> dict[str, bytes]:
    """Every file below a folder but Git's own, to compare byte for byte."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob('*'))
        if path.is_file() and '.git' not in path.relative_to(root).parts
    }

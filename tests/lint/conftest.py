"""Small real repositories, and a shell in which nobody's environment is active."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Make = Callable[[Mapping[str, str | bytes]], Path]


@pytest.fixture(autouse=True)
def quiet_shell(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only git is on PATH and no environment is active: what a run finds comes from the repository alone."""
    programs = tmp_path_factory.mktemp('bin')
    git = shutil.which('git')
    assert git
    (programs / 'git').symlink_to(git)
    monkeypatch.setenv('PATH', str(programs))
    for name in ('TRUEUP_PYTHON', 'VIRTUAL_ENV', 'CONDA_PREFIX'):
        monkeypatch.delenv(name, raising=False)
    return programs


@pytest.fixture(name='make')
def fixture_make(tmp_path: Path) -> Make:
    """Writes files below `service/`, tracked by Git, and returns that folder."""

    def make(files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / 'service'
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        subprocess.run(['git', 'init', '-q'], cwd=root, check=True)
        subprocess.run(['git', 'add', '-A'], cwd=root, check=True)
        return root

    return make

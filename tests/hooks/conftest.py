"""A real Git repository to run hooks in."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from trueup.hooks.main import main

CLEAN = '"""A module."""\n\nANSWER = 42\n'
UGLY = "import sys\nimport os\nx = [ 1,2 ]\nprint(x, os, sys)\n"

Track = Callable[[dict[str, str]], None]
RunHook = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own environments must not decide a test."""
    for name in ('TRUEUP_PYTHON', 'VIRTUAL_ENV', 'CONDA_PREFIX'):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(name='repository')
def fixture_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, the current folder."""
    root = tmp_path / 'repository'
    root.mkdir()
    subprocess.run(['git', 'init', '-q', '-b', 'main'], cwd=root, check=True)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def track(repository: Path) -> Track:
    """Write files and add them to the index."""

    def track_files(files: dict[str, str]) -> None:
        for name, text in files.items():
            path = repository / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        subprocess.run(['git', 'add', '-A'], cwd=repository, check=True)

    return track_files


@pytest.fixture
def run_hook(capfd: pytest.CaptureFixture[str]) -> RunHook:
    """Run a hook in-process: exit code, standard output, standard error (also of the programs it starts)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capfd.readouterr()
        return int(code), out, err

    return run

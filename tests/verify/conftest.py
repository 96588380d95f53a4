"""Small real services in real repositories, and an environment for them that needs no network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from trueup.verify import Install, VerifyOptions
from trueup.verify._environment import Environment, Site
from trueup.verify._interpreters import Interpreter

Make = Callable[[Mapping[str, str]], Path]

STDLIB = {
    'app/__init__.py': '"""A service."""\n',
    'app/core.py': 'def add(a, b):\n    return a + b\n',
    'tests/test_core.py': (
        'import unittest\n\nfrom app.core import add\n\n\n'
        'class TestAdd(unittest.TestCase):\n'
        '    def test_numbers(self):\n        self.assertEqual(add(1, 2), 3)\n\n'
        '    def test_texts(self):\n        self.assertEqual(add("a", "b"), "ab")\n'
    ),
}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a committed repository of texts by path; further calls make further ones."""
    made: list[Path] = []

    def build(texts: Mapping[str, str]) -> Path:
        folder = tmp_path / f'service{len(made)}'
        made.append(folder)
        for path, text in texts.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding='utf-8')
        for words in (
            ['init', '-q'],
            ['add', '-A'],
            ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 'x'],
        ):
            subprocess.run(['git', *words], cwd=folder, check=True)
        return folder

    return build


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VerifyOptions:
    """Options with a cache of their own; the many pytest plugins of our own environment stay out."""
    monkeypatch.setenv('PYTEST_DISABLE_PLUGIN_AUTOLOAD', '1')
    return VerifyOptions(cache=tmp_path / 'cache', seconds=120, allow=('PYTEST_DISABLE_PLUGIN_AUTOLOAD',))


@pytest.fixture
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installs nothing: the environment that runs these tests has a pytest. Only the network is replaced."""

    def ready(site: Site, candidates: tuple[Interpreter, ...]) -> Environment:
        assert candidates
        return Environment(Path(sys.prefix), None, Install(site.definition.source, python='3'))

    monkeypatch.setattr('trueup.verify._snapshot.prepare', ready)

"""One standard and one rendered service for all tests of the template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.rendering import quiet_git, render
from tests.support.running import install, python, run
from tests.support.standard import build_standard

Render = Callable[..., Path]


@pytest.fixture(name='standard', scope='session')
def fixture_standard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout as a repository with the tags v0.1.0 and v0.2.0."""
    return build_standard(tmp_path_factory.mktemp('standard') / 'trueup')


@pytest.fixture(name='git', scope='package', autouse=True)
def fixture_git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No setting of this machine's Git or Copier takes part."""
    with quiet_git(tmp_path_factory.mktemp('git')):
        yield


@pytest.fixture(name='rendered', scope='session')
def fixture_rendered(standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Render:
    """Renders each set of answers once; tests only read the result."""
    kept: dict[str, Path] = {}

    def give(tag: str = 'v0.1.0', **answers: object) -> Path:
        key = repr((tag, sorted(answers.items())))
        if key not in kept:
            kept[key] = render(standard, tmp_path_factory.mktemp('render') / 'churn-service', tag, **answers)
        return kept[key]

    return give


@pytest.fixture(name='service', scope='session')
def fixture_service(standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service made with the default answers, installed with its test group, and trained."""
    root = render(standard, tmp_path_factory.mktemp('e2e') / 'churn-service')
    install(root)
    run(root, str(python(root)), '-m', 'churn_service.models.train')
    return root

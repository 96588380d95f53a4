"""Nothing in a repository can make the readers fail, hang or run anything."""

from __future__ import annotations

import time
from typing import Any

import tomlkit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.facts.support import facts, repo
from trueup.facts import READERS, read_facts
from trueup.facts._view import View
from trueup.model import File, Mode
from trueup.repo import repo_from_tree

VALUE: st.SearchStrategy[Any] = st.recursive(
    st.text('ab ^~=<>1.*@[];#', max_size=8) | st.integers(0, 99) | st.booleans() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(('name', 'url', 'include', 'x')), inner, max_size=3),
    max_leaves=5,
)
KEYS = (
    'project name version description authors maintainers dependencies optional-dependencies requires-python dynamic scripts '
    'classifiers tool poetry packages group dev dev-dependencies source package-mode python dependency-groups build-system '
    'build-backend setuptools hatch envs build targets wheel uv index index-url pdm black target-version flake8 pytest'
).split()
TABLE = st.recursive(VALUE, lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=5), max_leaves=20)
NAMES = st.sampled_from(
    'pyproject.toml setup.py setup.cfg tox.ini .flake8 Pipfile requirements.txt environment.yml Dockerfile docker-compose.yml '
    'README.md LICENSE Makefile Procfile pip.conf helm/Chart.yaml helm/values.yaml app/main.py .github/workflows/ci.yml'.split()
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(KEYS), TABLE, max_size=6))
def test_any_toml(table: dict[str, Any]) -> None:
    """Keys of the wrong type are skipped."""
    text = tomlkit.dumps(table)
    assert facts({'pyproject.toml': text, 'Pipfile': text, 'app.py': ''}, 'layout')


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(NAMES, st.binary(max_size=200) | st.text(max_size=200).map(str.encode)))
def test_any_bytes(files: dict[str, bytes]) -> None:
    """Binary, half-encoded and malformed files give facts or nothing."""
    assert facts(files, 'layout')


def test_long_lines_and_deep_code_end_soon() -> None:
    """A minified file, a base64 picture and a generated expression must not hang the command."""
    line = 'requirements' * 20_000
    files = {
        'README.md': f'![x](data:{line})\n[{line}\n',
        'Dockerfile': f'RUN echo {line}\n',
        'requirements.txt': f'{line}\nnumpy==1\n',
        'setup.py': f'setup(name={"+".join(["x"] * 3000)}, version={"(" * 150}1{")" * 150})\n',
        'app.py': f'x = {"[" * 5000}{"]" * 5000}\n',
    }
    start = time.monotonic()
    assert facts(files, 'requirements_named', 'dependencies')
    assert time.monotonic() - start < 5


def test_links_are_not_followed() -> None:
    """A link may point anywhere, so its target is no content."""
    tree = {'requirements.txt': File(b'../../secret', Mode.LINK), 'pyproject.toml': File(b'setup.py', Mode.LINK)}
    found = read_facts(repo_from_tree(tree))
    assert [fact.value for fact in found if fact.name == 'links'] == [('pyproject.toml', 'requirements.txt')]
    assert not [fact for fact in found if fact.name in ('dependencies', 'name')]


def test_too_much_source_is_told() -> None:
    """What wasn't looked into is said, never hidden."""
    files = {f'app/m{number}.py': '#' * 1_500_000 for number in range(4)}
    assert [fact.value for fact in facts(files, 'partly_read')] == [2]


def test_readers_are_sorted_and_explained() -> None:
    """The registry is the list of kinds; each says what it gives."""
    assert list(READERS) == sorted(READERS)
    view = View(repo({}))
    for name, read in READERS.items():
        assert read.__doc__, name
        assert all(fact.name for fact in read(view))

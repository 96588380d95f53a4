"""Lineage: what is recorded is read back, and lifts old values only where a file was copied by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import git
from tests.lifecycle.conftest import OLD_SERVICE, Trueup
from tests.release.conftest import change
from tests.support.second import PYPROJECT
from trueup.errors import UserError
from trueup.lineage import Lineage, dump_lineage, parse_lineage
from trueup.release.record import extended
from trueup.release.session import STAND_IN
from trueup.standard import Address, Standard

COPIED = (
    PYPROJECT.replace('{{ project_name }}', 'scorer')
    .replace('"0.0.0"', '"1.4.2"')
    .replace('{{ python_min }}', '3.11')
    .replace("{{ python_min | replace('.', '') }}", '311')
)
TEXTS = st.text('a{}"\\ü\n.', max_size=5)


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, st.lists(TEXTS).map(tuple))), st.lists(TEXTS).map(tuple))
def test_what_is_written_is_read(values: dict[str, dict[str, tuple[str, ...]]], versions: tuple[str, ...]) -> None:
    """Whatever stands in a key or a value."""
    lineage = Lineage(values, versions)
    assert parse_lineage(dump_lineage(lineage)) == lineage


def test_a_version_adds_to_what_was_known() -> None:
    """The same value gets one version more, another value a place of its own; nothing is said twice."""
    first = Lineage().with_version('v1', [('a::b', '1'), ('a::c', 'x')])
    second = first.with_version('v2', [('a::b', '2'), ('a::c', 'x'), ('a::c', 'x')])
    assert second.values == {'a::b': {'1': ('v1',), '2': ('v2',)}, 'a::c': {'x': ('v1', 'v2')}}
    assert second.versions == ('v1', 'v2') and second.versions_with('a::b', '1') == ('v1',)
    assert second.versions_with('a::b', '3') == () and second.versions_with('a::z', '1') == ()


def test_placeholders_are_filled_in() -> None:
    """In keys and values."""
    lineage = Lineage({'h::repos[repo={hooks_repo}].rev': {'git+{hooks_repo}@v1': ('v1',)}}, ('v1',))
    placed = lineage.placed({'hooks_repo': 'https://x/y.git'})
    assert placed.values == {'h::repos[repo=https://x/y.git].rev': {'git+https://x/y.git@v1': ('v1',)}}


@pytest.mark.parametrize('text', ['', '[]', '{}', '{"schema": 2}', '{"schema": 1, "versions": [], "values": 3}', '<<<'])
def test_anything_else_is_refused(text: str) -> None:
    """Nobody writes it by hand."""
    with pytest.raises(UserError, match='not a lineage'):
        parse_lineage(text)


@pytest.fixture
def released(small: Path) -> Path:
    """Three versions with their lineage: the line length is 100, 110, then 120, uv >=0.8, >=0.9, then >=0.10."""
    project, policies = 'template/pyproject.toml.jinja', small / 'policies.toml'
    for owned in (
        r'\[\[policy\]\]\nkeys = \["pyproject.toml::tool.ruff"\][^[]*',
        r'\[\[policy\]\]\nkeys = \["[^"]*tool.coverage[^[]*',
    ):
        text, count = re.subn(owned, '', policies.read_text())
        assert count == 1
        policies.write_text(text)
    git(small, 'commit', '-qam', 'feat: the settings are defaults')
    git(small, 'tag', 'v0.1.0')
    change(small, project, 'line-length = 100', 'line-length = 110')
    change(small, project, 'required-version = ">=0.8"', 'required-version = ">=0.9"')
    git(small, 'tag', 'v0.2.0')
    change(small, project, 'line-length = 110', 'line-length = 120\nindent-width = 4')
    change(small, project, 'required-version = ">=0.9"', 'required-version = ">=0.10"')
    git(small, 'tag', 'v0.3.0')
    standard = Standard(Address(STAND_IN), small)
    (small / 'lineage.json').write_text(dump_lineage(extended(Lineage(), standard, standard.tags())))
    git(small, 'add', '-A')
    git(small, 'commit', '-q', '--amend', '--no-edit')
    git(small, 'tag', '--force', 'v0.3.0')
    return small


def adopted(trueup: Trueup, service: Path, standard: Path) -> str:
    """pyproject.toml after adopting the newest version."""
    said = trueup(
        'adopt', service, '--defaults', '--verify', 'none', '--standard', standard, '--switch',
        '--answer', 'python_min=3.11',
    )  # fmt: skip
    assert said.code == 0, said.err + said.out
    return (service / 'pyproject.toml').read_text()


def copied(service: Path, old: str, new: str) -> None:
    """A pyproject.toml copied by hand from the first release, one value changed since."""
    text = COPIED.replace(old, new)
    assert text != COPIED or old == new
    (service / 'pyproject.toml').write_text(text)
    git(service, 'rm', '-q', 'setup.py', 'requirements.txt', '.flake8')
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'copied')


def test_a_value_that_some_release_had_is_lifted(trueup: Trueup, old_service: Path, released: Path) -> None:
    """The line length is of the second release, uv of the first: nobody of the team chose them."""
    copied(old_service, 'line-length = 100', 'line-length = 110')
    text = adopted(trueup, old_service, released)
    assert 'line-length = 120' in text and '">=0.10"' in text and 'version = "1.4.2"' in text


def test_without_lineage_only_the_nearest_release_is_known(trueup: Trueup, old_service: Path, released: Path) -> None:
    """So that the test above shows what the lineage is for."""
    git(released, 'rm', '-q', 'lineage.json')
    git(released, 'commit', '-q', '--amend', '--no-edit')
    git(released, 'tag', '--force', 'v0.3.0')
    copied(old_service, 'line-length = 100', 'line-length = 110')
    text = adopted(trueup, old_service, released)
    assert ('line-length = 120' in text) is not ('">=0.10"' in text)


def test_a_value_that_no_release_had_is_the_teams(trueup: Trueup, old_service: Path, released: Path) -> None:
    """105 was chosen."""
    copied(old_service, 'line-length = 100', 'line-length = 105')
    text = adopted(trueup, old_service, released)
    assert 'line-length = 105' in text and '">=0.10"' in text


def test_in_a_file_of_their_own_an_old_value_is_the_teams(trueup: Trueup, old_service: Path, released: Path) -> None:
    """The same 110 in a file that is not like any release's: a coincidence, or a choice."""
    own = '[project]\nname = "scorer"\nversion = "1.4.2"\n\n[tool.ruff]\nline-length = 110\n\n[tool.other]\na = 1\n'
    (old_service / 'pyproject.toml').write_text(own)
    git(old_service, 'rm', '-q', 'setup.py')
    git(old_service, 'add', '-A')
    git(old_service, 'commit', '-q', '-m', 'ours')
    assert 'line-length = 110' in adopted(trueup, old_service, released)
    assert 'setup.py' in OLD_SERVICE


def test_explain_tells_the_history(trueup: Trueup, released: Path, tmp_path: Path) -> None:
    """Each value with its versions."""
    assert trueup('new', tmp_path / 'pricing', '--defaults', '--standard', released).code == 0
    said = trueup('explain', 'tool.ruff.line-length', tmp_path / 'pricing')
    lines = said.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith('history'))
    assert [line.split('  ', 1)[-1].strip() for line in lines[at : at + 3]] == [
        '100 (v0.1.0)',
        '110 (v0.2.0)',
        '120 (v0.3.0)',
    ]

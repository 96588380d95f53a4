"""Random Poetry constraints: what we lift them to allows the same releases, by poetry-core and by packaging."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from poetry.core.constraints.version import Version, parse_constraint

from tests.packaging.oracle import PYTHONS, RELEASES
from trueup.packaging._constraints import Unreadable, allows, compatible, lift, python_marker

VERSIONS = st.lists(st.integers(0, 5), min_size=1, max_size=3).map(lambda parts: '.'.join(map(str, parts)))
CLAUSES = st.one_of(
    st.tuples(st.sampled_from(['^', '~', '', '==', '=', '!=', '>=', '<=', '>', '<']), VERSIONS).map(''.join),
    VERSIONS.filter(lambda text: text.count('.') < 2).map(lambda text: f'{text}.*'),
    st.just('*'),
)
RANGES = st.lists(CLAUSES, min_size=1, max_size=2).map(','.join)
CONSTRAINTS = st.lists(RANGES, min_size=1, max_size=3).map(' || '.join)


def released(constraint: str) -> set[str]:
    """Releases that a Poetry constraint allows, by poetry-core."""
    parsed = parse_constraint(constraint)
    return {text for text in RELEASES if parsed.allows(Version.parse(text))}


@given(CONSTRAINTS)
def test_lifted_allows_the_same(constraint: str) -> None:
    """An exact lift allows the same releases, a hull at least those."""
    lifted = lift(constraint)
    specifier = SpecifierSet(lifted.specifier)
    ours = {text for text in RELEASES if specifier.contains(text)}
    theirs = released(constraint)
    assert ours == theirs if lifted.exact else ours >= theirs


@given(st.lists(st.tuples(st.sampled_from(['^', '~', '>=', '<', '!=']), st.integers(6, 13)), min_size=1, max_size=2))
def test_python_marker(parts: list[tuple[str, int]]) -> None:
    """The marker of `python = ...` holds on the Pythons that the constraint allows."""
    constraint = ' || '.join(f'{op}3.{minor}{".*" if op == "!=" else ""}' for op, minor in parts)
    text, parsed = python_marker(constraint), parse_constraint(constraint)
    for version in (version for version in PYTHONS if version.startswith('3.')):
        environment = {'python_version': version.rsplit('.', 1)[0], 'python_full_version': version}
        assert Marker(text).evaluate(environment) == parsed.allows(Version.parse(version)), (text, version)


@pytest.mark.parametrize('constraint', ['<>1.0', 'very new', '^x.y', '^', '1.0 beta', '>=1.0,,'])
def test_unreadable(constraint: str) -> None:
    """What follows no rule is refused, not guessed; a stray comma is forgiven as Poetry does."""
    if constraint.endswith(',,'):
        assert lift(constraint).specifier == '>=1.0'
        return
    with pytest.raises(Unreadable):
        lift(constraint)


@given(RANGES, RANGES)
def test_compatible(first: str, second: str) -> None:
    """Two ranges are compatible if some release satisfies both; never called exclusive when one does."""
    ours = compatible(lift(first).specifier, lift(second).specifier)
    assert ours or not released(first) & released(second)


def test_pin_in_range() -> None:
    """Only an exact pin is held against a range."""
    assert allows('>=1', '==1.2')
    assert not allows('>=2', '==1.2')
    assert not allows('>=1', '>=1.2')

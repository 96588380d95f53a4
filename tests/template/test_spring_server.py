"""The config server of the tests is itself held to Spring's documentation, else it would prove nothing."""

from __future__ import annotations

import pytest

from tests.support.spring_properties import documents, is_active


@pytest.mark.parametrize(
    ('expression', 'profiles', 'active'),
    [
        ('prod', ['prod'], True),
        ('prod', ['test'], False),
        ('!prod', ['test'], True),
        ('a & !b | c', ['a', 'b'], False),
        ('a & (b | c)', ['a', 'c'], True),
        ('x, prod', ['prod'], True),
    ],
)
def test_the_server_knows_profile_expressions(expression: str, profiles: list[str], active: bool) -> None:
    """Which documents of a file count."""
    (document,) = documents('a.yml', f'spring: {{config: {{activate: {{on-profile: "{expression}"}}}}}}\n')
    assert is_active(document, profiles) is active


def test_the_server_flattens_as_spring_does() -> None:
    """Nested mappings, lists, empty ones, null, keys in brackets; properties with all their separators."""
    text = 'a: {b: [1, {c: 2}], d: [], e: {}, f: ~, "[g.h]": 3, 4: five, day: 2026-01-02}\n---\nz: on\n'
    assert documents('x.yml', text) == [
        {
            'a.b[0]': 1,
            'a.b[1].c': 2,
            'a.d': '',
            'a.e': '',
            'a.f': '',
            'a[g.h]': 3,
            'a[4]': 'five',
            'a.day': '2026-01-02',
        },
        {'z': True},
    ]
    text = '! c\na = b\nc:d\ne f g\nh=\nk\\:l=m\\\n   n\\u00e9\n#---\nz=1\n'
    assert documents('x.properties', text) == [{'a': 'b', 'c': 'd', 'e': 'f g', 'h': '', 'k:l': 'mné'}, {'z': '1'}]

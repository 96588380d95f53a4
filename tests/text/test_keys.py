"""The grammar of key paths, both ways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UserError
from trueup.model import KeyPath
from trueup.text.keys import format_key, is_item, item_value, list_segment, parse_key

SPELLED: list[tuple[str, KeyPath]] = [
    ('tool.black.line-length', ('tool', 'black', 'line-length')),
    ('tool.pylint."messages control".disable', ('tool', 'pylint', 'messages control', 'disable')),
    (
        'repos[repo=https://example.com/x].hooks[id=black].rev',
        ('repos', '[repo=https://example.com/x]', 'hooks', '[id=black]', 'rev'),
    ),
    ('disable[=fixme]', ('disable', '[=fixme]')),
    ('disable[="a]b"]', ('disable', '[="a]b"]')),
    ('steps[name=Run tests]~2.run', ('steps', '[name=Run tests]~2', 'run')),
    ('"a.b".c', ('a.b', 'c')),
    ('".PHONY"[=lint]', ('.PHONY', '[=lint]')),
    ('', ()),
]


@pytest.mark.parametrize(('text', 'key'), SPELLED)
def test_a_path_is_read_and_written_alike(text: str, key: KeyPath) -> None:
    """Reports print keys in the spelling that policies and waivers accept."""
    assert parse_key(text) == key
    assert format_key(key) == text


@pytest.mark.parametrize(
    ('text', 'key'),
    [
        ("tool.'x y'", ('tool', 'x y')),
        ('.PHONY', ('.PHONY',)),
        ('VAR=', ('VAR=',)),
        ('hooks[id="black"]', ('hooks', '[id=black]')),
        ('été.ß', ('été', 'ß')),
    ],
)
def test_other_spellings_are_accepted(text: str, key: KeyPath) -> None:
    """People quote as they are used to; the key is the same."""
    assert parse_key(text) == key


@pytest.mark.parametrize('text', ['a..b', 'a.', '.', 'a[', 'a[id', 'a[id=x', 'a"b"', '"open', 'a b', 'a]', "'open"])
def test_bad_spelling_is_an_error_with_a_hint(text: str) -> None:
    """One line of what, one of how to do better."""
    with pytest.raises(UserError) as caught:
        parse_key(text)
    assert repr(text) in caught.value.message
    assert caught.value.hint


@given(
    st.lists(st.one_of(st.text(min_size=1), st.builds(list_segment, st.sampled_from(['id', 'repo', '']), st.text())))
)
def test_any_path_survives_a_round_trip(key: list[str]) -> None:
    """Keys of real files hold anything: dots, quotes, brackets, blanks."""
    path = tuple(key)
    assert parse_key(format_key(path)) == path


def test_items_are_told_from_keys() -> None:
    """A segment in brackets names a list item, and its value can be read back."""
    assert is_item('[id=black]') and is_item('[=x]~2')
    assert not is_item('id') and not is_item('[id]')
    assert item_value('[id=black]') == 'black'
    assert item_value(list_segment('', ' a]"b\n')) == ' a]"b\n'


@pytest.mark.parametrize(
    'address',
    [
        'https://github.com/psf/black',
        'https://github.com/psf/black.git',
        'https://GitHub.com/psf/black/',
        'HTTPS://github.com/psf/black.git/',
    ],
)
def test_one_repository_is_one_item_however_its_address_is_written(address: str) -> None:
    """A hook repository that one side wrote with `.git` must not come a second time; case in a path may count."""
    assert list_segment('repo', address) == '[repo=https://github.com/psf/black]'
    assert parse_key(f'repos[repo={address}].rev') == ('repos', '[repo=https://github.com/psf/black]', 'rev')
    assert list_segment('repo', 'git@GitHub.com:psf/Black.git') == '[repo=git@github.com:psf/Black]'
    assert list_segment('repo', 'local') == '[repo=local]'

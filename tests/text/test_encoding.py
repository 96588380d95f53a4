"""Bytes become text and the same bytes again."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.text.encoding import Decoded, decode, encode, line_ending, lines, restore_endings, to_unix


@pytest.mark.parametrize(
    ('data', 'decoded'),
    [
        (b'', Decoded('')),
        ('é\r\n'.encode(), Decoded('é\r\n')),
        (codecs.BOM_UTF8 + b'a\n', Decoded('a\n', 'utf-8', True)),
        (codecs.BOM_UTF16_LE + 'a\n'.encode('utf-16-le'), Decoded('a\n', 'utf-16-le', True)),
        (codecs.BOM_UTF16_BE + 'a\n'.encode('utf-16-be'), Decoded('a\n', 'utf-16-be', True)),
    ],
)
def test_text_is_read_and_stored_as_it_was(data: bytes, decoded: Decoded) -> None:
    """Mark and encoding are remembered."""
    assert decode(data) == decoded
    assert encode(decoded.text, decoded) == data


@pytest.mark.parametrize('data', [b'\x00', b'a\x00b', b'\xff\xfeA', b'\xe9t\xe9', b'\x89PNG\r\n\x1a\n\x00'])
def test_what_is_no_text_is_none(data: bytes) -> None:
    """Binary and Latin-1 files are never guessed at."""
    assert decode(data) is None


@given(st.text())
def test_any_text_survives(text: str) -> None:
    """Whatever can be stored comes back, unless it holds a NUL or begins with a mark."""
    if '\0' in text or text.startswith('\ufeff'):
        return
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    decoded = decode(data)
    assert decoded is not None and encode(decoded.text, decoded) == data


@given(st.lists(st.sampled_from(['a', 'b', '', 'c\u2028d', 'e\x0cf'])), st.sampled_from(['\n', '\r\n']), st.booleans())
def test_endings_come_back(rows: list[str], ending: str, final: bool) -> None:
    """An unchanged text gets its own line endings again."""
    text = ending.join(rows) + (ending if final else '')
    assert restore_endings(to_unix(text), text) == text


def test_new_lines_take_the_common_ending_and_old_ones_keep_theirs() -> None:
    """A mixed file stays mixed, line by line."""
    assert restore_endings('a\nx\nb\nc', 'a\r\nb\nc') == 'a\r\nx\nb\nc'
    assert restore_endings('a\nx\nb\n', 'a\r\nb\r\n') == 'a\r\nx\r\nb\r\n'
    assert line_ending('a\r\nb\r\nc\n') == '\r\n'


def test_only_a_line_feed_ends_a_line() -> None:
    """`str.splitlines` would tear strings apart at form feeds and Unicode separators."""
    assert lines('a\x0cb\u2028c\nd') == ['a\x0cb\u2028c\n', 'd']

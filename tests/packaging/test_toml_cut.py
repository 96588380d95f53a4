"""The lossless cut of TOML texts, on written and on random documents."""

from __future__ import annotations

import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from trueup.packaging._toml import blocks, literal, quote, quote_key

TEXTS = {
    'strings that look like comments and tables': 'a = "# no"\nb = """\n[x]\n# no\n"""\nc = \'\'\'\n[y]\'\'\'\n[z]\nd = 1\n',
    'nested arrays': 'a = [\n  [1, 2],  # one\n  {b = "]"},\n]\n\n# tail\n',
    'quoted keys': '["a.b".c]\n"d e".f = 1\n[[x]] # why\ny = 1\n',
    'no newline at the end': '[a]\nb = 1  # c',
    'CRLF': '[a]\r\nb = [\r\n1,\r\n]\r\n# c\r\n\r\n[d]\r\n',
    'empty': '',
    'escaped quotes': 'a = "\\\\"\nb = "\\""\nc = \'\\\'\nd = """a""b"""\n',
}


@pytest.mark.parametrize('text', TEXTS.values(), ids=list(TEXTS))
def test_cut_is_lossless(text: str) -> None:
    """Joining the pieces gives the text back, and the entries are the document's keys."""
    cut = blocks(text)
    assert ''.join(block.text for block in cut) == text
    assert {entry.path for block in cut if not block.is_list for entry in block.entries} == {
        path for path in leaves(tomllib.loads(text)) if path[0] != 'x'
    }


def leaves(table: dict[str, object], path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Paths of all keys that hold no table."""
    found: set[tuple[str, ...]] = set()
    for key, value in table.items():
        found |= leaves(value, (*path, key)) if isinstance(value, dict) else {(*path, key)}
    return found


VALUES = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5))
def test_cut_of_any_document(data: dict[str, object]) -> None:
    """Whatever tomlkit writes is cut without loss."""
    text = tomlkit.dumps(data)
    assert ''.join(block.text for block in blocks(text)) == text


@given(st.text(), VALUES)
def test_literals_read_back(key: str, value: object) -> None:
    """Keys and values that we write are what TOML reads."""
    assert tomllib.loads(f'{quote_key(key)} = {literal(value)}\n') == {key: value}
    assert tomllib.loads(f'a = {quote(key)}\n') == {'a': key}

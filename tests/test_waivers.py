"""Waivers: complete or a configuration error; written without touching another byte."""

from __future__ import annotations

from datetime import date

import pytest

from trueup.errors import UserError
from trueup.waivers import Waiver, read_waivers, write_waivers

PYPROJECT = '[project]\nname = "x"  # ours\n\n[tool.black]\nline-length = 120\n'


def test_what_is_written_is_read() -> None:
    """And the rest of the file keeps every byte."""
    waiver = Waiver('pyproject.toml::tool.black.exclude', 'generated', 'ml', date(2027, 1, 31))
    text = write_waivers(PYPROJECT, [waiver])
    assert text.startswith(PYPROJECT) and read_waivers(text) == (waiver,)
    again = write_waivers(text, [Waiver('LCK001', 'no index yet', 'ml', date(2027, 2, 1))])
    assert [found.target for found in read_waivers(again)] == ['pyproject.toml::tool.black.exclude', 'LCK001']
    assert write_waivers(PYPROJECT, []) == PYPROJECT


def test_a_waiver_lasts_through_its_last_day() -> None:
    """And not one day longer."""
    waiver = Waiver('X', 'r', 'o', date(2027, 1, 31))
    assert not waiver.expired(date(2027, 1, 31)) and waiver.expired(date(2027, 2, 1))


@pytest.mark.parametrize(
    ('entry', 'words'),
    [
        ('"X" = { owner = "o", expires = 2027-01-01 }', 'no reason'),
        ('"X" = { reason = " ", owner = "o", expires = 2027-01-01 }', 'no reason'),
        ('"X" = { reason = "r", expires = 2027-01-01 }', 'no owner'),
        ('"X" = { reason = "r", owner = "o" }', 'no expiry date'),
        ('"X" = { reason = "r", owner = "o", expires = "soon" }', 'no expiry date'),
        ('"X" = { reason = "r", owner = "o", expires = 2027-01-01T12:00:00 }', 'no expiry date'),
        ('"X" = "r"', 'must be a table'),
    ],
)
def test_an_incomplete_waiver_is_an_error(entry: str, words: str) -> None:
    """An exception without reason, owner or end would be for ever."""
    with pytest.raises(UserError, match=words):
        read_waivers(f'[tool.trueup.waivers]\n{entry}\n')


def test_a_service_without_waivers_has_none() -> None:
    """Nor one whose [tool.trueup] holds other things."""
    assert read_waivers(PYPROJECT) == () and read_waivers('[tool.trueup.sessions]\na = 1\n') == ()


SHAPES = {
    'an empty file': '',
    'no newline at the end': '[project]\nname="x"',
    'a table in braces': '[tool.trueup]\nwaivers = {}\n\n[tool.z]\na = 1  # z\n',
    'dotted keys': '[tool]\ntrueup.waivers."LCK001" = { reason = "old", owner = "o", expires = 2026-01-01 }\n',
    'a table of each': '[tool.trueup.waivers.LCK001]\nreason = "old"\nowner = "o"\nexpires = 2026-01-01\n\n[tool.z]\na = 1\n',
    'tables apart': '[tool.trueup.sessions]\na = 1\n\n[tool.b]\nb = 1\n\n[tool.trueup.open]\n"x::y" = "q"\n\n[project]\nname = "x"\n',
    'two line endings': '[project]\r\nname = "x"\r\n\r\n[tool.a]\nb = 1\n',
    'a comment at the end': '[project]\nname = "x"\n# the end',
}


@pytest.mark.parametrize('name', SHAPES)
def test_a_waiver_fits_into_any_shape(name: str) -> None:
    """What was there is read as before, and every line of it stands."""
    text, waiver = SHAPES[name], Waiver('CFG001', 'a "quoted" \\ reason', 'o', date(2027, 1, 1))
    written = write_waivers(text, [waiver])
    assert waiver in read_waivers(written)
    assert [found for found in read_waivers(written) if found != waiver] == list(read_waivers(text))
    assert [line for line in text.splitlines() if line not in written and 'waivers = {}' not in line] == []
    assert write_waivers(written, [waiver]) == written


def test_a_tool_table_in_braces_is_left_alone() -> None:
    """A table can't stand in braces."""
    with pytest.raises(UserError, match='can not be written'):
        write_waivers('tool = { trueup = { sessions = { x = 1 } } }\n', [Waiver('CFG001', 'r', 'o', date(2027, 1, 1))])


@pytest.mark.parametrize(
    ('text', 'line', 'words'),
    [
        ('"X::a" = { reason = "r", owner = "o", expires = 2027-01-01, expire = 1 }', 4, "unknown field 'expire'"),
        ('"**/*" = { reason = "r", owner = "o", expires = 2027-01-01 }', 4, 'would cover everything'),
        ('"*" = { reason = "r", owner = "o", expires = 2027-01-01 }', 4, 'would cover everything'),
        ('"a::" = { reason = "r", owner = "o", expires = 2027-01-01 }', 4, 'names no key'),
        ('"a::b..c" = { reason = "r", owner = "o", expires = 2027-01-01 }', 4, 'not a key path'),
        ('"a::b" = { reason = "r", owner = "o" }', 4, 'no expiry date'),
        (
            '"a::b.c" = { reason = "r", owner = "o", expires = 2027-01-01 }\n'
            '"a::b.\\"c\\"" = { reason = "r", owner = "o", expires = 2027-01-01 }',
            5,
            'says again what line 4 says',
        ),
        (
            'CFG001 = { reason = "r", owner = "o", expires = 2027-01-01 }\n'
            'CFG001 = { reason = "r", owner = "o", expires = 2027-01-01 }',
            5,
            'not valid TOML',
        ),
    ],
)
def test_a_mistake_names_its_line(text: str, line: int, words: str) -> None:
    """Whoever wrote it finds it at once."""
    with pytest.raises(UserError, match=words) as caught:
        read_waivers(f'[project]\nname = "x"\n[tool.trueup.waivers]\n{text}\n')
    assert caught.value.where == f'pyproject.toml:{line}' and caught.value.hint and caught.value.exit_code == 2

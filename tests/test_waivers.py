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

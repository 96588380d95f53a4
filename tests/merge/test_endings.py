"""Line endings, byte order marks and a missing last line feed change nothing of what is merged."""

from __future__ import annotations

import pytest

from tests.merge.cases import Case, cases
from trueup.merge.three_way import merge
from trueup.model import Merged

CASES = cases()


def again(case: Case, *sides: str, **changed: str) -> Merged:
    """The merge of a case with other texts, those named in Windows' line endings."""
    texts = {**case.texts, **changed}
    texts |= {side: texts[side].replace('\n', '\r\n') for side in sides if side in texts}
    return case._replace(texts=texts).merged()


@pytest.mark.parametrize('case', CASES, ids=lambda case: case.name)
def test_line_endings_are_those_of_ours(case: Case) -> None:
    """The standard has its own line endings: they say nothing, and must not creep in."""
    merged = case.merged()
    assert again(case, 'ours').text == merged.text.replace('\n', '\r\n')
    assert again(case, 'base', 'theirs').text == merged.text
    assert again(case, 'base', 'ours', 'theirs').decisions == merged.decisions


@pytest.mark.parametrize('case', CASES, ids=lambda case: case.name)
def test_a_byte_order_mark_stays(case: Case) -> None:
    """It is no part of the first key."""
    assert again(case, ours='\ufeff' + case.texts['ours']).text == '\ufeff' + case.merged().text
    assert again(case, theirs='\ufeff' + case.texts['theirs']).text == case.merged().text


@pytest.mark.parametrize('case', CASES, ids=lambda case: case.name)
def test_a_missing_last_line_feed_stays_missing(case: Case) -> None:
    """Without this, an editor's habit would make a conflict of the last line of every file."""
    merged = case.merged()
    bare = again(case, ours=case.texts['ours'].removesuffix('\n'))
    assert bare.text == merged.text.removesuffix('\n')
    assert len(bare.conflicts) == len(merged.conflicts)


@pytest.mark.parametrize(
    ('base', 'ours', 'theirs', 'wanted'),
    [
        ('a: 1', 'a: 1\nb: 2', 'a: 3', 'a: 3\nb: 2'),
        ('a: 1', 'a: 1\nb: 2', 'a: 3\n', 'a: 3\nb: 2\n'),
        ('a: 1\n', 'a: 1\nb: 2', 'a: 3', 'a: 3\nb: 2'),
        ('a: 1', 'a: 1\nb: 2\n', 'a: 3', 'a: 3\nb: 2\n'),
        (None, 'a: 1', 'a: 1\nb: 2\n', 'a: 1\nb: 2'),
    ],
)
def test_the_last_line_feed_is_merged_as_a_value_of_its_own(
    base: str | None, ours: str, theirs: str, wanted: str
) -> None:
    """It changes where the standard alone changed it."""
    assert merge(base, ours, theirs, path='a.yml').text == wanted

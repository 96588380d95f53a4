"""The laws of merging, held against random documents and random edits of every format."""

from __future__ import annotations

import pytest

from tests.merge.laws import WRITERS, Writer, hold
from trueup.merge import STRATEGIES, strategy_for

each_format = pytest.mark.parametrize('writer', WRITERS, ids=lambda writer: writer.name)


@each_format
def test_laws(writer: Writer) -> None:
    """The same hundred triples each time, so that a red run is about the change at hand."""
    hold(writer, examples=100, derandomize=True)


@pytest.mark.e2e
@each_format
def test_laws_at_length(writer: Writer) -> None:
    """A thousand triples, others each time."""
    hold(writer, examples=1000, derandomize=False)


def test_every_strategy_is_held_to_the_laws() -> None:
    """A new format needs a writer of random documents."""
    assert {strategy_for(writer.path).name for writer in WRITERS} == {each.name for each in STRATEGIES} | {'text'}

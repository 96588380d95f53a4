"""Python by top-level name; where a formatter ran over one side, all three in its layout."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.merge._imports import needed_imports
from trueup.merge._strategy import Strategy, Triple
from trueup.text.python import Python, parse_python
from trueup.text.tree import Malformed

if TYPE_CHECKING:
    import black

WIDTHS = (120, 88, 100, 79, 110)
LONG = 20_000
"""Characters above which no second try is made: black needs a second for each 50,000, several times."""


def _retry(triple: Triple) -> Triple | None:
    """The three texts as black writes them, if ours is something that black wrote; None else."""
    base, ours, theirs = triple
    if base is None or any(len(text) > LONG or not _reads(text) for text in (base, ours, theirs)):
        return None
    mode = _mode(ours)
    if mode is None:
        return None
    if mode.string_normalization and _format(base, mode) == _format(base, _quoting(mode)):
        mode = _quoting(mode)  # nothing says that the quotes of ours were ever changed
    blackened = _format(base, mode), _format(theirs, mode)
    return None if None in blackened else (blackened[0], ours, blackened[1] or '')


def _reads(text: str) -> bool:
    """Whether a text is Python; black takes minutes over some that are not."""
    try:
        parse_python(text)
    except Malformed:
        return False
    return True


@functools.lru_cache(maxsize=16)
def _mode(text: str) -> black.Mode | None:
    """The settings of black that leave a text as it is; blank lines don't count, its versions differ in them."""
    import black  # 0.15 s, and needed only where both sides changed the same lines

    for width in WIDTHS:
        for quotes in (True, False):
            mode = black.Mode(line_length=width, string_normalization=quotes)
            if _solid(_format(text, mode)) == _solid(text):
                return mode
    return None


def _quoting(mode: black.Mode) -> black.Mode:
    """The same settings, with quotes as they are."""
    return replace(mode, string_normalization=False)


def _solid(text: str | None) -> list[str] | None:
    return [line for line in text.split('\n') if line.strip()] if text is not None else None


def _format(text: str, mode: black.Mode) -> str | None:
    import black

    try:
        return black.format_str(text, mode=mode)
    except ValueError:
        return None


STRATEGY = Strategy('Python', ('*.py', '*.pyi'), Python(), whole=True, both=True, retry=_retry, settle=needed_imports)

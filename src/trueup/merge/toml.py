"""TOML by table and key; `[tool.poetry]` is brought into the shape of PEP 621 where the standard has that."""

from __future__ import annotations

from trueup.merge._poetry import lift, new_shape, old_shape
from trueup.merge._strategy import Strategy, Triple
from trueup.text.toml import Toml
from trueup.text.tree import Malformed


def _prepare(triple: Triple) -> Triple:
    """Base and ours in the shape of theirs; unchanged where that can not be done without loss."""
    base, ours, theirs = triple
    if 'poetry' not in ours:
        return triple
    try:
        Toml().check(ours)
        Toml().check(theirs)
        if not (old_shape(ours) and new_shape(theirs)):
            return triple
    except Malformed:
        return triple
    lifted = lift(ours)
    return triple if lifted is None else ((lift(base) or base) if base is not None else None, lifted, theirs)


STRATEGY = Strategy('TOML', ('*.toml', 'Pipfile'), Toml(), prepare=_prepare)

"""What the strategies of all formats have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from trueup.merge._walk import Walked
from trueup.text.tree import Document, Grammar

Triple = tuple[str | None, str, str]
"""Base, ours and theirs."""


class Strategy(NamedTuple):
    """How files of one format are merged.

    `whole`: a file that the standard requires as a whole is taken as it is, not key by key; `both`: what each side put
    in at the same place of a text may stand together; `prepare` brings base and ours into the shape of theirs;
    `retry` gives the same three texts in one layout, for a second try where the first left conflicts; `settle` takes
    back edits that theirs and the result show to be wrong.
    """

    name: str
    globs: tuple[str, ...]
    grammar: Grammar | None = None
    whole: bool = False
    both: bool = False
    prepare: Callable[[Triple], Triple] | None = None
    retry: Callable[[Triple], Triple | None] | None = None
    settle: Callable[[Walked, Document, Document], Walked] | None = None

"""What a result must pass: it parses, holds no marker, and nothing of the service is lost unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from trueup.text.tree import Node

MARKER = re.compile(r'^(?:<{7}|>{7}|\|{7})(?: |$)', re.MULTILINE)
DOUBLE = re.compile(r'~\d+$')
TOKEN = re.compile(r'[\w@./:+-]+')
WORD = re.compile(r'\w')


def has_marker(text: str) -> bool:
    """Whether a text holds a conflict marker of Git (a lone `=======` may be a heading)."""
    return MARKER.search(text) is not None


def lost(ours: str, result: str, excused: Iterable[str]) -> tuple[str, ...]:
    """Words of ours that are neither in the result nor in a text that was decided away."""
    missing = Counter(TOKEN.findall(ours)) - Counter(TOKEN.findall(result))
    for text in excused:
        missing -= Counter(TOKEN.findall(text))
    return tuple(sorted(filter(WORD.search, missing)))


def doubled(node: Node) -> frozenset[str]:
    """Keys that stand more than once where a format allows it, such as a target of a Makefile."""
    own = frozenset(key for key in node.keys if DOUBLE.search(key))
    return own.union(*(doubled(child) for child in node.children))

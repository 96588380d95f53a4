"""Nothing lost: every word of the old file stands in the new one, or in something that was said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trueup.packaging._mask import mask
from trueup.packaging._model import Conversion

WORD = re.compile(r'[A-Za-z0-9_.+/-]*[A-Za-z0-9_]')


SYNTAX = frozenset(
    'packages dev-packages source url verify_ssl true false name version requires python_version python_full_version '
    'dependencies pip channels extras markers index git ref editable path file r e c i f index-url extra-index-url '
    'find-links hash sha256 egg subdirectory'.split()
)
"""Words of the formats themselves: a line of which nothing else is missing is carried."""


def lost(before: str, after: str, conversion: Conversion) -> tuple[str, ...]:
    """Words of `before` that are neither in `after` nor in a decision, conflict or note."""
    told = _told(after, conversion)
    return tuple(dict.fromkeys(word for word in _words([before]) if word not in told))


def unaccounted(path: str, text: str, after: str, conversion: Conversion) -> tuple[str, ...]:
    """Lines of a file that is to go of which a word is neither in the new file nor told, as notes."""
    told = {word.lower() for word in _told(after, conversion)} | SYNTAX
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        shown = re.sub(r'--hash=\S+|://\*\*\*@', lambda match: '://' if '://' in match[0] else '', mask(line)).strip()
        if any(word.strip('-.').lower() not in told and word.lower() not in told for word in _words([shown])):
            found.append(f'{path}:{number}: not carried: {shown}')
    return tuple(found)


def _told(after: str, conversion: Conversion) -> set[str]:
    """Every word of the new file and of what is said about the conversion."""
    told = set(_words([after, *conversion.notes]))
    for decision in conversion.decisions:
        told |= set(_words([decision.before or '', decision.after or '', decision.reason, *decision.key]))
    for conflict in conversion.open:
        told |= set(_words([conflict.ours or '', conflict.theirs or '', conflict.reason, *conflict.key]))
    return told


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from WORD.findall(text)

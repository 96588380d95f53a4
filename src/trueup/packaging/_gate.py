"""Nothing lost: every word of the old file stands in the new one, or in something that was said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trueup.packaging._model import Conversion

WORD = re.compile(r'[A-Za-z0-9_.+/-]*[A-Za-z0-9_]')


def lost(before: str, after: str, conversion: Conversion) -> tuple[str, ...]:
    """Words of `before` that are neither in `after` nor in a decision, conflict or note."""
    told = set(_words([after, *conversion.notes]))
    for decision in conversion.decisions:
        told |= set(_words([decision.before or '', decision.after or '', decision.reason, *decision.key]))
    for conflict in conversion.open:
        told |= set(_words([conflict.ours or '', conflict.theirs or '', conflict.reason, *conflict.key]))
    return tuple(dict.fromkeys(word for word in _words([before]) if word not in told))


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield from WORD.findall(text)

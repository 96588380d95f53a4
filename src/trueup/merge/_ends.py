"""The end of the last line, merged apart from the line: a missing one is no change of what the line says."""

from __future__ import annotations

from typing import NamedTuple


class Ended(NamedTuple):
    """Base, ours and theirs, each with all of its lines ended; `missing` says for which a line feed was put in."""

    all: tuple[str | None, str, str]
    missing: tuple[bool, bool, bool]

    def closed(self, text: str, *, whole: bool) -> str:
        """A merged text with the last line as it is to end: as in ours, unless only the standard changed that.

        `whole`: an owner may have taken the file of the standard as it is.
        """
        base, mine, yours = self.missing
        untouched = self.all[0] is not None and base == mine
        taken = untouched or (whole and text == self.all[2])
        missing = yours if taken and text != self.all[1] else mine
        return text.removesuffix('\n') if missing else text


def ended(base: str | None, ours: str, theirs: str) -> Ended:
    """Three texts ready to be merged."""
    texts = (base, ours, theirs)
    missing = tuple(bool(text) and not (text or '').endswith('\n') for text in texts)
    if ours in (base, theirs) or base == theirs or True not in missing:
        return Ended(texts, (False, False, False))
    closed = tuple(f'{text}\n' if one else text for text, one in zip(texts, missing, strict=True))
    return Ended((closed[0], closed[1] or '', closed[2] or ''), (missing[0], missing[1], missing[2]))

"""Bytes to text and back: byte order mark, line endings and final newline stay as they were."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from trueup.text.diff import Change, changes

BOM = '\ufeff'


class Decoded(NamedTuple):
    """Text with its line endings as they are, and how it was stored."""

    text: str
    encoding: str = 'utf-8'
    bom: bool = False


_MARKS = (
    (codecs.BOM_UTF8, 'utf-8'),
    (codecs.BOM_UTF16_LE, 'utf-16-le'),
    (codecs.BOM_UTF16_BE, 'utf-16-be'),
)


def decode(data: bytes) -> Decoded | None:
    """Read UTF-8, or UTF-16 with a mark; None for anything else, binary included."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], encoding, bom=True)
    return _decode(data, 'utf-8', bom=False)


def encode(text: str, like: Decoded) -> bytes:
    """Store text the way `like` was stored."""
    mark = BOM if like.bom else ''
    return (mark + text).encode(like.encoding)


def line_ending(text: str) -> str:
    """The line ending that most lines of a text have."""
    windows = text.count('\r\n')
    return '\r\n' if windows * 2 > text.count('\n') else '\n'


def lines(text: str) -> list[str]:
    """The lines with their endings; only a line feed ends one, as in Git (`str.splitlines` knows ten more)."""
    return re.findall(r'[^\n]*\n|[^\n]+', text)


def to_unix(text: str) -> str:
    """The text with `\\n` line endings only."""
    return text.replace('\r\n', '\n')


def restore_endings(text: str, like: str) -> str:
    """Give a text with `\\n` endings those of `like`: kept lines keep theirs, new ones get the most common."""
    if '\r\n' not in like:
        return text
    usual = line_ending(like)
    new, old = lines(text), lines(like)
    if like.count('\r\n') == like.count('\n'):
        return text.replace('\n', '\r\n')
    result = [line[:-1] + usual if line.endswith('\n') else line for line in new]
    start = low = 0
    for change in [*changes([to_unix(line) for line in old], new), Change(len(old), len(old), len(new), len(new))]:
        result[low : change.low] = old[start : change.start]
        start, low = change.end, change.high
    return ''.join(result)


def _decode(data: bytes, encoding: str, *, bom: bool) -> Decoded | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if '\0' in text else Decoded(text, encoding, bom)

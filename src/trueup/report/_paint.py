"""Bold and colour for a terminal, and aligned columns: decoration only, every meaning is also a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

CODES = {'strong': '1', 'quiet': '2', 'good': '32', 'warn': '33', 'bad': '31'}
TONES = {
    'clean': 'good', 'changed': 'good', 'would change': 'warn', 'open': 'warn', 'drifted': 'warn',
    'refused': 'bad', 'regressed': 'bad', 'failed': 'bad',
}  # fmt: skip
"""Which tone an outcome's word has."""


class Paint:
    """Wraps text in escape codes, or leaves it alone without colour."""

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, tone: str) -> str:
        """The text in one tone; an unknown or empty tone changes nothing."""
        return f'\x1b[{CODES[tone]}m{text}\x1b[0m' if self.colour and tone in CODES else text

    def strong(self, text: str) -> str:
        """A heading."""
        return self(text, 'strong')

    def quiet(self, text: str) -> str:
        """What explains and may be skipped."""
        return self(text, 'quiet')

    def good(self, text: str) -> str:
        """Something that went well."""
        return self(text, 'good')

    def warn(self, text: str) -> str:
        """Something that waits for a person."""
        return self(text, 'warn')

    def bad(self, text: str) -> str:
        """Something that went wrong."""
        return self(text, 'bad')


def columns(
    rows: Sequence[Sequence[str]], align: str, paint: Paint, *, tones: Sequence[str] = (), indent: str = '  '
) -> Iterator[str]:
    """Rows as aligned lines, the first as heading; `align` has `<` or `>` per column; no line ends in blanks."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(align))]
    for number, row in enumerate(rows):
        cells = [_cell(text, width, side) for text, width, side in zip(row, widths, align, strict=True) if width]
        line = f'{indent}{"  ".join(cells)}'.rstrip()
        tone = 'strong' if number == 0 else (tones[number] if number < len(tones) else '')
        yield paint(line, tone)


def _cell(text: str, width: int, side: str) -> str:
    return text.rjust(width) if side == '>' else text.ljust(width)

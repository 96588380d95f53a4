"""The exact set of versions behind a list of requirements: services with the same set share one environment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trueup.verify._installers import Shop, dated, find_program, reason

OPTIONS = ('-', '--')
UNDATED = 'is missing an upload date'
NO_DATES = 'the index does not say when its versions were uploaded, so none of them counts for the date asked for'


def resolved(shop: Shop, lines: Sequence[str], *, python: Path) -> tuple[list[str], str]:
    """(options and exact pins, '') by uv; the lines themselves where that is not possible, and why."""
    uv = find_program('uv')
    if uv is None or not any(not line.startswith(OPTIONS) for line in lines):
        return list(lines), ''
    listing = shop.home / 'requirements.in'
    listing.write_text('\n'.join(lines) + '\n', encoding='utf-8')
    command = [uv, 'pip', 'compile', '--no-header', '--no-annotate', '--no-progress', '--color', 'never']
    command += [
        '--python',
        str(python),
        '--no-strip-extras',
        *dated(shop),
        '--output-file',
        f'{listing}.out',
        str(listing),
    ]
    done = shop.run(command, TERM='dumb')
    if not done.well:
        return list(lines), NO_DATES if UNDATED in done.output else reason(done)
    found = Path(f'{listing}.out').read_text(encoding='utf-8').splitlines()
    pins = [line.strip() for line in found if line.strip() and not line.startswith(('#', *OPTIONS))]
    return [*(line for line in lines if line.startswith(OPTIONS)), *sorted(pins)], ''

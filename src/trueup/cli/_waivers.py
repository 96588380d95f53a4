"""`trueup check --waivers`: the exceptions that end soon, of one service or of many."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from trueup.errors import ExitCode
from trueup.lifecycle.run import Run
from trueup.lifecycle.waive import Ending, ending


def list_waivers(paths: Sequence[Path], run: Run, within: int, output: str) -> int:
    """Print the waivers that end within so many days; exit 1 when one has ended."""
    if output not in ('text', 'json'):
        raise click.UsageError('--waivers is printed as text or json')
    found = [one for path in paths for one in ending(path, run, within)]
    if output == 'json':
        click.echo(json.dumps({'within': within, 'waivers': [_entry(one) for one in found]}, indent=2))
    else:
        for line in _lines(found, within):
            click.echo(line)
    return ExitCode.FINDINGS if any(one.days < 0 for one in found) else ExitCode.CLEAN


def _entry(one: Ending) -> dict[str, object]:
    waiver = one.waiver
    return {
        'service': one.service,
        'target': waiver.target,
        'reason': waiver.reason,
        'owner': waiver.owner,
        'expires': waiver.expires.isoformat(),
        'days': one.days,
        'line': waiver.line,
    }


def _lines(found: Sequence[Ending], within: int) -> list[str]:
    if not found:
        return [f'no waiver ends within {within} days']
    width = max(len(one.service) for one in found)
    return [
        f'{one.waiver.expires}  {_left(one.days):<12}  {one.service:<{width}}  {one.waiver.target}: '
        f'{one.waiver.reason} ({one.waiver.owner})'
        for one in found
    ]


def _left(days: int) -> str:
    if days < 0:
        return 'over'
    return 'last day' if days == 0 else f'{days} day{"s" if days > 1 else ""} left'

"""`trueup waive`: record an exception to the standard, with a reason, an owner and an end."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared
from trueup.lifecycle.waive import Request, waive


@click.command()
@click.argument('target')
@click.argument('path', default='.', type=click.Path(path_type=Path))
@click.option('--reason', required=True, metavar='TEXT', help='Why, in words for the next reader.')
@click.option(
    '--expires', required=True, metavar='DATE', help='Its last day, such as 2027-06-30; at most a year ahead.'
)
@click.option('--owner', default='', metavar='NAME', help='Who answers for it; default: user.name of Git.')
@click.option('--replace', 'renewed', is_flag=True, help='Renew one that is there already.')
@shared('standard', 'trust', 'service_root')
def command(target: str, path: Path, renewed: bool, **options: object) -> int:
    """Waive TARGET (FILE, FILE::a.b.c or the id of a rule) in the service at PATH until a date.

    Writes one line into [tool.trueup.waivers] of pyproject.toml. Every report lists it; the day after its date it
    fails.
    """
    words = {name: str(options.pop(name)) for name in ('reason', 'expires', 'owner')}
    where, waiver = waive(path, Request(target, **words, renew=renewed), make_run(options))
    click.echo(f'{where}:{waiver.line}: {waiver.target} is waived until {waiver.expires} ({waiver.owner})')
    return 0

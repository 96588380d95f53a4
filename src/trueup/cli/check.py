"""`trueup check`: say where services differ from the standard."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show, worst
from trueup.cli._waivers import list_waivers
from trueup.fleet.scorecard import check_many
from trueup.lifecycle.check import check
from trueup.lifecycle.selection import read_selection
from trueup.model import Clean


@click.command()
@click.argument('paths', nargs=-1, type=click.Path(path_type=Path))
@shared(
    'standard',
    'trust',
    'service_root',
    'answers',
    'dev',
    'min_severity',
    'select',
    'ignore',
    'format',
    'quiet',
    'verbose',
)
@click.option('--staged', is_flag=True, help='Only what the staged changes touch; without any, everything.')
@click.option('--waivers', is_flag=True, help='List the waivers that end soon instead.')
@click.option('--within', default=30, show_default=True, metavar='DAYS', help='How soon.', type=click.IntRange(0))
def command(paths: tuple[Path, ...], output: str, waivers: bool, within: int, **options: object) -> int:
    """Say where services differ from the standard; writes nothing and runs nothing of them.

    Exit 0: no difference. Exit 1: findings, or a service that was never adopted. Several PATHs give one table.
    """
    run = make_run(options)
    if waivers:
        return list_waivers(paths or (Path('.'),), run, within, output)
    # A mistake in the options is told once, not as every service's failure.
    read_selection(run.settings.select, run.settings.ignore, run.settings.min_severity)
    if len(paths) > 1 or output != 'text' or run.settings.report_file:
        # A report says of each service also that it could not be looked at.
        outcomes = check_many(paths or (Path('.'),), run)
        # A commit is told what it did, service by service; a scorecard would only say where.
        told = [each for each in outcomes if not isinstance(each, Clean)] if run.settings.staged else []
        for each in told:
            show([each], run, output)
        return worst(told) if told else show(outcomes, run, output)
    return show([check(paths[0] if paths else Path('.'), run)], run, output)

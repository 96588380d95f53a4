"""`trueup update`: carry a service to a newer version of its standard."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.cli._progress import steps
from trueup.lifecycle.update import update


@click.command()
@click.argument('path', default='.', type=click.Path(path_type=Path))
@click.option('--to', default='', metavar='VERSION', help='The version; default: the newest.')
@shared('standard', 'trust', 'service_root', 'plan_only', 'dev', 'switch', 'verify', 'format', 'quiet', 'verbose')
@click.option('--continue', 'then', flag_value='continue', help='End an update whose open decisions have been made.')
@click.option(
    '--abort', 'then', flag_value='abort', help='Take an update back: its branch, and what a killed run left.'
)
def command(path: Path, to: str, output: str, then: str | None, **options: object) -> int:
    """Carry the service at PATH to a newer version of its standard, on a branch."""
    run = make_run(options)
    if then == 'continue':
        from trueup.lifecycle.adopt import resume  # late: all that reads a service never adopted comes with it

        return show([resume(path, run, 'update')], run, output)
    if then == 'abort':
        from trueup.lifecycle.undo import abort  # late, like the other

        return show([abort(path, run, 'update')], run, output)
    with steps(run) as watched:
        outcome = update(path, watched, to)
    return show([outcome], run, output)

"""`trueup check`: say where services differ from the standard."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.fleet.scorecard import check_many
from trueup.lifecycle.check import check


@click.command()
@click.argument('paths', nargs=-1, type=click.Path(path_type=Path))
@shared('standard', 'service_root', 'answers', 'dev', 'format', 'quiet', 'verbose')
def command(paths: tuple[Path, ...], output: str, **options: object) -> int:
    """Say where services differ from the standard; writes nothing and runs nothing of them.

    Exit 0: no difference. Exit 1: findings, or a service that was never adopted. Several PATHs give one table.
    """
    run = make_run(options)
    if len(paths) > 1:
        return show(check_many(paths, run), run, output)
    return show([check(paths[0] if paths else Path('.'), run)], run, output)

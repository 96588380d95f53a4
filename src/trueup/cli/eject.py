"""`trueup eject`: leave the standard."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.lifecycle.eject import eject


@click.command()
@click.argument('path', default='.', type=click.Path(path_type=Path))
@shared('standard', 'service_root', 'plan_only', 'format', 'quiet', 'verbose')
def command(path: Path, output: str, **options: object) -> int:
    """Leave the standard: stock hooks, a plain noxfile, no file of trueup's. Recorded lint debt shows again."""
    run = make_run(options)
    return show([eject(path, run)], run, output)

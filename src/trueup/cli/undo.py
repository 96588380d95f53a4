"""`trueup undo`: take back the last change."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.lifecycle.undo import undo


@click.command()
@click.argument('path', default='.', type=click.Path(path_type=Path))
@shared('service_root', 'format', 'quiet', 'verbose')
def command(path: Path, output: str, **options: object) -> int:
    """Take back the last thing that trueup did here; the tree is as it was before."""
    run = make_run(options)
    return show([undo(path, run)], run, output)

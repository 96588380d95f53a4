"""`trueup fix`: heal what the standard owns, in place."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.lifecycle.fix import fix


@click.command()
@click.argument('path', default='.', type=click.Path(path_type=Path))
@shared('standard', 'trust', 'service_root', 'plan_only', 'format', 'quiet', 'verbose')
def command(path: Path, output: str, **options: object) -> int:
    """Heal what the standard owns, in the work tree, and say what is left for a person.

    Files with uncommitted changes are refused; nothing is committed; `trueup undo` takes it back.
    """
    run = make_run(options)
    return show([fix(path, run)], run, output)

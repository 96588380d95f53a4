"""`trueup resolve`: by key what stock `copier update` or `git merge` left unmerged."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.lifecycle.resolve import resolve
from trueup.model import Clean


@click.command()
@click.argument('path', default='.', type=click.Path(path_type=Path, exists=True))
@shared('standard', 'trust', 'service_root', 'plan_only', 'format', 'quiet')
@click.option('--since', default='HEAD', metavar='COMMIT', help='The service before the update; default: HEAD.')
def command(path: Path, since: str, output: str, **options: object) -> int:
    """Resolve by key the unmerged files at or below PATH, after `copier update` or `git merge`.

    After `copier update`, each file that nobody edited since becomes what `trueup update` makes of it: a file that
    Copier deleted although the service had edited it is back.

    What is resolved is added to the index. Where keys are left, the file stays unmerged with Git's markers around
    them alone. Files that were edited since the merge are not touched. Ends with 0 when all is resolved, else 3.
    """
    run = make_run(options | {'verbose': True})
    outcome = resolve(path, run, since)
    if isinstance(outcome, Clean) and output == 'text':
        if not run.settings.quiet:
            click.echo('nothing is unmerged')
        return 0
    return show([outcome], run, output)

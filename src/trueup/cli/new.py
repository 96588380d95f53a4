"""`trueup new`: a new service from the standard."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trueup.cli._options import make_run, shared, show
from trueup.errors import UserError
from trueup.lifecycle.new import new


@click.command()
@click.argument('destination', type=click.Path(path_type=Path))
@shared('standard', 'trust', 'answers', 'defaults', 'dev', 'format', 'quiet', 'verbose')
@click.option('--no-lock', is_flag=True, help='Leave the dependencies unlocked.')
def command(destination: Path, output: str, no_lock: bool, **options: object) -> int:
    """Start a new service in DESTINATION: copied from the template, in Git, locked, with a first commit."""
    run = make_run(options)
    if not run.settings.defaults and not sys.stdin.isatty():
        raise UserError(
            'nobody is here to answer the questions', hint='give --defaults, and --answer KEY=VALUE where one is wrong'
        )
    return show([new(destination, run, with_lock=not no_lock)], run, output)

"""`trueup explain`: who owns a key, and why."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from trueup.cli._options import make_run, shared
from trueup.lifecycle.explain import explain


@click.command()
@click.argument('key')
@click.argument('path', default='.', type=click.Path(path_type=Path))
@shared('standard', 'service_root')
@click.option('--format', 'output', type=click.Choice(['text', 'json']), default='text', show_default=True)
def command(key: str, path: Path, output: str, **options: object) -> int:
    """Say who owns KEY (FILE or FILE::a.b.c), what the standard and the service have there, and why."""
    found = explain(path, key, make_run(options))
    if output == 'json':
        click.echo(json.dumps(asdict(found), indent=2))
        return 0
    lines = [
        ('key', found.target),
        ('owner', f'{found.owner}{", closed: additions need a waiver" if found.closed else ""}'),
        ('why', found.reason or '(no reason recorded)'),
        ('policy', found.pattern or '(none: default)'),
        (f'standard {found.version}', found.standard if found.standard is not None else '(absent)'),
        ('service', found.service if found.service is not None else '(absent)'),
        ('waiver', found.waiver or 'none'),
    ]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        click.echo(f'{name:<{width}}  {" ".join(value.split())}')
    return 0

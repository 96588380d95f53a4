"""`trueup baseline`: how much old debt is recorded, and taking out what is paid."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from trueup.lint.files import root_for
from trueup.lint.shrink import load_baseline, shrink_baseline
from trueup.model import Debt


@click.command()
@click.argument('path', default='.', type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option('--shrink', is_flag=True, help='Lint, and take out what is no longer found. It never grows.')
@click.option('--python', type=click.Path(path_type=Path), help="Interpreter of the service's own environment.")
def command(path: Path, *, shrink: bool, python: Path | None) -> None:
    """Show the findings recorded at adoption of the service at PATH, by rule and by file."""
    root = root_for(path)
    if not shrink:
        click.echo(debt_text(load_baseline(root).debt()), nl=False)
        return
    done = shrink_baseline(root, python=python)
    click.echo(debt_text(done.after.debt()), nl=False)
    click.echo(f'{done.before.total - done.after.total} taken out', err=True)
    if done.unchecked:
        click.echo(f'note: could not check {", ".join(done.unchecked)}: no environment of the service', err=True)


def debt_text(debt: Debt) -> str:
    """The debt as two short tables, the heaviest first."""
    lines = [f'{debt.total} recorded findings']
    for title, found in (('by rule', debt.by_rule), ('by file', debt.by_path)):
        if found:
            lines += ['', title, *(f'{count:6}  {name}' for name, count in _heaviest(found))]
    return '\n'.join(lines) + '\n'


def _heaviest(found: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))

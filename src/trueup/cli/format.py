"""`trueup format`: isort and black, in this order, on the files they are configured for."""

from __future__ import annotations

from pathlib import Path

import click

from trueup.errors import ExitCode
from trueup.lint.files import root_for
from trueup.lint.format import FormatResult, format_files
from trueup.lint.line import line_of


@click.command()
@click.argument('files', nargs=-1, type=click.Path())
@click.option('--check', is_flag=True, help='Write nothing; exit 1 if a file would change.')
@click.option('--all', 'all_files', is_flag=True, help='Format also what .trueup/baseline.json records as unformatted.')
def command(files: tuple[str, ...], *, check: bool, all_files: bool) -> None:
    """Format the tracked Python files of the service, or only FILES (files or folders).

    isort runs first, then black, each with the service's own configuration. Files that .trueup/baseline.json records as
    unformatted are left alone, as the hooks do, unless --all is given. Exit code 0: done, 1: a file would change
    (with --check) or is not valid Python 3, 2: a tool or its configuration is broken.
    """
    here = Path.cwd()
    names = [str(here / name) for name in files]
    result = format_files(root_for(here, names), names or None, check=check, all_files=all_files)
    verb = 'would reformat' if check else 'reformatted'
    for path in result.changed:
        click.echo(f'{verb} {path}')
    for note in _notes(result):
        click.echo(f'note: {note}', err=True)
    for message in result.broken:
        click.echo(line_of(message))
    for tool, text in result.crashed:
        click.echo(f'{tool} did not come to an end: {text}', err=True)
    click.echo(f'{result.checked} files, {len(result.changed)} {verb}', err=True)
    click.get_current_context().exit(exit_code(result, check=check))


def _notes(result: FormatResult) -> list[str]:
    count = len(result.left_alone)
    alone = f'{count} {"file" if count == 1 else "files"} recorded as unformatted left alone; --all formats them too'
    return [*result.notes, *([alone] if count else [])]


def exit_code(result: FormatResult, *, check: bool) -> ExitCode:
    """What the shell is told: a broken tool weighs more than an unformatted file."""
    if result.crashed:
        return ExitCode.USAGE
    return ExitCode.FINDINGS if result.broken or (check and result.changed) else ExitCode.CLEAN

"""`trueup lint`: black, isort, flake8 and pylint as one run."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict, Unpack

import click

from trueup.errors import ExitCode
from trueup.lint.files import root_for
from trueup.lint.model import LintResult
from trueup.lint.run import TOOLS, LintOptions, lint
from trueup.lint.writers import WRITERS, write_statistics


class Given(TypedDict):
    """Options of the command line."""

    no_baseline: bool
    form: str
    statistics: bool
    python: Path | None


@click.command()
@click.argument('files', nargs=-1, type=click.Path())
@click.option('--only', 'tools', multiple=True, type=click.Choice(TOOLS), help='Run this tool only (repeatable).')
@click.option('--no-baseline', is_flag=True, help='Show the recorded findings of before adoption too.')
@click.option('--format', 'form', type=click.Choice(tuple(WRITERS)), default='text', help='How the result is written.')
@click.option('--statistics', is_flag=True, help='Count the messages per rule instead of listing them.')
@click.option('--python', type=click.Path(path_type=Path), help="Interpreter of the service's own environment.")
def command(files: tuple[str, ...], tools: tuple[str, ...], **given: Unpack[Given]) -> None:
    """Lint the tracked Python files of the service, or only FILES (files or folders).

    Each tool runs with the service's own configuration. Findings recorded in .trueup/baseline.json don't fail the run;
    the score is computed without them. Exit code 0: passed, 1: failed, 2: a tool or its configuration is broken.
    """
    here = Path.cwd()
    names = [str(here / name) for name in files]
    options = LintOptions(tools=tools or TOOLS, python=given['python'], use_baseline=not given['no_baseline'])
    result = lint(root_for(here, names), names or None, options=options)
    click.echo(write_statistics(result) if given['statistics'] else WRITERS[given['form']](result), nl=False)
    for note in result.notes:
        click.echo(f'note: {note}', err=True)
    click.get_current_context().exit(exit_code(result))


def exit_code(result: LintResult) -> ExitCode:
    """What the shell is told: a broken tool weighs more than findings."""
    if result.crashed:
        return ExitCode.USAGE
    return ExitCode.FINDINGS if result.failed else ExitCode.CLEAN

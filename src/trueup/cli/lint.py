"""`trueup lint`: black, isort, flake8 and pylint as one run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TypedDict, Unpack

import click

from trueup.cli._progress import progress
from trueup.lint import replay
from trueup.lint.files import changed_files, root_for
from trueup.lint.format import format_files
from trueup.lint.run import LintOptions, lint_run
from trueup.lint.say import exit_code, offer
from trueup.lint.team import TOOLS, tools_of
from trueup.lint.tools import CHECKERS, FORMATTERS
from trueup.lint.writers import WRITERS, write_statistics


class Given(TypedDict):
    """Options of the command line."""

    tools: tuple[str, ...]
    fix: bool
    changed: str | None
    form: str
    statistics: bool
    no_baseline: bool
    no_cache: bool
    python: Path | None


@click.command()
@click.argument('files', nargs=-1, type=click.Path())
@click.option(
    '--only', 'tools', multiple=True, type=click.Choice(tuple(CHECKERS)), help='Run this tool only (repeatable).'
)
@click.option('--fix', is_flag=True, help='Let isort and black mend what they can first.')
@click.option(
    '--changed', is_flag=False, flag_value='HEAD', metavar='[REF]', help='Only files that differ from REF (HEAD).'
)
@click.option('--format', 'form', type=click.Choice(tuple(WRITERS)), default='text', help='How the result is written.')
@click.option('--statistics', is_flag=True, help='Count the messages per rule instead of listing them.')
@click.option('--no-baseline', is_flag=True, help='Show the recorded findings of before adoption too.')
@click.option('--no-cache', is_flag=True, help='Ask the linters anew, also about what has not changed.')
@click.option('--python', type=click.Path(path_type=Path), help="Interpreter of the service's own environment.")
def command(files: tuple[str, ...], **given: Unpack[Given]) -> None:
    """Lint the tracked Python files of the service, or only FILES (files or folders).

    Each tool runs with the service's own configuration. Findings recorded in .trueup/baseline.json don't fail the run;
    the score is computed without them. Exit code 0: passed, 1: failed, 2: a tool or its configuration is broken.
    """
    moment = time.time_ns()
    here = Path.cwd()
    names = [str(here / name) for name in files]
    root = root_for(here, names)
    chosen = changed_files(root, given['changed'], names) if given['changed'] else (names or None)
    tools = given['tools'] or tools_of(root)
    if given['fix']:
        _mend(root, chosen, tools)
    with progress(tools) as told:
        options = LintOptions(
            tools=tools,
            python=given['python'],
            use_baseline=not given['no_baseline'],
            use_cache=not given['no_cache'],
            inside=replay.is_alone(),
            progress=told,
        )
        run = lint_run(root, chosen, options=options)
    out = write_statistics(run.result) if given['statistics'] else WRITERS[given['form']](run.result)
    err = ''.join(f'note: {note}\n' for note in run.result.notes)
    click.echo(out, nl=False)
    click.echo(err, nl=False, err=True)
    if not (given['fix'] or given['changed'] or given['no_cache']) and set(tools) <= set(TOOLS):
        offer(run, moment, out=out, err=err)
    click.get_current_context().exit(exit_code(run.result))


def _mend(root: Path, chosen: list[str] | None, tools: tuple[str, ...]) -> None:
    """Formatters run one after the other, and before anything is checked."""
    able = [tool for tool in FORMATTERS if tool in tools]
    if able:
        for path in format_files(root, chosen, tools=able).changed:
            click.echo(f'reformatted {path}', err=True)

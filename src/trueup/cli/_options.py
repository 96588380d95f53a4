"""Options that several commands share, how they become settings, and how an outcome becomes output and exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import click

from trueup.errors import ExitCode, UserError
from trueup.facts.answers import Answer
from trueup.lifecycle.answers import typed
from trueup.lifecycle.run import Run
from trueup.lifecycle.workspace import write_file
from trueup.model import Changed, Clean, Conflicted, Drifted, Failed, File, Outcome, Refused, Regressed, Severity
from trueup.report import WRITERS, render
from trueup.settings import VERIFY_LEVELS, VERIFY_SECONDS, Settings, load_user_configuration

Function = TypeVar('Function', bound=Callable[..., object])

_format_option: Callable[[Function], Function] = click.option(
    '--format', 'output', type=click.Choice(sorted(WRITERS)), default='text', show_default=True
)
_file_option: Callable[[Function], Function] = click.option(
    '--output', 'report_file', default='', metavar='FILE', help='Write the report there, and its text to the screen.'
)
_verify_option: Callable[[Function], Function] = click.option(
    '--verify',
    type=click.Choice(VERIFY_LEVELS),
    default='tests',
    show_default=True,
    help='What is compared before and after; tests runs code of the service.',
)
_with_option: Callable[[Function], Function] = click.option(
    '--verify-with',
    multiple=True,
    metavar='PATH,...',
    help='Files that Git ignores and tests need (.env,models/): copied for the verification only, never committed.',
)
_timeout_option: Callable[[Function], Function] = click.option(
    '--verify-timeout',
    type=click.FloatRange(min=1),
    default=VERIFY_SECONDS,
    show_default=True,
    metavar='SECONDS',
    help='The most that installing, and then that the tests may take; both before and after.',
)
_date_option: Callable[[Function], Function] = click.option(
    '--verify-date',
    default='',
    metavar='DATE',
    help='Install what no lock names as the index was on that day (YYYY-MM-DD, or `commit`: of the last commit).',
)
_WHAT = 'ids (STD001), their beginnings (STD), FILE or FILE::KEY with * and ?; may be repeated'
_SHARED: Mapping[str, Callable[[Function], Function]] = {
    'standard': click.option(
        '--standard', default='', metavar='URL[@TAG]', help='The standard; default: the one recorded or installed from.'
    ),
    'service_root': click.option(
        '--service-root', default='.', metavar='DIR', help='The folder of the service in a larger repository.'
    ),
    'answers': click.option(
        '--answer',
        'answers',
        multiple=True,
        metavar='KEY=VALUE',
        help='Answer to a question of the template; may be repeated.',
    ),
    'defaults': click.option('--defaults', is_flag=True, help='Ask nothing: take what was found, else the defaults.'),
    'plan_only': click.option(
        '--plan', 'plan_only', is_flag=True, help='Show what would be done and do nothing (exit 1 if anything).'
    ),
    'trust': click.option('--trust', is_flag=True, help="Let the template's Jinja extensions run: they are code."),
    'dev': click.option('--dev', is_flag=True, help='Accept a standard that has no release tag.'),
    'switch': click.option('--switch', is_flag=True, help='Check the new branch out.'),
    'verify': lambda function: _verify_option(_with_option(_timeout_option(_date_option(function)))),
    'format': lambda function: _format_option(_file_option(function)),
    'min_severity': click.option(
        '--min-severity',
        type=click.Choice([each.value for each in Severity]),
        default='note',
        show_default=True,
        help='Leave out what weighs less; error and warning fail.',
    ),
    'select': click.option('--select', multiple=True, metavar='WHAT', help=f'Only these findings: {_WHAT}.'),
    'ignore': click.option(
        '--ignore', multiple=True, metavar='WHAT', help='Not these findings; written like --select.'
    ),
    'quiet': click.option('--quiet', '-q', is_flag=True, help='Print nothing when all is well.'),
    'verbose': click.option('--verbose', '-v', is_flag=True, help='Show kept differences and every decision too.'),
}


def shared(*names: str) -> Callable[[Function], Function]:
    """A decorator with the named shared options."""

    def decorate(function: Function) -> Function:
        for name in reversed(names):
            function = _SHARED[name](function)
        return function

    return decorate


def make_run(options: Mapping[str, object]) -> Run:
    """Settings from the options that a command was given."""
    given = dict(options)
    given['answers'] = _pairs(given.get('answers') or ())  # type: ignore[arg-type]  # click gives a tuple of texts
    known = {name: value for name, value in given.items() if name in Settings.__dataclass_fields__}
    settings = Settings(**known)  # type: ignore[arg-type]  # names and types are those of the options above
    return Run(settings, load_user_configuration(), _quiet if settings.quiet else _talk)


def _pairs(answers: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in answers:
        key, mark, value = text.partition('=')
        if not mark or not key.isidentifier():
            raise click.UsageError(f'--answer takes KEY=VALUE, not {text!r}')
        pairs[key] = value
    return pairs


def _talk(line: str) -> None:
    sys.stderr.write(f'{line}\n')
    sys.stderr.flush()


def _quiet(_line: str) -> None:
    """Say nothing."""


def asker(run: Run) -> Callable[[Answer], object] | None:
    """A prompt for answers that could only be guessed; None with --defaults or when nobody is there."""
    if run.settings.defaults or not sys.stdin.isatty():
        return None
    return lambda answer: typed(click.prompt(answer.name, default=str(answer.value), err=True))


def show(outcomes: Sequence[Outcome], run: Run, output: str) -> int:
    """Print outcomes and return the exit code of the worst."""
    code = worst(outcomes)
    if run.settings.report_file not in ('', '-'):
        _write_report(outcomes, run, output)
        output = 'text'
    if not (run.settings.quiet and code == ExitCode.CLEAN):
        # https://no-color.org: set and not empty
        colour = output == 'text' and sys.stdout.isatty() and not os.environ.get('NO_COLOR')
        text = render(outcomes, output, verbose=run.settings.verbose, colour=colour)
        click.echo(text, nl=not text.endswith('\n'))
    return code


def _write_report(outcomes: Sequence[Outcome], run: Run, output: str) -> None:
    path = Path(run.settings.report_file)
    try:
        write_file(path, File(render(outcomes, output, verbose=run.settings.verbose).encode()))
    except OSError as error:
        raise UserError(
            f'the report can not be written: {error.strerror}', where=str(path), hint='give --output'
        ) from error


def worst(outcomes: Sequence[Outcome]) -> int:
    """Several causes: 70 > 4 > 3 > 1; among the rest the highest."""
    rank = {ExitCode.INTERNAL: 9, ExitCode.UNVERIFIED: 8, ExitCode.OPEN: 7}
    codes = [exit_code(outcome) for outcome in outcomes] or [0]
    return max(codes, key=lambda code: (rank.get(ExitCode(code), 0), code))


def exit_code(outcome: Outcome) -> int:
    """The exit code of DESIGN section 7 for one outcome."""
    match outcome:
        case Clean():
            return ExitCode.CLEAN
        case Changed(planned=planned):
            return ExitCode.FINDINGS if planned else ExitCode.CLEAN
        case Conflicted():
            return ExitCode.OPEN
        case Drifted():
            return ExitCode.FINDINGS
        case Refused():
            return ExitCode.REFUSED
        case Regressed():
            return ExitCode.UNVERIFIED
        case Failed(exit_code=code):
            return code

"""`trueup`: finds the command's module, runs it, and turns every error into one line and an exit code."""

from __future__ import annotations

import errno
import importlib
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import metadata

import click

from trueup.errors import ExitCode, UserError

COMMANDS = {
    'adopt': 'bring an existing service under the standard, on a branch',
    'baseline': 'show the recorded lint debt',
    'check': 'say where services differ from the standard',
    'eject': 'leave the standard',
    'explain': 'say who owns a key, and why',
    'facts': 'show what can be read from a service',
    'fix': 'heal what the standard owns, in place',
    'format': 'run isort and black',
    'lint': 'run black, isort, flake8 and pylint as one',
    'merge': 'merge three versions of a file, key by key',
    'new': 'start a new service from the standard',
    'resolve': 'resolve by key what copier update or git merge left unmerged',
    'undo': 'take back the last change trueup made',
    'update': 'carry a service to a newer version, on a branch',
    'waive': 'record an exception to the standard, with an end',
}


DISK = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR}
"""Errors of which the disk is the cause, or its rights, and not trueup."""
ROOM = 'make room there, or see to its rights; TRUEUP_CACHE moves the cache'


class Commands(click.Group):
    """Imports a command's module only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f'trueup.cli.{cmd_name}').command
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section('Commands'):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=Commands, context_settings={'help_option_names': ['-h', '--help'], 'max_content_width': 110})
@click.version_option(package_name='trueup', prog_name='trueup')
def cli() -> None:
    """Bring Python ML services up to the team's standard, and keep them there."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (DESIGN section 7); nothing is raised."""
    try:
        result = cli.main(args=None if argv is None else list(argv), prog_name='trueup', standalone_mode=False)
        return int(result) if isinstance(result, int) else ExitCode.CLEAN
    except UserError as error:
        _say(error)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write('\ntrueup: interrupted; the service is as it was\n')
        return ExitCode.INTERRUPTED
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.CLEAN
    except Exception as error:  # pylint: disable=broad-exception-caught  # the one boundary
        if isinstance(error, OSError) and error.errno in DISK and error.filename:
            refusal = UserError(os.strerror(error.errno), where=str(error.filename), hint=ROOM)
            _say(refusal)
            return refusal.exit_code
        sys.stderr.write(
            f'trueup: internal error: {type(error).__name__}: {error}\nhint: report it with {_log(error)}\n'
        )
        return ExitCode.INTERNAL


def _say(error: UserError) -> None:
    sys.stderr.write(f'trueup: {error}\n')
    if error.hint:
        sys.stderr.write(f'hint: {error.hint}\n')


def _log(error: BaseException) -> str:
    """Write what a maintainer needs to a file and name it."""
    handle, name = tempfile.mkstemp(prefix='trueup-', suffix='.log')
    with os.fdopen(handle, 'w', encoding='utf-8') as stream:
        stream.write(f'trueup {metadata.version("trueup")}, Python {sys.version}\narguments: {sys.argv[1:]}\n\n')
        stream.write(''.join(traceback.format_exception(error)))
    return name


def run() -> None:
    """The installed program."""
    sys.exit(main())


if __name__ == '__main__':
    run()

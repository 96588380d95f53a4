"""`trueup-hook ID [ARGUMENTS] [FILES]`: the one entry of all hooks, which imports only the hook that is asked for."""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Sequence

from trueup.errors import ExitCode, UserError
from trueup.hooks import IDS, find_hook
from trueup.lint import replay

USAGE = f'usage: trueup-hook ID [ARGUMENTS] [FILES]\nhooks: {", ".join(IDS)}'


def main(argv: Sequence[str] | None = None) -> int:
    """Run one hook and return its exit code; errors for a person are one line and a hint."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words:
        print(USAGE, file=sys.stderr)
        return ExitCode.USAGE
    if words[0] in {'-h', '--help'}:
        print(USAGE)
        return ExitCode.CLEAN
    try:
        return find_hook(words[0]).run(words[1:])
    except UserError as error:
        print(f'error: {error}', file=sys.stderr)
        if error.hint:
            print(f'hint: {error.hint}', file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception:  # pylint: disable=broad-exception-caught  # the boundary of the program
        traceback.print_exc()
        print('error: this is a fault of trueup; please report it with the lines above', file=sys.stderr)
        return ExitCode.INTERNAL


def run() -> None:
    """The console script: file names that the terminal can't show must not stop a commit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors='backslashreplace')
    words = ['trueup-hook', *sys.argv[1:]]
    replay.begin(words)
    replay.end(words, main())


if __name__ == '__main__':
    run()

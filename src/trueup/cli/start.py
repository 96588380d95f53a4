"""The installed `trueup`: what a `lint` or a `--help` said before is said again if nothing has changed since.

What is imported here is paid for by every call, so it is next to nothing.
"""

from __future__ import annotations

import sys


def run() -> None:
    """The program."""
    words = sys.argv[1:]
    if words and words[0] == 'lint' and not {'-h', '--help'}.intersection(words):
        from trueup.lint import replay

        replay.begin(['trueup', *words])
        from trueup.cli.main import main

        replay.end(['trueup', *words], main(words))
    if words in (['-h'], ['--help']) and not sys.stdout.isatty():
        from trueup.lint import replay

        replay.begin(['trueup', *words])
        from trueup.cli._help import say_help

        replay.end(['trueup', *words], say_help(words))
    from trueup.cli.main import run as run_command

    run_command()

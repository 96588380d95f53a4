"""The installed `trueup`: says again what a `lint` said before if nothing has changed; else hands over to the commands.

What is imported here is paid for by every call, so it is next to nothing.
"""

from __future__ import annotations

import sys


def run() -> None:
    """The program."""
    words = sys.argv[1:]
    if words and words[0] == 'lint':
        from trueup.lint import replay

        replay.begin(['trueup', *words])
        from trueup.cli.main import main

        code = main(words)
        replay.settle(['trueup', *words], code)
        sys.exit(code)
    from trueup.cli.main import run as run_command

    run_command()

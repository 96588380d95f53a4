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
        _help(words)
    from trueup.cli.main import run as run_command

    run_command()


def _help(words: list[str]) -> None:
    """The list of commands changes with the program only."""
    from trueup.lint import replay

    replay.begin(['trueup', *words])
    import io
    import time
    from contextlib import redirect_stdout

    from trueup.cli import main

    moment = time.time_ns()
    said = io.StringIO()
    with redirect_stdout(said):
        code = main.main(words)
    sys.stdout.write(said.getvalue())
    if main.__file__:
        data = said.getvalue().encode(sys.stdout.encoding, sys.stdout.errors or 'strict')
        replay.offers.append(replay.Offer([main.__file__, __file__], moment, data, b''))
    replay.end(['trueup', *words], code)

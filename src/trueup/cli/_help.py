"""`trueup --help`, kept for the next time: it changes with the program only."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stdout

from trueup.cli import main
from trueup.lint import replay


def say_help(words: Sequence[str]) -> int:
    """Print it and offer it to the entry."""
    moment = time.time_ns()
    said = io.StringIO()
    with redirect_stdout(said):
        code = main.main(words)
    sys.stdout.write(said.getvalue())
    data = said.getvalue().encode(sys.stdout.encoding, sys.stdout.errors or 'strict')
    replay.offers.append(replay.Offer([str(main.__file__), __file__], moment, data, b''))
    return code

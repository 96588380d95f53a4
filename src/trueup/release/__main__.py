"""`python -m trueup.release [VERSION]`, which `nox -s release` runs: make one release of the standard here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode, UserError
from trueup.release.session import release, summary


def main(argv: Sequence[str] | None = None) -> int:
    """Release the repository of the current folder; pushes nothing."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if len(arguments) > 1 or any(one.startswith('-') for one in arguments):
        print('usage: python -m trueup.release [X.Y.Z]', file=sys.stderr)
        return ExitCode.USAGE
    try:
        done = release(Path.cwd(), ''.join(arguments), lambda line: print(line, file=sys.stderr, flush=True))
    except UserError as error:
        print(f'release: {error}\nhint: {error.hint}', file=sys.stderr)
        return error.exit_code
    for name, text in summary(done).items():
        print(f'{name:<5} {text}')
    return ExitCode.CLEAN


if __name__ == '__main__':
    sys.exit(main())

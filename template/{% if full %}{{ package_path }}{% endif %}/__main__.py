"""The command line: `python -m` and the name of this package, then `serve`, `--help` or nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .app import DISTRIBUTION, create_app, installed_version
from .configs.settings import Settings
from .plumbing.cli import run


def main(argv: Sequence[str] | None = None) -> int:
    """Serve, or say what is wrong; the exit code."""
    return run(argv, service=DISTRIBUTION, version=installed_version(), settings=Settings, create_app=create_app)


if __name__ == '__main__':
    sys.exit(main())

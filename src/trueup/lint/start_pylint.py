"""Start pylint in this process, with the service's packages *behind* pylint's own; run as a script, never imported.

Its input is JSON: `packages` (import folders of the service), `count` (of files) and `arguments`. PYTHONPATH would put the folders in front
and feed pylint the service's astroid; a long list of files would not fit on a command line everywhere.

A syntax tree is full of cycles that live as long as the process. Python's collector looks at all of them again and again,
and takes them apart once more at the end: more than half of pylint's time. Neither changes a message.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys

YOUNG, MIDDLE, OLD = 100_000, 50, 1000
"""Thresholds of the collector: rarely, but memory stays within a few hundredths of what it is without them."""
FEW = 100
"""Files up to which it is not needed at all: what it would free is less than a tenth."""


def start() -> None:
    """Hand over to pylint as `python -m pylint` does; end the process with its exit code, and nothing else."""
    order = json.load(sys.stdin)
    sys.path.extend(folder for folder in order['packages'] if folder not in sys.path)
    sys.argv = ['pylint', *order['arguments']]
    if order['count'] > FEW:
        gc.set_threshold(YOUNG, MIDDLE, OLD)
    else:
        gc.disable()
    code = 0
    try:
        runpy.run_module('pylint', run_name='__main__')
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = end.code or 0
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == '__main__':
    start()

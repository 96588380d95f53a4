"""Start pylint in this process, with the service's packages *behind* pylint's own; run as a script, never imported.

Its input is JSON: `packages` (import folders of the service) and `arguments`. PYTHONPATH would put the folders in front
and feed pylint the service's astroid; a long list of files would not fit on a command line everywhere.
"""

from __future__ import annotations

import json
import runpy
import sys


def start() -> None:
    """Hand over to pylint as `python -m pylint` does; it ends the process with its own exit code."""
    order = json.load(sys.stdin)
    sys.path.extend(folder for folder in order['packages'] if folder not in sys.path)
    sys.argv = ['pylint', *order['arguments']]
    runpy.run_module('pylint', run_name='__main__')


if __name__ == '__main__':
    start()

"""Writes rules.yml, rules_test.yml and dashboard.json beside slo.yml, and lets promtool, where it is, check them.

`python -m <package>.plumbing.monitoring [--check] [FOLDER]`; with --check nothing is written, and what is not current
is an error.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .files import PROMISES, generated
from .slo import SloError


def main(argv: Sequence[str] | None = None) -> int:
    """0: written, or current. 1: not current, or refused by promtool. 2: slo.yml is wrong."""
    parser = argparse.ArgumentParser(prog='monitoring', description='Rules and dashboard from the promises in slo.yml.')
    parser.add_argument('folder', nargs='?', type=Path, default=Path('monitoring'), help='holds slo.yml')
    parser.add_argument('--check', action='store_true', help='write nothing, fail where a file is not current')
    chosen = parser.parse_args(argv)
    try:
        files = generated(chosen.folder)
    except SloError as error:
        sys.stderr.write(f'error: {error}\n')
        return 2
    old = [path for path, text in files.items() if not path.is_file() or path.read_text(encoding='utf-8') != text]
    for path in old:
        sys.stdout.write(f'{path}: {"not current" if chosen.check else "written"}\n')
        if not chosen.check:
            path.write_text(files[path], encoding='utf-8', newline='\n')
    if chosen.check and old:
        sys.stderr.write(f'error: not what {chosen.folder / PROMISES} asks for; run `make monitoring`\n')
        return 1
    return _promtool(chosen.folder)


def _promtool(folder: Path) -> int:
    program = shutil.which('promtool')
    if program is None:
        sys.stderr.write('note: promtool is not installed: the rules were not checked and not tested\n')
        return 0
    for command in (['check', 'rules', 'rules.yml'], ['test', 'rules', 'rules_test.yml']):
        code = subprocess.run([program, *command], cwd=folder, check=False).returncode
        if code:
            return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())

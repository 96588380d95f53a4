"""What becomes of services after their adoption: updated with stock Copier and with trueup, left for good, taken back.

    python benchmarks/adopted.py REPO... [--standard FOLDER] [--work DIR]

Nothing is written into a given repository: each is copied, adopted at the first of two versions of a standard, and then, every
time from there:

* copier: `copier update` of stock Copier to the second version: its exit code, and files with conflict markers; `check` on
  what it left once `trueup resolve` has merged what it could (exit code, and open files);
* update: exit code of `trueup update` to the second version, and of `check` on its branch;
* eject: exit code of `trueup eject`; left: files that still name trueup then;
* undone: whether `undo` gave back the identical tree, for the update, the eject, and the adoption.

Without --standard one with two versions is built from the checkout.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from _adoption import TRUEUP, git, picture, run  # noqa: E402  # it imports from the checkout, too

from tests.demo.tools import poetry_mirror  # noqa: E402  # the checkout is no package
from tests.support.standard import build_standard  # noqa: E402

OLD, NEW = 'v0.1.0', 'v0.2.0'
HEAD = '| service | adopt | copier | markers | resolve | check | update | check | eject | left | undone |'
MARKER = re.compile(rb'^(?:<{7}|>{7}) ', re.M)


@dataclass
class Row:
    """One service."""

    name: str
    cells: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    undone: list[bool] = field(default_factory=list)

    def tell(self, *values: object) -> None:
        """Add cells."""
        self.cells += [str(value) for value in values]

    def __str__(self) -> str:
        return f'| {" | ".join([self.name, *self.cells])} |'


def follow(source: Path, standard: Path, work: Path) -> Row:
    """Everything that may become of one service."""
    row, copy = Row(source.name), work / source.name / source.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    shutil.copytree(source, copy, symlinks=True)
    before = picture(copy)
    given = ['--defaults', '--verify', 'none', '--switch', '--standard', f'{standard}@{OLD}']
    adopted = run([*TRUEUP, 'adopt', *given], copy)
    row.tell(adopted.code)
    if adopted.code not in (0, 3):
        row.notes.append((adopted.err.strip() or adopted.out.strip()).splitlines()[-1])
        return row
    start, state = git(copy, 'rev-parse', 'HEAD').strip(), picture(copy)
    _copier(row, copy)
    _back(copy, start)
    _update(row, copy, state)
    _eject(row, copy, state)
    undo = run([*TRUEUP, 'undo'], copy)
    row.undone.append(undo.code == 0 and picture(copy) == before)
    row.tell('/'.join(map(_yes, row.undone)))
    if undo.code:
        row.notes.append(f'undo: {undo.err.strip()}')
    return row


def _copier(row: Row, copy: Path) -> None:
    command = [sys.executable, '-m', 'copier', 'update', '--defaults', '--quiet', '--vcs-ref', NEW, '.']
    done = run(command, copy)
    marked = [name for name in git(copy, 'ls-files', '-z').split('\0') if name and MARKER.search(_bytes(copy / name))]
    row.tell(done.code, len(marked))
    if done.code:
        row.notes.append(f'copier: {done.err.strip().splitlines()[-1]}')
    resolved = run([*TRUEUP, 'resolve'], copy)
    row.tell(resolved.code, run([*TRUEUP, 'check', '--quiet'], copy).code)
    left = [name for name in marked if MARKER.search(_bytes(copy / name))]
    row.notes += [
        f'copier left markers in {", ".join(marked)}; after `trueup resolve`: {", ".join(left) or "none"}'
    ] * bool(marked)


def _update(row: Row, copy: Path, state: object) -> None:
    done = run([*TRUEUP, 'update', '--verify', 'none', '--switch', '--to', NEW], copy)
    checked = run([*TRUEUP, 'check', '--quiet'], copy)
    row.tell(done.code, checked.code)
    if done.code:
        row.notes += [line for line in (done.out + done.err).splitlines() if line.startswith('  ? ')][:3]
    undo = run([*TRUEUP, 'undo'], copy)
    row.undone.append(undo.code == 0 and picture(copy) == state)


def _eject(row: Row, copy: Path, state: object) -> None:
    done = run([*TRUEUP, 'eject'], copy)
    named = run(['git', 'grep', '-il', 'trueup', '--', '.'], copy).out.split()
    row.tell(done.code, ' '.join(named) or 'nothing')
    if done.code:
        row.notes.append(f'eject: {(done.err or done.out).strip().splitlines()[-1]}')
    undo = run([*TRUEUP, 'undo'], copy)
    row.undone.append(undo.code == 0 and picture(copy) == state)


def _back(copy: Path, commit: str) -> None:
    """To the adopted state, without what a trial left."""
    git(copy, 'reset', '--quiet', '--hard', commit)
    git(copy, 'clean', '--quiet', '-d', '--force')


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b''


def _yes(value: bool) -> str:
    return 'yes' if value else 'NO'


def main(argv: Sequence[str]) -> int:
    """Print a row for each; 1 when something could not be taken back."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('repositories', nargs='+', metavar='REPO')
    parser.add_argument('--standard', type=Path)
    parser.add_argument('--work', type=Path)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        os.environ.setdefault('TRUEUP_CACHE', str(Path(scratch) / 'cache'))
        if index := poetry_mirror():
            os.environ.setdefault('POETRY_PYPI_MIRROR_URL', index)
        standard = given.standard or build_standard(Path(scratch) / 'trueup', versions=('0.1.0', '0.2.0'))
        print(HEAD, '|---' * HEAD.count(' | ') + '|---|', sep='\n', flush=True)
        rows = []
        for name in given.repositories:
            rows.append(follow(Path(name).resolve(), standard.resolve(), given.work or Path(scratch) / 'work'))
            print(rows[-1], flush=True)
    for row in rows:
        print(*(f'  {row.name}: {note}' for note in row.notes), sep='\n')
    return int(any('NO' in row.cells[-1] for row in rows))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

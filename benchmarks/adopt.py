"""Adopts copies of services and prints what came of each: one row, the totals, and what went wrong.

    python benchmarks/adopt.py REPO[::SERVICE_ROOT]... [--standard URL@TAG] [--verify none|static|tests]
                               [--skip lint,hooks,lock] [--dates FILE] [--work DIR] [--json FILE]

Nothing is written into a given repository. Without --standard one is built from the checkout. `--dates` is a file of
lines `NAME YYYY-MM-DD`: the index is then seen as it was on that day. Columns:

* adopt: exit code (0 done, 3 done and decisions wait, 4 stopped because something would break, 5 refused); wall seconds;
* light: CPU seconds and peak memory of `adopt --plan`, which is everything but lock, verification and lint;
* check: exit code on the branch, `=` when it lists exactly the keys that the adoption left open;
* lock, lint, hooks: exit codes of `poetry check --lock`, `nox -s lint`, `pre-commit run --all-files` on the branch; `=`
  when only `trueup check` (with exactly the open keys) and `poetry check` fail, as they do until a person has decided, `~`
  when only hooks fail that fail without the adoption too;
* oracle: requirements, extras, scripts and Pythons that differ unsaid, that differ and are told, and how many there are, by
  `_oracle.py`, which shares nothing with the engine; `-` where Poetry is not the result;
* tests: what the verification says of the service's own tests; new: files that the branch adds;
* lost: pieces of content neither in the branch nor in the report, and pieces that only the report's text of a removed file
  shows, by `_lost.py`;
* same: whether the checkout was left alone, and whether `undo` gave back the identical tree.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from _adoption import CRASH, Options, Row, measure  # noqa: E402  # reads with the oracle of the tests

from tests.demo.tools import poetry_mirror  # noqa: E402  # the checkout is no package
from tests.support.standard import build_standard  # noqa: E402

HEAD = '| service | files | lines | adopt | s | light CPU s | light MB | check | lock | lint | hooks | oracle | tests | new | lost | same |'
RULE = f'|{"---|" * HEAD.count(" | ")}---|'
ENDED = (0, 3)
GOAL_FILES, GOAL_CPU, GOAL_MEMORY = 6, 10.0, 400.0


def cells(row: Row) -> str:
    """One row of the table."""
    check = '-' if row.check is None else f'{row.check}{"=" if row.check and row.exact else ""}'
    same = f'{_yes(row.untouched)}/{_yes(row.undone)}'
    figures = (row.exit, f'{row.seconds:.0f}', f'{row.light_cpu:.1f}', f'{row.light_memory:.0f}')
    hooks = f'{row.hooks}{"=" if row.only_open else "~" if row.as_before else ""}'
    hooks = '-' if row.hooks is None else hooks
    codes = tuple('-' if code is None else code for code in (row.poetry, row.lint, hooks))
    added = '-' if row.added is None else row.added
    found = (
        row.name,
        row.files,
        row.lines,
        *figures,
        check,
        *codes,
        (
            '-'
            if row.oracle is None
            else '/'.join(map(str, (len(row.oracle.wrong), len(row.oracle.told), row.oracle.total)))
        ),
        row.tests,
        added,
        f'{len(row.lost)}/{len(row.shown)}',
        same,
    )
    return f'| {" | ".join(map(str, found))} |'


def _yes(value: bool | None) -> str:
    return '-' if value is None else 'yes' if value else 'NO'


def good(row: Row) -> bool:
    """Whether it ended with a branch on which everything that was looked at is as it should be."""
    hooks = 0 if row.only_open or row.as_before else row.hooks
    codes = [code for code in (row.poetry, row.lint, hooks) if code is not None]
    return row.exit in ENDED and row.check is not None and bool(row.exact) and not any(codes)


def totals(rows: Sequence[Row]) -> list[str]:
    """The figures that an adoption is held to."""
    python3 = [row for row in rows if row.python3]
    fine = [row for row in python3 if good(row)]
    waiting = sum(row.exit == 3 for row in fine)
    harmed = [row.name for row in rows if not row.untouched or not row.undone]
    added = [row.added for row in rows if row.added is not None]
    read = [row for row in rows if row.oracle is not None]
    return [
        f'services: {len(rows)}, with Python 3 code: {len(python3)}',
        f'exceptions or hangs: {sum(row.exit in (CRASH, -1) for row in rows)}; harmed: {harmed or 0}',
        f'good branch: {len(fine)} of {len(python3)} ({_share(len(fine), len(python3))}), of these with open decisions: '
        f'{waiting} ({_share(waiting, len(fine))})',
        f'oracle: {sum(not row.oracle.wrong for row in read)} of {len(read)} equal, '
        f'{sum(row.oracle.total for row in read)} statements, {sum(len(row.oracle.told) for row in read)} told',
        f'lost unsaid: {sum(len(row.lost) for row in rows)}; most new files: {max(added, default=0)} (goal {GOAL_FILES})',
        f'light, most: {max((row.light_cpu for row in rows), default=0):.1f} s CPU (goal {GOAL_CPU:.0f}), '
        f'{max((row.light_memory for row in rows), default=0):.0f} MB (goal {GOAL_MEMORY:.0f})',
    ]


def _share(part: int, whole: int) -> str:
    return f'{100 * part / whole:.0f} %' if whole else '-'


def main(argv: Sequence[str]) -> int:
    """Measure what was asked for; 1 when any service met an exception, a hang, harm or a loss."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('repositories', nargs='+', metavar='REPO')
    parser.add_argument('--standard', default='')
    parser.add_argument('--verify', default='none', choices=('none', 'static', 'tests'))
    parser.add_argument('--skip', default='')
    parser.add_argument('--dates', type=Path)
    parser.add_argument('--work', type=Path)
    parser.add_argument('--json', type=Path)
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        place = given.work or Path(scratch) / 'work'
        os.environ.setdefault('TRUEUP_CACHE', str(Path(scratch) / 'cache'))
        if index := poetry_mirror():
            os.environ.setdefault('POETRY_PYPI_MIRROR_URL', index)
        standard = given.standard or f'{build_standard(Path(scratch) / "trueup", versions=("0.1.0",))}@v0.1.0'
        options = Options(standard, place, given.verify, frozenset(given.skip.split(',')), _dates(given.dates))
        rows = _measure_all(given.repositories, options)
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1), encoding='utf-8')
    print('', *totals(rows), sep='\n')
    broken = any(row.exit in (CRASH, -1) or row.lost or not (row.untouched and row.undone) for row in rows)
    return int(broken)


def _measure_all(repositories: Sequence[str], options: Options) -> list[Row]:
    print(HEAD, RULE, sep='\n', flush=True)
    rows = []
    for repository in repositories:
        source, _, root = repository.partition('::')
        rows.append(measure(Path(source).resolve(), root or '.', options))
        print(cells(rows[-1]), flush=True)
    for row in rows:
        for note in (
            *dict.fromkeys(row.notes),
            *(f'lost {piece.kind} of {piece.path}: {piece.text[:120]}' for piece in row.lost),
        ):
            print(f'  {row.name}: {note}')
    return rows


def _dates(path: Path | None) -> dict[str, str]:
    lines = path.read_text(encoding='utf-8').splitlines() if path else []
    return dict(line.split()[:2] for line in lines if line.strip())


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

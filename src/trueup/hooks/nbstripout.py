"""Takes results out of Jupyter notebooks: they bloat the history, and may show data that nobody meant to commit."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from trueup.errors import ExitCode, UserError
from trueup.git import tracked_paths
from trueup.hooks._arguments import parse
from trueup.hooks._hook import Hook

KEEP = 'keep_output'
"""Tag, or key in the metadata of a cell or of the notebook, by which results stay, as the tool nbstripout has it."""

CELL_NOISE = ('ExecuteTime', 'collapsed', 'execution', 'heading_collapsed', 'hidden', 'scrolled')
BOOK_NOISE = ('signature', 'widgets')

BOM = '\ufeff'


class Stripped(NamedTuple):
    """A notebook without results, and how many of its cells had some."""

    text: str
    cells: int


def strip_notebook(text: str) -> Stripped:
    """The notebook without outputs, execution counts and traces of a run; the very same text if it has none.

    Raises ValueError for what is no notebook. Format: https://nbformat.readthedocs.io/en/latest/format_description.html
    """
    book = json.loads(text.removeprefix(BOM))
    if not isinstance(book, dict) or not any(isinstance(book.get(name), list) for name in ('cells', 'worksheets')):
        raise ValueError('it has no list of cells')
    if _metadata(book).get(KEEP):
        return Stripped(text, 0)
    stripped = sum(_strip_cell(cell) for cell in _cells(book))
    traces = _remove(_metadata(book), BOOK_NOISE)
    return Stripped(_dump(book, text), stripped) if stripped or traces else Stripped(text, 0)


def _run(argv: Sequence[str]) -> int:
    arguments = parse(argv)
    names = arguments.files or tuple(name for name in tracked_paths(Path.cwd()) if name.endswith('.ipynb'))
    worst, stripped = int(ExitCode.CLEAN), False
    for name in names:
        path = Path(name)
        if path.is_symlink() or not path.is_file():
            continue
        before = path.read_bytes()
        try:
            after = strip_notebook(before.decode('utf-8'))
        except (ValueError, RecursionError) as error:
            print(f'{name}: not a notebook that can be read: {error}')
            worst = ExitCode.FINDINGS
            continue
        if after.text.encode('utf-8') == before:
            continue
        worst = ExitCode.FINDINGS
        print(
            f'{name}: {"would be stripped" if arguments.check else "stripped"} of the results of {_count(after.cells)}'
        )
        if not arguments.check:
            _write(path, after.text)
            stripped = True
    if stripped:
        print(f'hint: `git add` it, then commit again; a cell with the tag "{KEEP}" keeps its results', file=sys.stderr)
    return worst


def _count(cells: int) -> str:
    return '1 cell' if cells == 1 else f'{cells} cells'


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode('utf-8'))
    except OSError as error:
        raise UserError('can not be written', where=str(path), hint=str(error.strerror)) from error


def _cells(book: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Cells of format 4, and those of the worksheets of format 3."""
    sheets = book.get('worksheets')
    holders = [book, *(sheet for sheet in (sheets if isinstance(sheets, list) else []) if isinstance(sheet, dict))]
    for holder in holders:
        found = holder.get('cells')
        yield from (cell for cell in (found if isinstance(found, list) else []) if isinstance(cell, dict))


def _strip_cell(cell: dict[str, Any]) -> bool:
    """Empty one cell of what a run left; says whether there was something."""
    metadata = _metadata(cell)
    tags = metadata.get('tags')
    if metadata.get(KEEP) or (isinstance(tags, list) and KEEP in tags):
        return False
    changed = _remove(metadata, CELL_NOISE)
    if cell.get('outputs'):
        cell['outputs'] = []
        changed = True
    for counter in ('execution_count', 'prompt_number'):
        if cell.get(counter) is not None:
            cell[counter] = None
            changed = True
    return changed


def _metadata(holder: dict[str, Any]) -> dict[str, Any]:
    found = holder.get('metadata')
    return found if isinstance(found, dict) else {}


def _remove(table: dict[str, Any], names: Sequence[str]) -> bool:
    present = [name for name in names if name in table]
    for name in present:
        del table[name]
    return bool(present)


def _dump(book: dict[str, Any], model: str) -> str:
    """As JSON in the manner of `model`: indentation, escapes, line ends, end of file, byte order mark."""
    indent = re.search(r'[{\[]\r?\n([ \t]+)', model)
    separators = None if indent or re.search(r'":\s', model) else (',', ':')
    escapes = model.removeprefix(BOM).isascii() and r'\u' in model
    escapes = escapes or bool(re.search('[\ud800-\udfff]', json.dumps(book, ensure_ascii=False)))
    text = json.dumps(book, indent=indent[1] if indent else None, ensure_ascii=escapes, separators=separators)
    end = model[len(model.rstrip()) :]
    text = text.replace('\n', '\r\n') if '\r\n' in model else text
    return (BOM if model.startswith(BOM) else '') + text + end


HOOK = Hook(
    id='nbstripout',
    name='nbstripout',
    description='takes outputs and execution counts out of notebooks; cells with the tag `keep_output` keep them',
    run=_run,
    types=('jupyter',),
)

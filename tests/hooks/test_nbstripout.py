"""Notebooks lose what a run left in them, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hooks.conftest import RunHook, Track
from trueup.hooks.nbstripout import strip_notebook

SECRET = 'patient 4711'


def notebook(**more: Any) -> dict[str, Any]:
    """A notebook with one cell that was run, and one that is only text."""
    code = {
        'cell_type': 'code',
        'execution_count': 3,
        'id': 'a1',
        'metadata': {'tags': ['x'], 'scrolled': True},
        'outputs': [{'output_type': 'stream', 'name': 'stdout', 'text': [SECRET]}],
        'source': ['print("größe")'],
    }
    text = {'cell_type': 'markdown', 'id': 'b2', 'metadata': {}, 'source': ['# Größe']}
    book = {'cells': [code, text], 'metadata': {'kernelspec': {'name': 'python3'}}, 'nbformat': 4, 'nbformat_minor': 5}
    return book | more


def written(book: dict[str, Any], **options: Any) -> str:
    """As Jupyter writes it."""
    return json.dumps(book, indent=1, ensure_ascii=False, **options) + '\n'


def test_results_go_and_the_rest_stays() -> None:
    """Byte for byte the text that Jupyter writes of a notebook that never ran."""
    after = strip_notebook(written(notebook()))
    expected = notebook()
    expected['cells'][0] |= {'execution_count': None, 'outputs': [], 'metadata': {'tags': ['x']}}
    assert after == (written(expected), 1)
    assert strip_notebook(after.text) == (after.text, 0)


def test_what_is_tagged_stays() -> None:
    """A figure that belongs to the text is kept by a tag, by the cell's metadata, or for the whole notebook."""
    for metadata in ({'tags': ['keep_output']}, {'keep_output': True}):
        book = notebook()
        book['cells'][0]['metadata'] = metadata
        assert strip_notebook(written(book)) == (written(book), 0)
    whole = written(notebook(metadata={'keep_output': True}))
    assert strip_notebook(whole) == (whole, 0)


@pytest.mark.parametrize(
    'style',
    [
        lambda text: text,
        lambda text: text.rstrip('\n'),
        lambda text: text.replace('\n', '\r\n'),
        lambda text: '\ufeff' + text,
        lambda text: json.dumps(json.loads(text), indent=4, ensure_ascii=True) + '\n',
        lambda text: json.dumps(json.loads(text), separators=(',', ':'), ensure_ascii=False),
        lambda text: json.dumps(json.loads(text), ensure_ascii=False),
        lambda text: json.dumps(json.loads(text), indent='\t', ensure_ascii=False),
    ],
)
def test_manner_of_writing_stays(style: Any) -> None:
    """Indentation, escapes, line ends, final newline and byte order mark are those of before."""
    expected = notebook()
    expected['cells'][0] |= {'execution_count': None, 'outputs': [], 'metadata': {'tags': ['x']}}
    assert strip_notebook(style(written(notebook()))).text == style(written(expected))


def test_format_3() -> None:
    """Old notebooks keep their cells in worksheets and count in `prompt_number`."""
    old = {
        'metadata': {'name': '', 'signature': 'sha256:1'},
        'nbformat': 3,
        'worksheets': [{'cells': [{'cell_type': 'code', 'outputs': [{'text': SECRET}], 'prompt_number': 1}]}],
    }
    after = strip_notebook(written(old))
    assert SECRET not in after.text and 'signature' not in after.text and after.cells == 1


def test_half_a_character() -> None:
    """JSON may hold half of a surrogate pair, UTF-8 may not: it stays an escape."""
    book = notebook()
    book['cells'][0]['source'] = ['HALF größe']
    after = strip_notebook(written(book).replace('HALF', r'\ud83d'))
    assert json.loads(after.text.encode())['cells'][0]['source'] == ['\ud83d größe']


@pytest.mark.parametrize('text', ['', '[]', '{}', '{"cells": 1}', '<<<<<<< ours\n', '{"cells": [}'])
def test_no_notebook(text: str) -> None:
    """What can't be read is not guessed at."""
    with pytest.raises(ValueError, match=r'.'):
        strip_notebook(text)


def test_strange_cells_are_passed_over() -> None:
    """Cells and metadata that are not what the format says are left as they are."""
    text = written({'cells': [1, None, {'metadata': None}, {'metadata': [], 'outputs': None}], 'metadata': 'x'})
    assert strip_notebook(text) == (text, 0)


def test_hook(repository: Path, track: Track, run_hook: RunHook) -> None:
    """As a formatter: it writes and stops the commit, once; a file that is no notebook is named."""
    name = 'über blick.ipynb'
    track({name: written(notebook()), 'sub/clean.ipynb': written(notebook(cells=[])), 'broken.ipynb': '{'})
    path = repository / name
    path.chmod(0o755)
    code, out, _ = run_hook('nbstripout', '--check', name)
    assert (code, out) == (1, f'{name}: would be stripped of the results of 1 cell\n') and SECRET in path.read_text(
        encoding='utf-8'
    )
    code, out, err = run_hook('nbstripout')
    assert code == 1 and f'{name}: stripped of the results of 1 cell\n' in out and 'then commit again' in err
    assert 'broken.ipynb: not a notebook that can be read' in out and 'clean' not in out
    assert SECRET not in path.read_text(encoding='utf-8') and path.stat().st_mode & 0o111
    assert run_hook('nbstripout', name, 'sub/clean.ipynb') == (0, '', '')

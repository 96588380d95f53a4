"""What can be said of files without running anything."""

from __future__ import annotations

import warnings

import pytest

from trueup.model import File
from trueup.repo import repo_from_tree
from trueup.verify._static import parse_all


def digest(text: str) -> str:
    """Digest of the meaning of a Python text."""
    return parse_all(repo_from_tree({'a.py': File(text.encode())}))[1]['a.py']


@pytest.mark.parametrize(
    ('one', 'other'),
    [
        ("x = 'a'\n", 'x = "a"  # why\n'),
        ('def f(a,b): return a\n', 'def f(\n    a,\n    b,\n):\n    return a\n'),
        ('def f():\n    """Says.\n\n      More.\n    """\n', 'def f():\n    """Says.\n\n    More.\n    """\n'),
        ('x = 1\n', '\ufeffx = 1\r\n'),
    ],
)
def test_formatting_keeps_the_meaning(one: str, other: str) -> None:
    """Quotes, layout, comments, docstring indentation, line endings and a BOM are no change."""
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ('one', 'other'),
    [('x = 1\n', 'x = 2\n'), ('def f(a): pass\n', 'def f(b): pass\n'), ('x = "a b"\n', 'x = "a  b"\n')],
)
def test_other_meaning_is_seen(one: str, other: str) -> None:
    """A changed value, name or text is a change."""
    assert digest(one) != digest(other)


def test_each_syntax() -> None:
    """Broken files say where; what is no file of that syntax (templates, binaries, foreign tags) is left out or accepted."""
    files, code = parse_all(
        repo_from_tree(
            {
                'good.py': File(b'x = "\\d"\n'),
                'old.py': File(b'print "x"\n'),
                'good.toml': File(b'a = 1\r\nb = 2\r\n'),
                'bad.toml': File(b'a = 1\na = 2\n'),
                'poetry.lock': File(b'[metadata]\n'),
                'good.yml': File(b'a: !Ref x\n---\nb: !!python/name:os.system\n'),
                'bad.yaml': File(b'a: [1\nb: 2\n'),
                'chart/x.yaml': File(b'{{- if .Values.x }}\na: {{ .b }}\n{{- end }}\n'),
                'good.json': File(b'{}'),
                'bad.json': File(b'{,}'),
                'binary.py': File(b'\0\1'),
                'latin.py': File('x = "é"'.encode('latin-1')),
                'marker.py': File(b'<<<<<<< HEAD\nx = 1\n'),
                'notes.txt': File(b'{'),
            }
        )
    )
    assert {path: error for path, error in files.items() if error} == {
        'bad.json': 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)',
        'bad.toml': 'Cannot overwrite a value (at line 2, column 6)',
        'bad.yaml': "line 2: did not find expected ',' or ']'",
        'marker.py': 'line 1: invalid syntax',
        'old.py': "line 1: Missing parentheses in call to 'print'. Did you mean print(...)?",
    }
    assert {path for path, error in files.items() if not error} == {
        'good.py',
        'good.toml',
        'poetry.lock',
        'good.yml',
        'good.json',
    }
    assert list(code) == ['good.py']


def test_warnings_of_old_code_stay_quiet() -> None:
    """An invalid escape in a service must not become an error of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        digest('x = "\\d"\n')

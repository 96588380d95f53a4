"""Message for message what the stock tools say, run by hand on the same repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.lint.files import python_files
from trueup.lint.run import LintOptions, lint

Row = tuple[str, int, int, str]

FAULTY = '''"""Has a fault for each tool."""
import sys
import os, json

def add( a,b ):
    unused = 1
    return undefined_name+a


class x:
    def __init__(self, a, b, c, d, e, f, g):
        self.long = "a line that is much longer than the service allows, even for a service that allows a hundred columns"
'''
REPEATED = '''"""Says the same as the other."""


def steps(values):
    """Do it."""
    first = [value + 1 for value in values]
    second = [value * 2 for value in first]
    third = [value - 3 for value in second]
    fourth = [value / 4 for value in third]
    return fourth
'''
PYPROJECT = """[tool.black]
line-length = 100
skip-string-normalization = true
extend-exclude = "generated"

[tool.isort]
profile = "black"
extend_skip = ["generated"]

[tool.flake8]
max-line-length = 100
extend-ignore = ["E203"]
per-file-ignores = ["tests/*:E225"]
extend-exclude = ["generated"]

[tool.pylint.main]
fail-under = 7.5
ignore = ["generated"]

[tool.pylint.format]
max-line-length = 100

[tool.pylint.similarities]
min-similarity-lines = 4
ignore-signatures = false

[tool.pylint."messages control"]
disable = ["missing-class-docstring"]
"""
SAMPLE: dict[str, str | bytes] = {
    'pyproject.toml': PYPROJECT,
    'src/pkg/__init__.py': '',
    'src/pkg/faulty.py': FAULTY,
    'src/pkg/one.py': REPEATED,
    'src/pkg/two.py': REPEATED,
    'src/pkg/stub.pyi': 'import os\ndef f(a) : ...\n',
    'src/pkg/mit leer.py': '"""Blank in its name."""\nimport os\n',
    'src/pkg/größe.py': '"""Not ASCII."""\nWEITE = "ß"\nx=1\n',
    'src/pkg/windows.py': FAULTY.replace('\n', '\r\n'),
    'src/pkg/marked.py': b'\xef\xbb\xbf' + FAULTY.encode(),
    'src/generated/api_pb2.py': 'import sys,os\nx  =  1\n',
    'tests/test_pkg.py': '"""Tests."""\nx=1\nimport pkg\nassert pkg\n',
    'old/legacy.py': 'print "Python 2"\n',
    'setup.py': 'from setuptools import setup\nsetup()\n',
}


def stock(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A tool as a developer starts it."""
    environment = {**os.environ, 'PYTHONUTF8': '1', 'PYTHONHASHSEED': '0'}
    return subprocess.run(
        [sys.executable, '-P', '-m', *arguments], cwd=root, capture_output=True, text=True, check=False, env=environment
    )


def stock_files(root: Path, pattern: str, *arguments: str) -> set[str]:
    """The files that a formatter names on standard error, relative to the root."""
    told = stock(root, *arguments).stderr
    return {str(Path(name).relative_to(root)) if name.startswith('/') else name for name in re.findall(pattern, told)}


def rows(root: Path, tool: str) -> set[Row]:
    """What we say about a repository."""
    result = lint(root, options=LintOptions(tools=(tool,), python=Path(sys.executable)))
    assert not result.crashed
    assert len(set(result.messages)) == len(result.messages)
    return {(message.path, message.line, message.column, message.rule) for message in result.messages}


@pytest.fixture(name='root')
def fixture_root(make: Make) -> Path:
    """The sample repository."""
    return make(SAMPLE)


def test_black_says_the_same(root: Path) -> None:
    """A run over the folder, with the folder's excludes."""
    unformatted = stock_files(root, r'would reformat (.+)', 'black', '--check', '.')
    broken = stock_files(root, r'error: cannot parse: (.+?):1:6', 'black', '--check', '.')
    assert broken == {'old/legacy.py'}
    assert rows(root, 'black') == {(path, 0, 0, 'black') for path in unformatted} | {('old/legacy.py', 1, 6, 'black')}
    assert {'src/pkg/größe.py', 'src/pkg/mit leer.py', 'src/pkg/windows.py', 'src/pkg/stub.pyi'} < unformatted


def test_isort_says_the_same(root: Path) -> None:
    """Also for a file with a blank in its name, with CRLF, with a BOM."""
    unsorted = stock_files(root, r'ERROR: (.+) Imports are', 'isort', '--check-only', '.')
    assert {'src/pkg/faulty.py', 'src/pkg/windows.py', 'src/pkg/marked.py'} <= unsorted
    assert rows(root, 'isort') == {(path, 0, 0, 'isort') for path in unsorted}


def test_flake8_says_the_same(root: Path) -> None:
    """With the options of [tool.flake8]; flake8 over a folder does not look at stubs, we give it all."""
    told = stock(root, 'flake8', '--', *(name for name in python_files(root) if 'generated' not in name)).stdout
    found = re.findall(r'^(.+?):(\d+):(\d+): (\w+) ', told, re.MULTILINE)
    expected = {(os.path.normpath(path), int(line), int(column), rule) for path, line, column, rule in found}
    assert {rule for *_, rule in expected} >= {'E401', 'F401', 'F821', 'E999', 'E501', 'E225'}
    assert rows(root, 'flake8') == expected


def test_pylint_says_the_same(root: Path) -> None:
    """With its exit code and score too; duplicates are told once by each."""
    done = stock(root, 'pylint', '--', *(name for name in python_files(root) if 'generated' not in name))
    found = re.findall(r'^(.+?):(\d+):(\d+): ([A-Z]\d{4}): ', done.stdout, re.MULTILINE)
    expected = {(path, int(line), int(column), rule) for path, line, column, rule in found}
    assert {rule for *_, rule in expected} >= {'E0602', 'R0801', 'W0611', 'C0103', 'E0001', 'W2402'}
    assert rows(root, 'pylint') == expected
    score = re.search(r'rated at ([-\d.]+)/10', done.stdout)
    assert score
    result = lint(root, options=LintOptions(tools=('pylint',), python=Path(sys.executable)))
    assert f'{result.score:.2f}' == score[1]
    assert (result.failed, result.fail_under) == (done.returncode != 0, 7.5)


VERDICTS = {
    'score above fail-under': ('a = 1\n' * 30, '[tool.pylint.main]\nfail-under = 5\n'),
    'score below fail-under': ('a = 1\nimport os\n', '[tool.pylint.main]\nfail-under = 9.9\n'),
    'a message that fail-on names': ('a = 1\n' * 60, '[tool.pylint.main]\nfail-under = 1\nfail-on = ["C0114"]\n'),
    'a category that fail-on names': (
        'b = undefined\n' + 'A = 1\n' * 99,
        '[tool.pylint.main]\nfail-under=1\nfail-on="E"\n',
    ),
    'an error, and the score is good': ('b = undefined\n' + 'A = 1\n' * 99, '[tool.pylint.main]\nfail-under = 1\n'),
    'nothing to rate': ('', ''),
    'one statement': ('import os\n', '[tool.pylint.main]\nfail-under = 0\n'),
    'nothing but a syntax error': ('print "x"\n', '[tool.pylint.main]\nfail-under = 0\n'),
    'a formula of its own': ('import os\n' * 3, '[tool.pylint.reports]\nevaluation = "10 - warning - convention"\n'),
    'an unknown option': ('"""Doc."""\n', '[tool.pylint.main]\nno-such-option = 1\n'),
    'no message at all': ('"""Doc."""\n', ''),
}


@pytest.mark.parametrize('case', VERDICTS)
def test_pylint_passes_and_fails_as_stock(make: Make, case: str) -> None:
    """Exit code, score and messages of stock pylint, for each way in which it can end."""
    text, config = VERDICTS[case]
    root = make({'module.py': text, 'pyproject.toml': config})
    done = stock(root, 'pylint', 'module.py')
    score = re.search(r'rated at ([-\d.]+)/10', done.stdout)
    result = lint(root, options=LintOptions(tools=('pylint',), python=Path(sys.executable)))
    ours = None if result.score is None else f'{result.score:.2f}'
    # Where nothing is said and nothing can be rated, pylint prints no score and we print 10.
    stock_score = score[1] if score else None if done.stdout.strip() else '10.00'
    stocks = sorted(re.findall(r': ([A-Z]\d{4}): ', done.stdout))
    assert (result.failed, ours) == (done.returncode != 0, stock_score)
    assert sorted(message.rule for message in result.messages) == stocks

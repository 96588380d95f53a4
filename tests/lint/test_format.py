"""isort and black write files, and nothing of a file but its layout changes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.errors import UserError
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.files import line_reader
from trueup.lint.format import FormatResult, format_files
from trueup.lint.model import Failure, Message
from trueup.lint.run import LintOptions, lint

UGLY = 'import sys\nimport os\nx = {  1:2 }\n'
PRETTY = 'import os\nimport sys\n\nx = {1: 2}\n'


def test_both_formatters_write(make: Make) -> None:
    """After it, the checks of both find nothing; doing it again changes nothing."""
    root = make({'a.py': UGLY, 'b.py': PRETTY, 'mit leer/größe.py': UGLY})
    changed = ('a.py', 'mit leer/größe.py')
    assert format_files(root, check=True) == FormatResult(changed, checked=3)
    assert (root / 'a.py').read_text(encoding='utf-8') == UGLY
    assert format_files(root) == FormatResult(changed, checked=3)
    assert [(root / name).read_text(encoding='utf-8') for name in changed] == [PRETTY, PRETTY]
    assert format_files(root) == format_files(root, check=True) == FormatResult(checked=3)
    assert not lint(root, options=LintOptions(tools=('isort', 'black'))).failed


def test_line_ends_bom_and_mode_stay(make: Make) -> None:
    """A formatter is no reason for a diff in every line."""
    root = make({'crlf.py': UGLY.replace('\n', '\r\n'), 'bom.py': b'\xef\xbb\xbf' + UGLY.encode()})
    (root / 'bom.py').chmod(0o755)
    format_files(root)
    assert (root / 'crlf.py').read_bytes() == PRETTY.replace('\n', '\r\n').encode()
    assert (root / 'bom.py').read_bytes() == b'\xef\xbb\xbf' + PRETTY.encode()
    assert os.access(root / 'bom.py', os.X_OK)


def test_only_what_is_meant_is_written(make: Make) -> None:
    """Given files, the given tool, and the service's own excludes and options."""
    root = make(
        {
            'pyproject.toml': '[tool.black]\nextend-exclude = "generated"\n[tool.isort]\nextend_skip = ["generated"]\n',
            'a.py': UGLY,
            'b.py': UGLY,
            'generated/c.py': UGLY,
        }
    )
    assert format_files(root, ['a.py'], tools=('isort',)) == FormatResult(('a.py',), checked=1)
    assert (root / 'a.py').read_text(encoding='utf-8') == 'import os\nimport sys\n\nx = {  1:2 }\n'
    assert format_files(root).changed == ('a.py', 'b.py')
    assert (root / 'generated' / 'c.py').read_text(encoding='utf-8') == UGLY


def test_a_file_that_is_not_python_3_is_named(make: Make) -> None:
    """The others are written all the same."""
    root = make({'old.py': 'print "x"\n', 'a.py': UGLY})
    broken = Message('black', 'black', 'unparsable', 'old.py', 1, 6, 'cannot parse: not valid Python 3')
    result = format_files(root)
    assert result == FormatResult(('a.py',), (broken,), checked=2)
    assert result.failed


def test_a_broken_formatter_is_said(make: Make) -> None:
    """isort has done its part by then."""
    root = make({'pyproject.toml': '[tool.black]\nline-length = "wide"\n', 'a.py': UGLY})
    result = format_files(root)
    assert (result.changed, result.failed) == (('a.py',), True)
    assert [(failure.tool, "'wide'" in failure.text) for failure in result.crashed] == [('black', True)]
    assert isinstance(result.crashed[0], Failure)


def test_recorded_files_stay_as_they_are(make: Make) -> None:
    """Each tool leaves alone what the baseline records for it, in each service of a repository; `all_files` does not."""
    half = 'import sys\nimport os\n\nx = {1: 2}\n'
    root = make({'old.py': UGLY, 'half.py': half, 'bad.py': 'print "x"\n', 'sub/pyproject.toml': '', 'sub/o.py': UGLY})
    for folder in (root, root / 'sub'):
        found = lint(folder, options=LintOptions(tools=('isort', 'black'))).messages
        (folder / '.trueup').mkdir()
        (folder / BASELINE_FILE).write_text(Baseline.make(found, line_reader(folder)).dump(), encoding='utf-8')
    make({'half.py': UGLY, 'new.py': UGLY, 'sub/n.py': UGLY})
    old = ('old.py', 'sub/o.py')
    assert format_files(root, check=True) == FormatResult(('half.py', 'new.py', 'sub/n.py'), checked=6, left_alone=old)
    assert format_files(root) == FormatResult(('half.py', 'new.py', 'sub/n.py'), checked=6, left_alone=old)
    assert (root / 'half.py').read_text(encoding='utf-8') == half
    assert [(root / name).read_text(encoding='utf-8') for name in old] == [UGLY, UGLY]
    assert format_files(root, ['sub'], all_files=True).changed == ('sub/o.py',)
    result = format_files(root, all_files=True)
    assert (result.changed, result.left_alone) == (('half.py', 'old.py'), ())
    assert [message.path for message in result.broken] == ['bad.py']


def test_recorded_files_stay_where_they_can_not_be_checked(make: Make) -> None:
    """A formatter that fails to check says nothing about what is old: it may not write there either."""
    root = make({'old.py': UGLY})
    found = lint(root, options=LintOptions(tools=('isort', 'black'))).messages
    recorded = Baseline.make(found, line_reader(root)).dump()
    make({BASELINE_FILE: recorded, 'pyproject.toml': '[tool.black]\nline-length = "wide"\n'})
    result = format_files(root)
    assert (result.changed, [failure.tool for failure in result.crashed]) == ((), ['black'])
    assert (root / 'old.py').read_text(encoding='utf-8') == UGLY


def test_a_linter_is_no_formatter(tmp_path: Path) -> None:
    """Asking pylint to write is a mistake."""
    with pytest.raises(UserError):
        format_files(tmp_path, tools=('pylint',))

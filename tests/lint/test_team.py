"""A team's ruff as one of the linters: its tools, its findings, its files that are not Python 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup.lint.model import Job, Output
from trueup.lint.team import TOOLS, formatters_of, ruff_version, tools_of
from trueup.lint.tools import ruff, ruff_format

JOB = Job(Path('/service'), ('a.py', 'b.py'))


@pytest.mark.parametrize(
    ('answers', 'tools', 'formatters'),
    [
        (None, TOOLS, ('isort', 'black')),
        ('lint_tools: standard\n', TOOLS, ('isort', 'black')),
        ('lint_tools: ruff\nruff_format: true\n', ('ruff', 'ruff-format'), ('ruff-format',)),
        ("lint_tools: 'ruff'\nruff_format: false\n", ('ruff', 'black'), ('black',)),
        ('description: "lint_tools: ruff"\n', TOOLS, ('isort', 'black')),
    ],
)
def test_tools(tmp_path: Path, answers: str | None, tools: tuple[str, ...], formatters: tuple[str, ...]) -> None:
    """The answers decide; there is never more than one tool that lays out code."""
    if answers is not None:
        (tmp_path / '.copier-answers.yml').write_text(answers)
    assert (tools_of(tmp_path), formatters_of(tmp_path)) == (tools, formatters)


def test_version(tmp_path: Path) -> None:
    """Quoted or not, as Copier writes it."""
    (tmp_path / '.copier-answers.yml').write_text("lint_tools: ruff\nruff_version: '0.15'\n")
    assert ruff_version(tmp_path) == '0.15'


def test_findings() -> None:
    """Rule, place and text; of a file that can't be parsed only the first message, under the old name and the new."""
    item = '{"code": %s, "filename": "/service/%s", "location": {"row": %d, "column": 1}, "message": "m"}'
    rows = [item % ('"F401"', 'a.py', 3), item % ('null', 'b.py', 1), item % ('"invalid-syntax"', 'b.py', 2)]
    found = ruff.read(JOB, Output(1, f'[{",".join(rows)}]', '')).messages
    assert [(each.path, each.rule, each.line) for each in found] == [('a.py', 'F401', 3), ('b.py', 'invalid-syntax', 1)]


def test_a_crash_is_no_clean_file() -> None:
    """A broken configuration ends ruff with 2 and without JSON."""
    assert ruff.read(JOB, Output(2, '', 'ruff failed\n  Cause: error: unknown field `x`')).error
    assert ruff_format.read(JOB, Output(2, '', 'ruff failed\n  Cause: error: unknown field `x`')).error


@pytest.mark.parametrize(
    ('out', 'err'),
    [
        (
            'Would reformat: a.py\n1 file would be reformatted\n',
            'error: Failed to parse b.py:1:7: Simple statements must be separated\n',
        ),
        (
            'unformatted: File would be reformatted\n --> a.py:1:6\n  |\n\n'
            'invalid-syntax: Simple statements must be separated\n --> b.py:1:7\n  |\n',
            '',
        ),
    ],
)
def test_formatting(out: str, err: str) -> None:
    """The same in the words of ruff up to 0.14 and since."""
    found = ruff_format.read(JOB, Output(2, out, err))
    assert [(each.path, each.symbol, each.line) for each in found.messages] == [
        ('a.py', 'unformatted', 0),
        ('b.py', 'unparsable', 1),
    ]
    assert not found.error

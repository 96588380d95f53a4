"""How alike a file is to what a standard wrote, and which files that says anything about."""

from __future__ import annotations

import pytest

from trueup.lifecycle.copied import may_be_copied
from trueup.lifecycle.likeness import likeness, similarity, size
from trueup.model import File
from trueup.repo import repo_from_tree

RENDER = File(b'one\ntwo\n\nthree\nfour\nfive\n')


@pytest.mark.parametrize(
    ('ours', 'expected'),
    [
        (RENDER, 1.0),
        (File(b'\n  five\r\nfour\r\nthree\r\ntwo\r\none\r\nmore\r\n'), 1.0),
        (File(b'one\none\none\n'), 0.2),
        (File(b'other\n'), 0.0),
        (File(b'one\n\x00\n'), 0.0),
        (None, 0.0),
    ],
)
def test_share_of_the_lines(ours: File | None, expected: float) -> None:
    """Order, line ends, indentation and lines of the team's own don't count; a line counts as often as it was written."""
    assert similarity(RENDER, ours) == expected


def test_an_empty_or_binary_render_is_like_nothing() -> None:
    """There is nothing to compare."""
    assert similarity(File(b'\n'), File(b'\n')) == 0.0 and similarity(File(b'\x00'), File(b'\x00')) == 0.0


def test_a_whole_service() -> None:
    """All lines of all files together, so that a long file weighs more than a short one."""
    tree = {'a': RENDER, 'b': File(b'x\ny\nz\n'), 'c': File(b'p\nq\n')}
    assert likeness(tree, repo_from_tree({'a': RENDER, 'b': File(b'x\n'), 'd': File(b'p\n')})) == 0.6


@pytest.mark.parametrize('path', ['.gitignore', 'LICENSE', 'docs/CODE_OF_CONDUCT.md'])
def test_what_everybody_copies_says_nothing(path: str) -> None:
    """A quarter of foreign licences and ignore files are more alike than the threshold."""
    assert not may_be_copied(path, RENDER) and may_be_copied('pyproject.toml', RENDER)


def test_a_short_file_is_alike_by_chance() -> None:
    """Four lines are the shebang, an import, a call and a comment."""
    assert size(RENDER) == 5 and not may_be_copied('conftest.py', File(b'1\n2\n3\n4\n'))

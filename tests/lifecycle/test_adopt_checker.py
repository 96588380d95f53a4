"""The checker of lost content finds what is lost, or a green figure would mean nothing."""

from __future__ import annotations

import pytest

from tests.support.content import lost

SAID = {'decisions': [{'path': 'setup.cfg', 'name': 'setup.cfg::flake8.max-line-length', 'before': '100'}]}


@pytest.mark.parametrize(
    'path, before, after',
    [
        ('README.md', b'one\ntwo words\n', b'one\n'),
        ('pyproject.toml', b'[tool.black]\ntarget = "py39"\n', b'[tool.black]\n'),
        ('requirements.txt', b'flask==3.1.2\nnumpy\n', b'numpy\n'),
        ('requirements.txt', b'numpy==2.3.5\n', b'numpy==2.2.0\n'),
        ('app.py', b'def predict():\n    pass\n', b'def answer():\n    pass\n'),
        ('app.py', b'import os\n', b''),
    ],
)
def test_a_loss_is_found(path: str, before: bytes, after: bytes) -> None:
    """A line, a key, a pin, a definition."""
    assert lost({path: before}, {path: after}, {}).unsaid


def test_a_binary_file_that_vanished_is_a_loss() -> None:
    """Nobody can look for its words."""
    assert lost({'model.bin': b'\x00\x01'}, {}, {}).unsaid


def test_what_moved_or_is_said_is_no_loss() -> None:
    """A key in another file, and one that the report names."""
    before = {'setup.cfg': b'[flake8]\nmax-line-length = 100\n[metadata]\nname = scorer\n'}
    assert (
        lost(before, {'pyproject.toml': b'[project]\nname = "scorer"\n'}, SAID | {'notes': ['metadata']}).unsaid == ()
    )


def test_the_text_of_a_removed_file_is_shown_not_named() -> None:
    """A report that prints a whole file has not said what became of its lines."""
    text = '[flake8]\n' + '\n'.join(f'# remark{number}' for number in range(80))
    found = lost({'.flake8': text.encode()}, {}, {'decisions': [{'before': text}]})
    assert found.unsaid == () and len(found.shown) > 80

"""The careful mode: only what is as good as certain; everything else waits for a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from trueup.cli.main import main
from trueup.merge.three_way import merge

BASE = 'a = 1\nb = 2\nc = 3\n'
SURE = [
    ('changes of different keys', 'a = 1\nb = 2\nc = 9\n', 'a = 7\nb = 2\nc = 3\n', 'a = 7\nb = 2\nc = 9\n'),
    ('one side only', BASE, 'a = 1\nb = 5\nc = 3\n', 'a = 1\nb = 5\nc = 3\n'),
    ('the same on both', 'a = 4\nb = 2\nc = 3\n', 'a = 4\nb = 2\nc = 3\n', 'a = 4\nb = 2\nc = 3\n'),
]
OPEN = [
    ('both added at one place', BASE + 'd = 1\n', BASE + 'e = 1\n'),
    ('changed and removed', 'a = 1\nb = 9\nc = 3\n', 'a = 1\nc = 3\n'),
    ('changed differently', 'a = 5\nb = 2\nc = 3\n', 'a = 6\nb = 2\nc = 3\n'),
]


@pytest.mark.parametrize(('ours', 'theirs', 'output'), [case[1:] for case in SURE], ids=[case[0] for case in SURE])
def test_what_is_sure_is_merged(ours: str, theirs: str, output: str) -> None:
    """Changes to keys that all three sides have."""
    merged = merge(BASE, ours, theirs, path='x.toml', careful=True)
    assert (merged.text, merged.conflicts) == (output, ())


@pytest.mark.parametrize(('ours', 'theirs'), [case[1:] for case in OPEN], ids=[case[0] for case in OPEN])
def test_what_is_not_sure_stays_as_the_service_has_it(ours: str, theirs: str) -> None:
    """The conflict is told, and no byte of ours moves."""
    merged = merge(BASE, ours, theirs, path='x.toml', careful=True)
    assert merged.text == ours and merged.conflicts


def test_the_command_line_has_it(tmp_path: Path) -> None:
    """Exit 3 where the ordinary merge ends with 0."""
    for name, text in (('base', BASE), ('ours', OPEN[0][1]), ('theirs', OPEN[0][2])):
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in ('base', 'ours', 'theirs')]
    out = ['--path', 'x.toml', '--output', str(tmp_path / 'out')]
    with pytest.raises(SystemExit) as ended:
        main(['merge', *files, *out, '--careful'])
    assert ended.value.code == 3
    assert main(['merge', *files, *out]) == 0


def test_an_import_that_is_still_used_is_not_taken_away() -> None:
    """The standard stopped using it, the service did not."""
    base = 'import os\nimport sys\n\nprint(os.name)\n'
    ours = base + '\n\ndef ours():\n    return os.sep, sys.path\n'
    theirs = 'import sys\n\nprint(sys.path)\n'
    merged = merge(base, ours, theirs, path='x.py')
    assert 'import os\n' in merged.text and 'print(sys.path)\n' in merged.text


def test_what_only_the_standard_removed_is_sure() -> None:
    """Nobody changed it here, so nobody misses it; a new key of the standard is another matter."""
    merged = merge(BASE, 'a = 1\nb = 2\nc = 9\n', 'a = 1\nc = 3\n', path='x.toml', careful=True)
    assert (merged.text, merged.conflicts) == ('a = 1\nc = 9\n', ())


def test_changes_follow_a_list_to_its_new_name() -> None:
    """The standard calls it otherwise; what the service put in must not stay behind under a name that nobody reads."""
    base = 'python:\n  import:\n  - https://docs.example.com/objects.inv\n'
    ours = base + '  - https://ours.example.com/objects.inv\n'
    merged = merge(base, ours, base.replace('import', 'inventories'), path='mkdocs.yml')
    assert (merged.text, merged.conflicts) == (ours.replace('import', 'inventories'), ())


def test_a_word_that_both_took_out_is_no_conflict() -> None:
    """The standard renamed what stands beside it too."""
    base, ours = 'CHECKS = ["a_b", "gone", "last"]\n', 'CHECKS = ["a_b", "last"]\n'
    merged = merge(base, ours, 'CHECKS = ["a-b", "last"]\n', path='x.py')
    assert (merged.text, merged.conflicts) == ('CHECKS = ["a-b", "last"]\n', ())

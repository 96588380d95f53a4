"""Known findings stay known, new ones are new, and nothing ever grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import UserError
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.model import Message
from trueup.model import Debt

TEXTS = {'a.py': ['import os', 'x = 1 ', 'import os'], 'b.py': ['y=2']}


def read_line(path: str, line: int) -> str:
    """Lines of the sample files."""
    return TEXTS[path][line - 1] if 0 < line <= len(TEXTS.get(path, [])) else ''


def message(rule: str, line: int = 1, path: str = 'a.py', **values: str) -> Message:
    """A flake8 message, or whatever the values say."""
    return Message(values.get('tool', 'flake8'), rule, values.get('symbol', ''), path, line, 1, values.get('text', ''))


UNUSED = message('F401', 1)
BLACK = message('black', 0, tool='black', symbol='unformatted')


def duplicate(*modules: str, path: str = 'a.py', block: str = '') -> Message:
    """pylint's message about lines that several modules share; other lines for other modules unless given."""
    places = '\n'.join(f'=={module}:[{line}:{line + 9}]' for line, module in enumerate(modules))
    text = f'Similar lines in {len(modules)} files\n{places}\n{block or "x = " + " + ".join(sorted(modules))}'
    return message('R0801', 1, path, tool='pylint', symbol='duplicate-code', text=text)


def cycle(*modules: str) -> Message:
    """pylint's message about modules that import each other."""
    return message('R0401', 1, tool='pylint', symbol='cyclic-import', text=f'Cyclic import ({" -> ".join(modules)})')


def test_one_entry_per_line_sorted() -> None:
    """Git shows and merges single findings."""
    assert Baseline.make([UNUSED, BLACK, message('F401', 3), message('E225', 1, 'b.py')], read_line).dump() == (
        '{\n'
        '  "schema": 1,\n'
        '  "entries": [\n'
        '    {"path": "a.py", "tool": "black", "rule": "black", "symbol": "unformatted", "line": "", "count": 1},\n'
        '    {"path": "a.py", "tool": "flake8", "rule": "F401", "symbol": "", "line": "0bc74ae3e502004a", "count": 2},\n'
        '    {"path": "b.py", "tool": "flake8", "rule": "E225", "symbol": "", "line": "3ce7ec3bf3fa93ac", "count": 1}\n'
        '  ]\n'
        '}\n'
    )


def test_an_empty_baseline_is_valid() -> None:
    """A service without debt may keep the file."""
    assert Baseline().dump() == '{\n  "schema": 1,\n  "entries": []\n}\n'


def test_equal_findings_are_counted() -> None:
    """Recorded once, found twice: the second is new."""
    baseline = Baseline.make([UNUSED], read_line)
    assert baseline.split([UNUSED, message('F401', 3)], read_line) == ((message('F401', 3),), (UNUSED,))


@pytest.mark.parametrize(
    'other',
    [
        message('F811', 1),
        message('F401', 2),
        message('F401', 1, 'b.py'),
        message('F401', 1, tool='pylint'),
        message('F401', 1, symbol='unused-import'),
    ],
)
def test_whatever_differs_is_new(other: Message) -> None:
    """Another rule, text, file, tool or symbol."""
    assert Baseline.make([UNUSED], read_line).split([other], read_line) == ((other,), ())


def test_an_unformatted_file_stays_known_until_it_is_formatted() -> None:
    """Whole-file findings don't look at lines; a file that stops being Python is another matter."""
    baseline = Baseline.make([BLACK], read_line)
    broken = BLACK._replace(symbol='unparsable', line=7)
    assert baseline.split([BLACK, broken], read_line) == ((broken,), (BLACK,))


def test_the_module_docstring_does_not_hang_on_the_first_line() -> None:
    """The first line of a file changes without making the missing docstring new."""
    baseline = Baseline.make([message('C0114', 1, tool='pylint')], lambda path, line: 'before')
    assert not baseline.split([message('C0114', 1, tool='pylint')], lambda path, line: 'after')[0]


def test_duplicates_are_known_by_their_modules() -> None:
    """pylint tells them at another file in each run, and a run over some files sees only some of the modules."""
    baseline = Baseline.make([duplicate('pkg.a', 'pkg.b', 'pkg.c')], read_line)
    known = [duplicate('pkg.c', 'pkg.a', path='b.py'), duplicate('pkg.a', 'pkg.b', 'pkg.c')]
    new = duplicate('pkg.a', 'pkg.d')
    assert baseline.split([*known, new], read_line) == ((new,), tuple(known))


def test_duplicates_are_known_by_their_lines() -> None:
    """Of three equal files pylint tells one pair, and another one when only some are checked."""
    baseline = Baseline.make([duplicate('pkg.a', 'pkg.b', block='x = 1\n# why\n\ny = 2')], read_line)
    known = duplicate('pkg.b', 'pkg.c', block='    x = 1\n    y  =  2')
    new = duplicate('pkg.b', 'pkg.c', block='x = 1\ny = 3')
    assert baseline.split([known, new], read_line) == ((new,), (known,))


def test_cycles_are_known_by_their_modules() -> None:
    """The same cycle may be told from any of its modules on."""
    baseline = Baseline.make([cycle('pkg.a', 'pkg.b')], read_line)
    assert baseline.split([cycle('pkg.b', 'pkg.a'), cycle('pkg.b', 'pkg.c')], read_line) == (
        (cycle('pkg.b', 'pkg.c'),),
        (cycle('pkg.b', 'pkg.a'),),
    )


def test_shrinking_takes_out_what_is_gone() -> None:
    """Fewer of the same, gone altogether, and never more than before."""
    both = [UNUSED, message('F401', 3)]
    baseline = Baseline.make([*both, BLACK, duplicate('a', 'b'), cycle('a', 'b')], read_line)
    left = baseline.shrunk([UNUSED, message('E225', 1, 'b.py'), duplicate('b', 'a', path='b.py')], read_line)
    assert left == Baseline.make([UNUSED, duplicate('a', 'b')], read_line)


@pytest.mark.parametrize('name', ['pylint', 'E1101', 'no-member'])
def test_what_was_not_checked_stays(name: str) -> None:
    """Without the service's environment pylint can't see a missing member: that does not make it fixed."""
    baseline = Baseline.make([message('E1101', 1, tool='pylint', symbol='no-member')], read_line)
    assert baseline.shrunk([], read_line, unchecked=(name,)) == baseline


def test_debt_is_counted_by_rule_and_file() -> None:
    """Reports show how much is left."""
    baseline = Baseline.make([UNUSED, message('F401', 3), BLACK, duplicate('a', 'b')], read_line)
    assert baseline.debt() == Debt({'F401': 2, 'R0801': 1, 'black': 1}, {'(several files)': 1, 'a.py': 3})


MESSAGES = st.lists(
    st.builds(
        message, st.sampled_from(['F401', 'E225', 'black', 'C0114']), st.integers(0, 3), st.sampled_from(list(TEXTS))
    )
    | st.lists(st.sampled_from('abcd'), min_size=2, max_size=4, unique=True).map(lambda names: duplicate(*names)),
    max_size=12,
)


@given(MESSAGES)
def test_what_was_recorded_is_known(messages: list[Message]) -> None:
    """The law of the baseline: nothing that it was made from is new or gone."""
    baseline = Baseline.make(messages, read_line)
    assert baseline.split(messages, read_line)[0] == ()
    assert baseline.shrunk(messages, read_line) == baseline


@given(MESSAGES, MESSAGES)
def test_shrinking_never_grows(recorded: list[Message], found: list[Message]) -> None:
    """Whatever a run finds, no entry is added, no count rises, and doing it twice changes nothing."""
    before = Baseline.make(recorded, read_line)
    after = before.shrunk(found, read_line)
    counts = {(entry.path, entry.rule, entry.line): entry.count for entry in before.entries}
    assert all(entry.count <= counts[entry.path, entry.rule, entry.line] for entry in after.entries)
    assert after.shrunk(found, read_line) == after


@given(MESSAGES)
def test_a_written_baseline_is_read_back(tmp_path_factory: pytest.TempPathFactory, messages: list[Message]) -> None:
    """What is dumped is what is loaded."""
    root = tmp_path_factory.mktemp('service')
    (root / BASELINE_FILE).parent.mkdir()
    baseline = Baseline.make(messages, read_line)
    (root / BASELINE_FILE).write_text(baseline.dump(), encoding='utf-8')
    assert Baseline.load(root) == baseline


ENTRY = '{"path": "a", "tool": "b", "rule": "c", "symbol": "", "line": "", "count": %s}'


@pytest.mark.parametrize(
    ('text', 'said'),
    [
        (b'\xff', 'not a baseline'),
        (b'{', 'not a baseline'),
        (b'[]', 'no list "entries"'),
        (b'{"schema": 2, "entries": []}', 'schema 2 is not 1'),
        (b'{"schema": 1, "entries": [{"path": "a"}]}', 'an entry needs exactly path, tool, rule, symbol, line, count'),
        (b'{"schema": 1, "entries": [' + (ENTRY % '0').encode() + b']}', 'a count of at least 1'),
        (b'{"schema": 1, "entries": [' + (ENTRY % 'true').encode() + b']}', 'a count of at least 1'),
    ],
)
def test_a_malformed_baseline_is_refused(tmp_path: Path, text: bytes, said: str) -> None:
    """Half a baseline would make old debt new, or hide new faults."""
    (tmp_path / BASELINE_FILE).parent.mkdir()
    (tmp_path / BASELINE_FILE).write_bytes(text)
    with pytest.raises(UserError) as caught:
        Baseline.load(tmp_path)
    assert said in caught.value.message
    assert caught.value.where == str(tmp_path / BASELINE_FILE)
    assert caught.value.hint == 'restore it from Git'


def test_an_open_merge_is_told_how_to_end(tmp_path: Path) -> None:
    """Committed conflict markers: each side's lines were recorded before adoption."""
    (tmp_path / BASELINE_FILE).parent.mkdir()
    (tmp_path / BASELINE_FILE).write_text('{\n<<<<<<< HEAD\n', encoding='utf-8')
    with pytest.raises(UserError) as caught:
        Baseline.load(tmp_path)
    assert caught.value.hint == 'end the merge: keep the lines of both sides'


def test_an_entry_that_a_merge_doubled_counts_once(tmp_path: Path) -> None:
    """Both sides of a merge kept the line, one of them had shrunk it."""
    (tmp_path / BASELINE_FILE).parent.mkdir()
    entries = f'{ENTRY % 1}, {ENTRY % 3}'
    (tmp_path / BASELINE_FILE).write_text(f'{{"schema": 1, "entries": [{entries}]}}', encoding='utf-8')
    loaded = Baseline.load(tmp_path)
    assert loaded is not None
    assert loaded.total == 3


def test_no_baseline_is_none(tmp_path: Path) -> None:
    """Most services have none."""
    assert Baseline.load(tmp_path) is None

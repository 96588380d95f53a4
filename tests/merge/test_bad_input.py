"""Input that no one can merge is left as it is, with the reason; nothing raises."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.merge.markers import marked
from trueup.merge.three_way import merge
from trueup.policy import Policies
from trueup.text.encoding import decode, encode

REQUIRED = Policies.parse('schema = 1\n[[policy]]\nkeys = ["**"]\nowner = "required"\n')
BROKEN = {
    'pyproject.toml': '[tool.black]\nline-length = \n',
    'marked.toml': '<<<<<<< HEAD\n[a]\n=======\n[b]\n>>>>>>> other\n',
    'twice.toml': '[a]\nx = 1\n[a]\ny = 2\n',
    'values.yaml': 'a: [1\nb: 2\n',
    'twice.yaml': 'a: 1\na: 2\n',
    'tabs.yml': 'a:\n\tb: 1\n',
    'setup.cfg': 'no section\n',
    'twice.ini': '[a]\nx = 1\nx = 2\n',
    'hanging.ini': '[a]\nx\n  1\n',
    'settings.json': '{"a": }',
    'twice.json': '{"a": 1, "a": 2}',
}


@pytest.mark.parametrize('path', BROKEN)
def test_a_broken_file_of_the_service_is_left_to_a_person(path: str) -> None:
    """Its bytes stay, the conflict names the file as a whole and says what is wrong with it."""
    theirs = {'toml': 'a = 1\n', 'json': '{"a": 1}\n', 'cfg': '[a]\n', 'ini': '[a]\n'}.get(path.split('.')[1], 'a: 3\n')
    merged = merge(None, BROKEN[path], theirs, path=path, policies=Policies.empty())
    assert merged.text == BROKEN[path]
    assert [conflict.key for conflict in merged.conflicts] == [()]
    assert merged.conflicts[0].reason.startswith('the file of the service is ')
    assert '\n' not in merged.conflicts[0].reason


@pytest.mark.parametrize('path', BROKEN)
def test_a_broken_file_that_is_required_is_replaced(path: str) -> None:
    """What the standard owns as a whole need not be understood to be healed."""
    assert merge('', BROKEN[path], '', path=path, policies=REQUIRED).text == ''


@pytest.mark.parametrize('path', ['a.toml', 'a.yaml', 'a.ini', 'a.json', 'a.py', 'a.md', 'Makefile', 'Dockerfile',
                                  'Jenkinsfile', '.gitignore', 'requirements.txt', 'NOTES'])  # fmt: skip
@pytest.mark.parametrize('texts', [
    ('', '', 'x'), (None, '', ''), ('\0', '\x0c', '\u2028'), ('a\rb', 'a\r\nb', 'a'), ('{', '}', '[[['),
    ('"""', "'''", '\\'), ('<<<<<<< a\n', 'b: |\n  x', '- - -\n-'), (None, '# only', '\n\n\n'), ('é: ü', 'ß = 1', '=:#;'),
], ids=repr)  # fmt: skip
def test_nothing_raises(path: str, texts: tuple[str | None, str, str]) -> None:
    """Any three texts give a result, with and without owners."""
    base, ours, theirs = texts
    for policies in (None, Policies.empty(), REQUIRED):
        merged = merge(base, ours, theirs, path=path, policies=policies)
        assert isinstance(merged.text, str)


@pytest.mark.parametrize('path', ['a.toml', 'a.yaml', 'a.json', 'a.py'])
def test_a_text_nested_too_deep_is_a_conflict(path: str) -> None:
    """A hostile file must not end the whole run."""
    deep = {'a.toml': 'a = ', 'a.py': 'a = '}.get(path, '') + '[' * 5000 + ']' * 5000 + '\n'
    ours = deep.replace('[[[[]]]]', '[[[]]]')
    merged = merge('x\n', ours, 'y\n', path=path)
    assert merged.text == ours
    assert merged.conflicts


def test_a_marker_is_never_part_of_a_clean_result() -> None:
    """Markers that were committed in a text without a grammar stop its merge."""
    ours = 'a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n'
    merged = merge('a\n', ours, 'z\na\n', path='NOTES')
    assert merged.text == ours
    assert merged.conflicts


@pytest.mark.parametrize('path', ['a.toml', 'a.yaml', 'setup.cfg', 'a.json', 'a.py', 'Makefile', 'README.md', 'NOTES'])
def test_a_file_that_was_emptied_is_left_to_a_person(path: str) -> None:
    """Each key of it was deleted: what the standard adds must not bring back half of a file."""
    base = {'a.toml': 'a = 1\n', 'setup.cfg': '[a]\nb = 1\n', 'a.json': '{"a": 1}\n', 'a.py': 'a = 1\n'}.get(
        path, 'a: 1\n'
    )
    merged = merge(base, '\n', base.replace('1', '2'), path=path)
    assert merged.text == '\n'
    assert [each.reason for each in merged.conflicts] == ['the service emptied the file, the standard changed it']


@pytest.mark.parametrize('path', ['a.toml', 'a.yaml', 'setup.cfg', 'a.json'])
def test_committed_markers_are_called_by_their_name(path: str) -> None:
    """That a colon is missing in line 4 helps nobody who forgot to settle a conflict."""
    base = {'a.toml': 'a = 1\n', 'setup.cfg': '[a]\nb = 1\n', 'a.json': '{"a": 1}\n'}.get(path, 'a: 1\n')
    ours = f'<<<<<<< HEAD\n{base}=======\nx\n>>>>>>> other\n'
    merged = merge(base, ours, base.replace('1', '2'), path=path)
    assert merged.text == ours
    assert 'markers of Git' in merged.conflicts[0].reason


def test_a_word_that_would_be_lost_stops_the_merge() -> None:
    """Two requirements of one name: whatever the engine does with them, neither is lost unsaid."""
    base = '[project]\ndependencies = ["plot"]\n'
    ours = '[project]\ndependencies = [\n    # for the cards\n    "plot[card]",\n    "plot[service]",\n]\n'
    merged = merge(base, ours, '[project]\ndependencies = ["plot>=2"]\n', path='pyproject.toml')
    for word in ('# for the cards', 'plot[card]', 'plot[service]'):
        assert word in merged.text


def test_mixed_line_endings_stay_where_they_are() -> None:
    """Lines of ours keep their own ending, new ones get the most common."""
    ours = 'a: 1\r\nb: 2\nc: 3\r\n'
    merged = merge('a: 1\nb: 2\nc: 3\n', ours, 'a: 1\nb: 2\nx: 9\nc: 3\n', path='a.yml')
    assert merged.text == 'a: 1\r\nb: 2\nx: 9\r\nc: 3\r\n'


HEALTHY = {
    'toml': '[a]\nx = 1\n', 'yaml': 'a: 1\n', 'yml': 'a: 1\n', 'cfg': '[a]\nx = 1\n', 'ini': '[a]\nx = 1\n', 'json': '{"a": 1}\n',
}  # fmt: skip


@pytest.mark.parametrize('policies', [None, Policies.empty()], ids=['no owners', 'owners'])
@pytest.mark.parametrize('side', ['base', 'service', 'standard'])
@pytest.mark.parametrize('path', BROKEN)
def test_the_side_that_can_not_be_read_is_named(path: str, side: str, policies: Policies | None) -> None:
    """A person must know whose file to mend, whether the merge went on without it or not."""
    healthy = HEALTHY[path.split('.')[1]]
    base, ours, theirs = (BROKEN[path] if side == each else healthy for each in ('base', 'service', 'standard'))
    ours, theirs = (text.replace('1', '5', 1) if text == healthy else text for text in (ours, theirs))
    theirs = theirs.replace('5', '6')
    merged = merge(base, ours, theirs, path=path, policies=policies)
    said = [each.reason for each in (*merged.conflicts, *merged.decisions)]
    name = 'the base is ' if side == 'base' else f'the file of the {side} is '
    assert any(reason.startswith(name) for reason in said), said
    assert merged.text == ours


LARGE = {
    'a.toml': '[t{0}]\nkey = "value {0}"\n\n', 'a.yaml': 'key{0}:\n  inner: value {0}\n', 'a.ini': '[s{0}]\nkey = {0}\n',
    'a.json': '', 'requirements.txt': 'package{0}==1.{0}\n', '.gitignore': 'folder{0}/\n', 'CODEOWNERS': '/f{0}/ @o{0}\n',
    'Makefile': 't{0}:\n\techo {0}\n\n', 'Dockerfile': 'RUN echo {0}\n', 'Jenkinsfile': 'echo {0}\n',
    'a.md': '## s{0}\n\ntext {0}\n\n', 'a.py': 'name{0} = {0}\n', 'NOTES': 'line {0}\n',
}  # fmt: skip
ODD = st.one_of(
    st.sampled_from([
        '\0', '\r', '\n\r', '\r\n', '\ufeff', '\u2028', '\x0c', '\t', '<<<<<<< ours\n', '=======\n', '>>>>>>> theirs\n',
        '||||||| base\n', '[a]\n', 'a = 1\n', 'a: 1\n', '  - b\n', '---\n', '- - -\n', '{', '}', '[[', ']]', '"', "'", '"""',
        'def f():\n', 'a:\n\techo\n', 'FROM x\n', '# c\n', '!x\n', '&a ', '*a\n', '<<: *a\n', '\\\n', 'x\n', '%\n',
    ]),
    st.text(max_size=6),
)  # fmt: skip
TEXTS = st.lists(ODD, max_size=12).map(''.join)


def _odd(path: str, examples: int, *, derandomize: bool) -> None:
    @settings(max_examples=examples, deadline=None, derandomize=derandomize)
    @given(st.one_of(st.none(), TEXTS), TEXTS, TEXTS)
    def check(base: str | None, ours: str, theirs: str) -> None:
        for policies in (None, Policies.empty(), REQUIRED):
            merged = merge(base, ours, theirs, path=path, policies=policies)
            assert isinstance(marked(merged, theirs, path=path), str)
            assert merged.text == ours or '<<<<<<< ' not in merged.text or '<<<<<<< ' in ours + theirs

    check()


@pytest.mark.parametrize('path', LARGE)
def test_nothing_raises_on_odd_texts(path: str) -> None:
    """Marks, lone returns, NUL, half a document of another format: always a result."""
    _odd(path, 60, derandomize=True)


@pytest.mark.e2e
@pytest.mark.parametrize('path', LARGE)
def test_nothing_raises_on_odd_texts_at_length(path: str) -> None:
    """The same, a thousand times."""
    _odd(path, 1000, derandomize=False)


@pytest.mark.parametrize('path', LARGE)
def test_five_megabytes_are_merged_by_line(path: str) -> None:
    """Each side changed another line; both changes are there within seconds, and it is said how."""
    entry = LARGE[path]
    if path == 'a.json':
        base = '{\n' + ',\n'.join(f'  "key{number}": {number}' for number in range(250_000)) + '\n}\n'
    else:
        base = ''.join(entry.format(number) for number in range(5_000_000 // len(entry.format(100_000))))
    ours, theirs = base.replace('777', '778', 1), base.replace('99999', '99998', 1)
    start = time.process_time()
    merged = merge(base, ours, theirs, path=path)
    assert time.process_time() - start < 10
    assert merged.text == ours.replace('99999', '99998', 1)
    assert path == 'NOTES' or any('too large' in decision.reason for decision in merged.decisions)


@pytest.mark.parametrize(
    'data', [b'a\0b', b'\xff\xfea\0=\0', b'\xfe\xff\0a', b'\x80', b'\xef\xbb\xbfa = 1\r', b'\xff\xfe\x00\xd8']
)
def test_bytes_that_are_no_text_are_told_apart(data: bytes) -> None:
    """UTF-16 with a mark is text and comes back byte for byte; everything else undecodable is None."""
    found = decode(data)
    assert found is None or encode(found.text, found) == data

"""Input that no one can merge is left as it is, with the reason; nothing raises."""

from __future__ import annotations

import pytest

from trueup.merge.three_way import merge
from trueup.policy import Policies

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

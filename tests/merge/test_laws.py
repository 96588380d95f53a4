"""The laws of merging, held against random documents and random edits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trueup.merge import strategy_for
from trueup.merge.three_way import merge
from trueup.model import Level, Merged
from trueup.policy import Policies
from trueup.text.tree import Malformed

Data = dict[str, dict[str, object]]
KEYS = st.sampled_from(['alpha', 'beta', 'gamma', 'delta', 'omega', 'line-length'])
WORDS = st.sampled_from(['red', 'green', 'blue', 'black', 'white', 'a b', '1.2.3', '2.0.1'])
VALUES = st.one_of(st.integers(0, 9), st.booleans(), WORDS, st.lists(WORDS, max_size=3, unique=True))
DATA = st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), min_size=1, max_size=4)


def _toml(data: Data) -> str:
    tables = []
    for name, table in data.items():
        lines = [f'{key} = {json.dumps(value)}  # note on {key}\n' for key, value in table.items()]
        tables.append(f'# about {name}\n[{name}]\n' + ''.join(lines))
    return '\n'.join(tables)


def _yaml(data: Data) -> str:
    lines = []
    for name, table in data.items():
        lines.append(f'{name}:\n')
        for key, value in table.items():
            if isinstance(value, list) and value:
                lines.append(f'  {key}:\n' + ''.join(f'    - {json.dumps(item)}\n' for item in value))
            else:
                lines.append(f'  # about {key}\n  {key}: {json.dumps(value)}\n')
    return ''.join(lines)


def _ini(data: Data) -> str:
    text = ''
    for name, table in data.items():
        rows = [f'{key} = {",".join(value) if isinstance(value, list) else value}\n' for key, value in table.items()]
        text += f'[{name}]\n{"".join(rows)}\n'
    return text


def _json(data: Data) -> str:
    return json.dumps(data, indent=2) + '\n'


def _make(data: Data) -> str:
    return ''.join(
        f'{name}: {" ".join(table)}\n' + ''.join(f'\techo {key} {value}\n' for key, value in table.items()) + '\n'
        for name, table in data.items()
    )


def _lines(data: Data) -> str:
    return ''.join(f'{name}/{key}\n' for name, table in data.items() for key in table)


class Writer(NamedTuple):
    """A format and how random data are written in it."""

    path: str
    write: Callable[[Data], str]


WRITERS = st.sampled_from(
    [
        Writer('a.toml', _toml),
        Writer('a.yaml', _yaml),
        Writer('a.ini', _ini),
        Writer('a.json', _json),
        Writer('Makefile', _make),
        Writer('.gitignore', _lines),
        Writer('NOTES', _toml),
    ]
)
REQUIRED = Policies.parse('schema = 1\n[[policy]]\nkeys = ["**"]\nowner = "required"\nclosed = true\n')
TEAM = Policies.parse('schema = 1\n[[policy]]\nkeys = ["**"]\nowner = "team"\n')


def meaning(path: str, text: str) -> object:
    """The layout-free content of a text."""
    grammar = strategy_for(path).grammar
    return grammar.parse(text).root.data if grammar is not None else text


def settled(merged: Merged) -> bool:
    """Whether no key was left open or for review."""
    return not merged.conflicts and all(decision.level is not Level.REVIEW for decision in merged.decisions)


@settings(max_examples=100, deadline=None)
@given(WRITERS, DATA, DATA, DATA)
def test_one_sided_changes_are_taken_byte_for_byte(writer: Writer, one: Data, two: Data, three: Data) -> None:
    """merge(b,o,b) == o, merge(b,b,t) == t, merge(b,o,o) == o."""
    base, ours, theirs = (writer.write(data) for data in (one, two, three))
    assert merge(base, ours, base, path=writer.path) == Merged(ours)
    assert merge(base, base, theirs, path=writer.path).text == theirs
    assert merge(base, ours, ours, path=writer.path) == Merged(ours)


@settings(max_examples=100, deadline=None)
@given(WRITERS, DATA, DATA, DATA)
def test_swapped_sides_give_the_same_meaning(writer: Writer, one: Data, two: Data, three: Data) -> None:
    """Who is ours and who is theirs decides what is said of conflicts and the order of words, not what is merged."""
    base, ours, theirs = (writer.write(data) for data in (one, two, three))
    first = merge(base, ours, theirs, path=writer.path)
    second = merge(base, theirs, ours, path=writer.path)
    assume(settled(first) and settled(second))
    assume(strategy_for(writer.path).grammar is not None)
    same_words = sorted(first.text.split()) == sorted(second.text.split())
    assert same_words or meaning(writer.path, first.text) == meaning(writer.path, second.text)


@settings(max_examples=100, deadline=None)
@given(WRITERS, DATA, DATA, DATA)
def test_every_result_can_be_read(writer: Writer, one: Data, two: Data, three: Data) -> None:
    """A result that its own format refuses would be worse than a conflict."""
    base, ours, theirs = (writer.write(data) for data in (one, two, three))
    merged = merge(base, ours, theirs, path=writer.path)
    grammar = strategy_for(writer.path).grammar
    if grammar is not None:
        grammar.check(merged.text)
    assert '<<<<<<<' not in merged.text


@settings(max_examples=100, deadline=None)
@given(WRITERS, DATA, DATA, st.one_of(st.none(), DATA))
def test_what_is_required_and_closed_becomes_the_standard(
    writer: Writer, two: Data, three: Data, one: Data | None
) -> None:
    """With and without a base, whatever the service did; and a second time nothing changes."""
    ours, theirs = writer.write(two), writer.write(three)
    base = writer.write(one) if one is not None else None
    merged = merge(base, ours, theirs, path=writer.path, policies=REQUIRED)
    try:
        assert meaning(writer.path, merged.text) == meaning(writer.path, theirs)
    except Malformed as error:  # pragma: no cover
        raise AssertionError(merged.text) from error
    again = merge(theirs, merged.text, theirs, path=writer.path, policies=REQUIRED)
    assert again.text == merged.text
    assert not any(decision.changes for decision in again.decisions)


@settings(max_examples=100, deadline=None)
@given(WRITERS, DATA, DATA, st.one_of(st.none(), DATA))
def test_what_the_team_owns_keeps_every_byte(writer: Writer, two: Data, three: Data, one: Data | None) -> None:
    """The standard never writes it, whatever it says itself."""
    ours, theirs = writer.write(two), writer.write(three)
    base = writer.write(one) if one is not None else None
    merged = merge(base, ours, theirs, path=writer.path, policies=TEAM)
    assert merged.text == ours
    assert not any(decision.changes for decision in merged.decisions)


@settings(max_examples=100, deadline=None)
@given(WRITERS, DATA, DATA)
def test_a_check_leaves_default_keys_alone(writer: Writer, two: Data, three: Data) -> None:
    """The standard did not move: outside required and floor keys merge(b,o,b) changes no byte."""
    ours, theirs = writer.write(two), writer.write(three)
    merged = merge(theirs, ours, theirs, path=writer.path, policies=Policies.empty())
    assert merged.text == ours
    assert not merged.conflicts


@settings(max_examples=60, deadline=None)
@given(WRITERS, DATA, DATA, DATA)
def test_line_endings_and_mark_of_ours_are_kept(writer: Writer, one: Data, two: Data, three: Data) -> None:
    """A file with CRLF and a byte order mark is merged like the plain one and written back as it was."""
    base, ours, theirs = (writer.write(data) for data in (one, two, three))
    plain = merge(base, ours, theirs, path=writer.path)
    dressed = merge(base, '\ufeff' + ours.replace('\n', '\r\n'), theirs, path=writer.path)
    assert dressed.text == '\ufeff' + plain.text.replace('\n', '\r\n')
    assert len(dressed.conflicts) == len(plain.conflicts)

"""The laws of merging, each for one format and three random documents; and how random data are written per format."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from trueup.merge import strategy_for
from trueup.merge._gates import TOKEN, lost
from trueup.merge.three_way import merge
from trueup.model import Level, Merged
from trueup.policy import Policies
from trueup.text.tree import need, render

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


def _documents(data: Data) -> str:
    halves = [{name: table for name, table in data.items() if (name < 'd') is first} for first in (True, False)]
    return '---\n'.join(f'kind: {number}\n{_yaml(half)}' for number, half in enumerate(halves))


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


def _owners(data: Data) -> str:
    return ''.join(
        f'# of {name}\n/{name}/ ' + ' '.join(f'@{key}' for key in table) + '\n' for name, table in data.items()
    )


def _requirements(data: Data) -> str:
    return ''.join(f'{name}=={len(table)}.{len(str(table))}  # {" ".join(table)}\n' for name, table in data.items())


def _docker(data: Data) -> str:
    return '\n'.join(
        f'FROM python:3.{len(table)} AS {name}\n'
        + ''.join(f'ENV {key.replace("-", "_").upper()}={json.dumps(str(value))}\n' for key, value in table.items())
        for name, table in data.items()
    )


def _jenkins(data: Data) -> str:
    stages = ''.join(
        f"        stage('{name}') {{\n            steps {{\n"
        + ''.join(f"                sh 'echo {key} {json.dumps(value)}'\n" for key, value in table.items())
        + '            }\n        }\n'
        for name, table in data.items()
    )
    return f'pipeline {{\n    agent any\n    stages {{\n{stages}    }}\n}}\n'


def _markdown(data: Data) -> str:
    return '# top\n\n' + '\n'.join(
        f'## {name}\n\n' + ''.join(f'* {key} is {value}\n' for key, value in table.items())
        for name, table in data.items()
    )


def _python(data: Data) -> str:
    imports = ''.join(f'import {name.replace("-", "_")}\n' for name in data)
    return imports + ''.join(
        f'\n\ndef {name.replace("-", "_")}():\n    """Of {name}."""\n'
        + ''.join(f'    {key.replace("-", "_")} = {value!r}\n' for key, value in table.items())
        for name, table in data.items()
    )


class Writer(NamedTuple):
    """A format and how random data are written in it."""

    name: str
    path: str
    write: Callable[[Data], str]


WRITERS = (
    Writer('TOML', 'a.toml', _toml),
    Writer('YAML', 'a.yaml', _yaml),
    Writer('YAML documents', 'b.yaml', _documents),
    Writer('INI', 'a.ini', _ini),
    Writer('JSON', 'a.json', _json),
    Writer('requirements', 'requirements.txt', _requirements),
    Writer('ignore', '.gitignore', _lines),
    Writer('CODEOWNERS', 'CODEOWNERS', _owners),
    Writer('Makefile', 'Makefile', _make),
    Writer('Dockerfile', 'Dockerfile', _docker),
    Writer('Jenkinsfile', 'Jenkinsfile', _jenkins),
    Writer('Markdown', 'a.md', _markdown),
    Writer('Python', 'a.py', _python),
    Writer('text', 'NOTES', _toml),
)
REQUIRED = Policies.parse('schema = 1\n[[policy]]\nkeys = ["**"]\nowner = "required"\nclosed = true\n')
TEAM = Policies.parse('schema = 1\n[[policy]]\nkeys = ["**"]\nowner = "team"\n')

FLOOR = Policies.parse('schema = 1\n[[policy]]\nkeys = ["**"]\nowner = "floor"\n')
ALPHA = [
    Policies.parse(f'schema = 1\n[[policy]]\nkeys = ["alpha.**", "alpha"]\nowner = "{owner}"\n')
    for owner in ('required', 'floor')
]

Law = Callable[[Writer, str, str, str], None]


def hold(writer: Writer, *, examples: int, derandomize: bool) -> None:
    """Try all laws on that many random triples."""

    @settings(max_examples=examples, deadline=None, derandomize=derandomize)
    @given(DATA, DATA, DATA)
    def check(one: Data, two: Data, three: Data) -> None:
        texts = [writer.write(data) for data in (one, two, three)]
        for law in LAWS:
            law(writer, texts[0], texts[1], texts[2])

    check()


def _meaning(path: str, text: str) -> object:
    """The layout-free content of a text."""
    grammar = strategy_for(path).grammar
    return grammar.parse(text).root.data if grammar is not None else text


def _settled(merged: Merged) -> bool:
    """Whether no key was left open or for review."""
    return not merged.conflicts and all(decision.level is not Level.REVIEW for decision in merged.decisions)


def one_sided_changes_are_taken_byte_for_byte(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """merge(b,o,b) == o, merge(b,b,t) == t, merge(b,o,o) == o."""
    assert merge(base, ours, base, path=writer.path) == Merged(ours)
    assert merge(base, base, theirs, path=writer.path).text == theirs
    assert merge(base, ours, ours, path=writer.path) == Merged(ours)


def documents_are_lossless(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """A text is put together from its nodes byte for byte; TOML tables may be scattered, so there only values count."""
    grammar = strategy_for(writer.path).grammar
    if grammar is None:
        return
    for text in (base, ours, theirs):
        document = grammar.parse(text)
        assert writer.name == 'TOML' or render(document) == text
        for name in document.root.keys:
            node = document.find((name,))
            assert node is not None and document.source(node) in text
            for key in node.keys:
                assert grammar.set_text(document, (name, key), document.source(need(document, (name, key)))) == text


def swapped_sides_give_the_same_meaning(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """Who is ours and who is theirs decides what is said of conflicts and the order of words, not what is merged."""
    first = merge(base, ours, theirs, path=writer.path)
    second = merge(base, theirs, ours, path=writer.path)
    if strategy_for(writer.path).grammar is None or not (_settled(first) and _settled(second)):
        return
    assert _meaning(writer.path, first.text) == _meaning(writer.path, second.text)


def every_result_can_be_read(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """A result that its own format refuses would be worse than a conflict."""
    merged = merge(base, ours, theirs, path=writer.path)
    grammar = strategy_for(writer.path).grammar
    if grammar is not None:
        grammar.check(merged.text)
    assert '<<<<<<<' not in merged.text


def nothing_of_ours_is_lost_unsaid(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """Every word of the service is in the result, or stood in what a decision took away, or the standard took it out."""
    merged = merge(base, ours, theirs, path=writer.path)
    changed = [one for one in merged.decisions if one.changes and one.before is not None]
    said = [' '.join((str(one.before), *one.key, *(f'{key}:' for key in one.key))) for one in changed]
    own = Counter(TOKEN.findall(ours)) - Counter(TOKEN.findall(base))
    assert set(lost(ours, merged.text, said)) & set(own) == set()
    gone = Counter(lost(ours, merged.text, said)) - (Counter(TOKEN.findall(base)) - Counter(TOKEN.findall(theirs)))
    assert not gone


def a_second_merge_over_the_old_base_changes_nothing(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """Whoever merges twice, as a rerun of an update does, gets what the first merge gave; with owners too."""
    for policies in (None, Policies.empty(), REQUIRED, TEAM, FLOOR):
        merged = merge(base, ours, theirs, path=writer.path, policies=policies)
        again = merge(base, merged.text, theirs, path=writer.path, policies=policies)
        assert again.text == merged.text


def a_second_merge_changes_nothing(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """Once merged, the standard is the base: with or without owners, there is nothing left to take from it."""
    for policies in (None, Policies.empty()):
        merged = merge(base, ours, theirs, path=writer.path, policies=policies)
        again = merge(theirs, merged.text, theirs, path=writer.path, policies=policies)
        assert again.text == merged.text
        assert not again.conflicts


def what_is_required_and_closed_becomes_the_standard(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """With and without a base, whatever the service did; and a second time nothing changes."""
    for before in (base, None):
        merged = merge(before, ours, theirs, path=writer.path, policies=REQUIRED)
        assert _meaning(writer.path, merged.text) == _meaning(writer.path, theirs)
        again = merge(theirs, merged.text, theirs, path=writer.path, policies=REQUIRED)
        assert again.text == merged.text
        assert not any(decision.changes for decision in again.decisions)


def what_the_team_owns_keeps_every_byte(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """The standard never writes it, whatever it says itself."""
    for before in (base, None):
        merged = merge(before, ours, theirs, path=writer.path, policies=TEAM)
        assert merged.text == ours
        assert not any(decision.changes for decision in merged.decisions)


def a_check_leaves_default_keys_alone(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """The standard did not move: outside required and floor keys merge(b,o,b) changes no byte."""
    del base
    merged = merge(theirs, ours, theirs, path=writer.path, policies=Policies.empty())
    assert merged.text == ours
    assert not merged.conflicts


def a_check_leaves_other_keys_alone(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """Outside required and floor keys merge(b,o,b) moves no byte of an entry, and takes none away."""
    del base
    grammar = strategy_for(writer.path).grammar
    if grammar is None:
        return
    before = grammar.parse(ours)
    for policies in ALPHA:
        after = grammar.parse(merge(theirs, ours, theirs, path=writer.path, policies=policies).text)
        for node in before.root.children:
            if node.key != 'alpha':
                left = after.find((node.key,))
                assert left is not None and after.source(left).strip() == before.source(node).strip()


def line_endings_and_mark_of_ours_are_kept(writer: Writer, base: str, ours: str, theirs: str) -> None:
    """A file with CRLF and a byte order mark is merged like the plain one and written back as it was."""
    plain = merge(base, ours, theirs, path=writer.path)
    dressed = merge(base, '\ufeff' + ours.replace('\n', '\r\n'), theirs, path=writer.path)
    assert dressed.text == '\ufeff' + plain.text.replace('\n', '\r\n')
    assert len(dressed.conflicts) == len(plain.conflicts)


LAWS: tuple[Law, ...] = (
    a_check_leaves_other_keys_alone,
    a_check_leaves_default_keys_alone,
    a_second_merge_changes_nothing,
    a_second_merge_over_the_old_base_changes_nothing,
    documents_are_lossless,
    every_result_can_be_read,
    line_endings_and_mark_of_ours_are_kept,
    nothing_of_ours_is_lost_unsaid,
    one_sided_changes_are_taken_byte_for_byte,
    swapped_sides_give_the_same_meaning,
    what_is_required_and_closed_becomes_the_standard,
    what_the_team_owns_keeps_every_byte,
)

"""Work is bounded: whatever is in a text, no merge takes minutes, runs out of stack or raises."""

from __future__ import annotations

import pytest

import trueup.text.diff as diff
from trueup.merge._gates import lost
from trueup.merge._splice import Splicer, TooMuch, region
from trueup.merge._walk import Edit
from trueup.merge.three_way import merge
from trueup.policy import Policies
from trueup.text.toml import Toml
from trueup.text.tree import Document

DEEP = {
    'lists.toml': 'a = ' + '[' * 900 + ']' * 900 + '\n',
    'dots.toml': 'a' + '.a' * 20_000 + ' = 1\n',
    'digits.toml': 'x = ' + '1' * 9_000 + '\n',
    'lists.json': '[' * 900 + ']' * 900,
    'keys.json': '{"a":' * 450 + '1' + '}' * 450,
    'digits.json': '1' * 9_000,
    'flow.yaml': '[' * 900 + ']' * 900 + '\n',
    'dashes.yaml': '- ' * 3_000 + 'a\n',
    'keys.yaml': ''.join('  ' * depth + f'k{depth}:\n' for depth in range(300)),
    'anchors.yaml': 'a: &a [1]\n' + ''.join(f'b{number}: &b{number} [*a, *a]\n' for number in range(200)),
    'brackets.py': 'x = ' + '(' * 150 + '1' + ')' * 150 + '\n',
    'signs.py': 'x = ' + '-' * 50_000 + '1\n',
    'Jenkinsfile': 'a {\n' * 2_000 + '}\n' * 2_000,
    'Makefile': 'a: ' + 'b ' * 20_000 + '\n',
    'table.md': '|' + '-' * 90_000 + '|\n',
    'line.txt': 'a' * 5_000_000,
}


@pytest.mark.parametrize('policies', [None, Policies.empty()], ids=['no owners', 'owners'])
@pytest.mark.parametrize('path', DEEP)
def test_pathological_texts_end_with_a_result(path: str, policies: Policies | None) -> None:
    """Nested hundreds deep, thousands of signs, one line of 5 MB: a merge or a conflict, never an exception."""
    text = DEEP[path]
    for ours, theirs in ((text.replace('1', '2', 1), text.replace('a', 'b', 1)), (text[: len(text) // 2], text * 2)):
        merged = merge(text, ours, theirs, path=path, policies=policies)
        assert merged.text


@pytest.mark.parametrize(
    'sides',
    [
        (['a'] * 50_000, ['a'] * 25_000 + ['b'] + ['a'] * 20_000 + ['c']),
        (['a', 'b'] * 25_000, ['b', 'a', 'a'] * 15_000),
        (list(range(50_000)), list(range(50_000))[::-1]),
        (list(range(50_000)), [number for number in range(50_000) if number % 7]),
        ([number if number % 3 else 0 for number in range(50_000)], list(range(25_000))),
    ],
    ids=['alike', 'two', 'reversed', 'gaps', 'blanks'],
)
def test_what_is_compared_stays_small(
    sides: tuple[list[object], list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: no run that is compared entry by entry is long or full of pairs."""
    compared: list[tuple[int, int]] = []
    inner = diff._compared

    def counting(mine, yours, at, *, junk):  # type: ignore[no-untyped-def]
        compared.append((max(len(mine), len(yours)), diff.work(mine, yours)))
        return inner(mine, yours, at, junk=junk)

    monkeypatch.setattr(diff, '_compared', counting)
    base, other = sides
    result: list[object] = []
    position = 0
    for change in diff.changes(base, other):
        result += base[position : change.start] + other[change.low : change.high]
        position = change.end
    assert result + base[position:] == other
    assert all(size <= diff.SIZE for size, _ in compared)
    assert sum(size for size, _ in compared) <= 2 * (len(base) + len(other))


def test_edits_that_do_not_touch_share_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty values in one go: the text is read again once, not fifty times."""
    ours = Toml().parse(''.join(f'k{number} = 1\n' for number in range(50)))
    theirs = Toml().parse(''.join(f'k{number} = 2\n' for number in range(50)))
    read: list[str] = []
    inner = Toml.parse

    def counting(self: Toml, text: str) -> Document:
        read.append(text)
        return inner(self, text)

    monkeypatch.setattr(Toml, 'parse', counting)
    edits = [Edit('replace', (f'k{number}',)) for number in range(50)]
    assert Splicer(Toml(), theirs, None, edits).apply(ours).text == theirs.text
    assert len(read) == 1


def test_too_many_edits_are_given_up() -> None:
    """Then the file is merged by line, which is said."""
    text = ''.join(f'k{number} = 1\n' for number in range(8_000))
    edits = [Edit('remove', (f'k{number}',)) for number in range(7_000)]
    with pytest.raises(TooMuch):
        Splicer(Toml(), Toml().parse('a = 1\n'), None, edits).apply(Toml().parse(text))


@pytest.mark.parametrize(
    'pair', [('a\nb\n', 'a\nx\nb\n'), ('a\na\n', 'a\n'), ('[a, b]', '[a, x, b]'), ('', 'x'), ('x', ''), ('ab', 'ab')]
)
def test_a_region_says_what_differs(pair: tuple[str, str]) -> None:
    """Put back into the old text it gives the new one."""
    old, new = pair
    start, end, chunk = region(old, new)
    assert old[:start] + chunk + old[end:] == new


def test_a_line_of_signs_is_searched_once() -> None:
    """A long rule of dashes has no word in it; searching it from each of its characters would take minutes."""
    assert lost('-' * 200_000 + ' word', '', ['']) == ('word',)


def test_a_name_and_its_value_are_not_put_together_from_two_sides() -> None:
    """One side gave another name, the other another value: nobody ever wrote `beta = 1`."""
    sides = ('def f():\n    alpha = 0\n', 'def f():\n    alpha = 1\n', 'def f():\n    beta = 0\n')
    for path in ('a.py', 'NOTES'):
        merged = merge(*sides, path=path)
        assert merged.text == sides[1]
        assert merged.conflicts

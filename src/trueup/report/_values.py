"""Values side by side in HTML, line by line: coloured, and marked `-`, `+` or `=` for those who don't see colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from trueup.model import Action, Conflict, Decision
from trueup.report._markup import Markup, element, join
from trueup.report._summary import plural

LINES = 16
"""Longer values fold."""
AT_MOST = 400
"""Lines shown of one value."""
WORDS = {'-': 'removed: ', '+': 'added: ', '=': 'kept: ', ' ': ''}

Marked = tuple[str, str]


def decision_values(each: Decision) -> Markup:
    """Before and after of a decision, side by side; one column where there is only one."""
    before, after = _marked(each)
    titles = ('service', 'standard') if each.action is Action.KEEP else ('before', 'after')
    columns = [
        (title, lines)
        for title, lines, value in zip(titles, (before, after), (each.before, each.after), strict=True)
        if value is not None
    ]
    if len(columns) < 2:
        # The marks tell whether the one value comes, goes or stays.
        return element('div', [_column('', lines) for _, lines in columns], class_='values one')
    return element('div', [_column(title, lines) for title, lines in columns], class_='values')


def conflict_values(each: Conflict) -> Markup:
    """Base (if there was one), the service's and the standard's value."""
    ours, theirs = _compared(each.ours or '', each.theirs or '')
    columns = [
        _column('before', [(' ', line) for line in each.base.splitlines()]) if each.base is not None else Markup(''),
        _column(each.sides[0], ours if each.ours is not None else [(' ', '(absent)')]),
        _column(each.sides[1], theirs if each.theirs is not None else [(' ', '(absent)')]),
    ]
    return element('div', columns, class_='values three' if each.base is not None else 'values')


def _marked(each: Decision) -> tuple[list[Marked], list[Marked]]:
    if each.action is Action.KEEP:
        return [('=', line) for line in _lines(each.before)], [(' ', line) for line in _lines(each.after)]
    if each.before is not None and each.after is not None:
        return _compared(each.before, each.after)
    return [('-', line) for line in _lines(each.before)], [('+', line) for line in _lines(each.after)]


def _lines(value: str | None) -> list[str]:
    return [] if value is None else value.splitlines() or ['(empty)']


def _compared(before: str, after: str) -> tuple[list[Marked], list[Marked]]:
    old, new = _lines(before), _lines(after)
    left: list[Marked] = []
    right: list[Marked] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += [(' ' if kind == 'equal' else '-', line) for line in old[a:b]]
        right += [(' ' if kind == 'equal' else '+', line) for line in new[c:d]]
    return left, right


def _column(title: str, lines: Sequence[Marked]) -> Markup:
    code = element('pre', _code(lines[:AT_MOST]))
    if len(lines) > AT_MOST:
        code = join(code, element('p', f'... and {plural(len(lines) - AT_MOST, "more line")}', class_='quiet'))
    if len(lines) > LINES:
        code = element('details', element('summary', plural(len(lines), 'line')), code, class_='long')
    label = element('span', title, class_='column') if title else Markup('')
    return element('div', label, code, class_='value')


def _code(lines: Sequence[Marked]) -> Iterator[Markup]:
    kinds = {'-': 'del', '+': 'ins', '=': 'kept', ' ': 'same'}
    for mark, line in lines:
        spoken = element('span', WORDS[mark], class_='spoken') if WORDS[mark] else Markup('')
        yield element('span', spoken, element('b', mark, aria_hidden='true'), f'{line}\n', class_=f'line {kinds[mark]}')

"""A plan as a tree: folders, files, keys, and below each key what it was, what it would be, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trueup.model import Action, Decision, Report
from trueup.report._blocks import KEY_MARKS
from trueup.report._paint import Paint
from trueup.report._summary import FileSummary, file_summaries, key_text, one_line, plural

KEYS = 8
"""Keys told of one file before the rest is counted; `verbose` tells all, with reason, source and heuristic."""
VALUE = 60
TONES = {Action.ADD: 'good', Action.REMOVE: 'bad', Action.CHANGE: 'warn', Action.MOVE: 'warn', Action.KEEP: ''}
SIGNS = {'+': 'good', '-': 'bad', '~': 'warn'}


def tree_lines(report: Report, paint: Paint, verbose: bool) -> Iterator[str]:
    """The files below their folders, each with its keys; kept ones only if `verbose`."""
    by_path: dict[str, list[Decision]] = {}
    for each in report.plan.decisions:
        if each.key and (each.changes or verbose):
            by_path.setdefault(each.path, []).append(each)
    whole = {each.path: each for each in report.plan.decisions if not each.key and (each.changes or verbose)}
    before: list[str] = []
    for summary in file_summaries(report):
        if summary.sign == '=' and not summary.open and not verbose:
            continue
        *folders, _ = parts = summary.path.split('/')
        same = next((n for n, pair in enumerate(zip(before, folders, strict=False)) if pair[0] != pair[1]), len(before))
        for depth in range(min(same, len(folders)), len(folders)):
            yield f'{"  " * (depth + 1)}{folders[depth]}/'
        before = folders
        indent = '  ' * len(parts)
        yield from _file(summary, indent, paint)
        if verbose and summary.path in whole:
            yield from _why(whole[summary.path], f'{indent}    ', paint)
        yield from _keys(by_path.get(summary.path, []), f'{indent}    ', paint, verbose)


def _file(summary: FileSummary, indent: str, paint: Paint) -> Iterator[str]:
    gone, come = summary.lines
    lines = f'  +{come} -{gone}' if gone or come else ''
    name = summary.path.rpartition('/')[2]
    sign = paint(summary.sign, SIGNS.get(summary.sign, ''))
    yield f'{indent}{sign} {paint.strong(name)}  {paint.quiet(summary.word + lines)}'


def _keys(decisions: Sequence[Decision], indent: str, paint: Paint, verbose: bool) -> Iterator[str]:
    shown = decisions if verbose else decisions[:KEYS]
    for each in shown:
        mark = paint(KEY_MARKS[each.action], TONES[each.action])
        values = ' -> '.join(one_line(value, VALUE) for value in _values(each))
        name = key_text('', each.key).removeprefix('::')
        yield f'{indent}{mark} {name}{f": {values}" if values else ""}'
        if verbose:
            yield from _why(each, f'{indent}    ', paint)
    if len(shown) < len(decisions):
        yield f'{indent}... and {plural(len(decisions) - len(shown), "more key")} (-v lists them)'


def _values(each: Decision) -> list[str]:
    found = [each.before] if each.action is Action.KEEP else [each.before, each.after]
    return [value for value in found if value is not None]


def _why(each: Decision, indent: str, paint: Paint) -> Iterator[str]:
    told = [
        each.reason,
        f'from {each.source}' if each.source else '',
        f'decided by {each.heuristic}' if each.heuristic else '',
        f'owner {each.owner}',
    ]
    yield indent + paint.quiet(one_line(', '.join(part for part in told if part)))

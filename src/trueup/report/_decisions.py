"""The heart of the HTML page: every decision, by file and key, and the filter over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from trueup.model import Action, Change, Conflict, Decision, File, Level, Report
from trueup.report._filter import data_of
from trueup.report._markup import Markup, breakable, element, join
from trueup.report._masking import mask
from trueup.report._summary import FileSummary, file_summaries, key_text, plural, visible
from trueup.report._values import conflict_values, decision_values

MARKS = {Action.ADD: '+', Action.CHANGE: '~', Action.REMOVE: '-', Action.KEEP: '=', Action.MOVE: '>'}
LARGE = 200_000
"""Characters of a file that are shown at most."""


def open_section(report: Report) -> Markup:
    """What waits for a person, first of all."""
    if not report.plan.conflicts:
        return Markup('')
    title = element('h2', f'Waiting for a person ({len(report.plan.conflicts)})')
    return element('section', title, [_conflict(each) for each in report.plan.conflicts], class_='open')


def _conflict(each: Conflict) -> Markup:
    reason = element('p', each.reason, class_='reason') if each.reason else Markup('')
    head = element(
        'h3',
        element('b', '?', class_='mark open', aria_hidden='true'),
        ' ',
        element('code', breakable(key_text(each.path, each.key))),
    )
    values = conflict_values(each) if each.ours is not None or each.theirs is not None else Markup('')
    return element('article', head, reason, values, class_='decision', tabindex='-1')


def decisions_section(report: Report, prefix: str) -> Markup:
    """The file tree beside all decisions."""
    summaries = file_summaries(report)
    if not summaries:
        return Markup('')
    by_path: dict[str, list[Decision]] = {each.path: [] for each in summaries}
    changes = {each.path: each for each in report.plan.changes}
    for decision in report.plan.decisions:
        by_path[decision.path].append(_whole(decision, changes.get(decision.path)))
    ids = {each.path: f'{prefix}f{number}' for number, each in enumerate(summaries)}
    blocks = [_file(each, by_path[each.path], ids[each.path]) for each in summaries]
    tree = element('nav', element('h3', 'Files'), _tree(summaries, ids), aria_label='Files', class_='tree')
    title = element('h2', 'Decisions, key by key')
    return element(
        'section',
        title,
        element('div', tree, element('div', blocks, class_='files'), class_='split'),
        class_='decisions',
    )


def _whole(decision: Decision, change: Change | None) -> Decision:
    """A decision about a whole file with the file's text for its values."""
    if decision.key or change is None:
        return decision
    return replace(decision, before=_text(change.before), after=_text(change.after))


def _text(file: File | None) -> str | None:
    if file is None:
        return None
    try:
        return visible(mask(file.data.decode('utf-8-sig')[:LARGE]))
    except UnicodeDecodeError:
        return f'({plural(len(file.data), "byte")} that are not text)'


def _file(summary: FileSummary, decisions: Sequence[Decision], identity: str) -> Markup:
    gone, come = summary.lines
    counts = [
        element('span', summary.word, class_='quiet'),
        element('span', f'+{come} \u2212{gone}', class_='quiet lines') if gone or come else Markup(''),
        element('span', plural(len(decisions), 'decision'), class_='quiet') if decisions else Markup(''),
    ]
    head = element('summary', _mark(summary.sign), element('h3', element('code', breakable(summary.path))), counts)
    return element('details', head, [_decision(each) for each in decisions], class_='file', id=identity, open=True)


def _decision(each: Decision) -> Markup:
    name = key_text('', each.key).removeprefix('::') or 'the whole file'
    unsure = each.level is not Level.APPLIED
    head = element(
        'h4',
        _mark(MARKS[each.action]),
        element('span', f'{each.action}: ', class_='spoken'),
        element('code', breakable(name)),
        element('span', str(each.owner), class_=f'chip owner-{each.owner}', title='who owns the key'),
        (
            element('span', str(each.level), class_=f'chip level-{each.level}', title='how sure this is')
            if unsure
            else Markup('')
        ),
    )
    return element(
        'article', head, _origin(each), decision_values(each), class_='decision entry', tabindex='-1', **data_of(each)
    )


def _origin(each: Decision) -> Markup:
    """Why, where from and by which rule, in one line."""
    parts = [
        element('b', each.reason) if each.reason else Markup(''),
        join('from ', element('code', each.source)) if each.source else Markup(''),
        join('decided by ', element('code', each.heuristic)) if each.heuristic else Markup(''),
    ]
    shown = [element('span', part) for part in parts if part]
    return element('p', shown, class_='origin quiet') if shown else Markup('')


def _mark(sign: str) -> Markup:
    names = {'+': 'add', '-': 'remove', '~': 'change', '=': 'keep', '>': 'move', '?': 'open'}
    return element('b', '\u2212' if sign == '-' else sign, class_=f'mark {names[sign]}', aria_hidden='true')


def _tree(summaries: Sequence[FileSummary], ids: dict[str, str]) -> Markup:
    """Folders and files as nested lists."""
    return element('ul', _branches([(each.path.split('/'), each) for each in summaries], ids))


def _branches(entries: list[tuple[list[str], FileSummary]], ids: dict[str, str]) -> Iterator[Markup]:
    folders: dict[str, list[tuple[list[str], FileSummary]]] = {}
    for parts, summary in entries:
        folders.setdefault(parts[0] if len(parts) > 1 else '', []).append((parts, summary))
    for folder in sorted(name for name in folders if name):
        inner = [(parts[1:], summary) for parts, summary in folders[folder]]
        yield element('li', element('span', f'{folder}/', class_='folder'), element('ul', _branches(inner, ids)))
    for parts, summary in folders.get('', []):
        number = summary.changed + summary.kept
        count = element('span', str(number), class_='count', title=plural(number, 'decision')) if number else Markup('')
        yield element('li', element('a', _mark(summary.sign), ' ', parts[0], href=f'#{ids[summary.path]}'), count)

"""The plain tables of the HTML page: verification, findings, notes, debt, facts, next steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trueup.model import Debt, Fact, Finding, Report, Status
from trueup.report._filter import data_of
from trueup.report._markup import Markup, breakable, element, join
from trueup.report._summary import key_text, plural

MARKS = {
    Status.SAME: ('=', 'good'),
    Status.BETTER: ('+', 'good'),
    Status.WORSE: ('!', 'bad'),
    Status.UNVERIFIED: ('?', 'warn'),
}
RULES = 12


def verification_section(report: Report) -> Markup:
    """Before and after of what ran."""
    rows = []
    for each in report.verifications:
        mark, tone = MARKS[each.status]
        status = element('span', element('b', mark, aria_hidden='true'), f' {each.status}', class_=f'pill small {tone}')
        rows.append([each.name, status, each.before or '-', each.after or '-', each.detail])
    return _section('Verified before and after', ['what', 'result', 'before', 'after', 'detail'], rows)


def findings_section(report: Report) -> Markup:
    """Where the service differs, and what is waived."""
    found = _findings(f'Findings ({len(report.findings)})', [(each, '') for each in report.findings])
    return join(found, _findings(f'Waived ({len(report.waived)})', report.waived))


def _findings(title: str, found: Sequence[tuple[Finding, str]]) -> Markup:
    if not found:
        return Markup('')
    waived = any(reason for _, reason in found)
    head = ['where', 'rule', 'what', *(['why it is waived'] if waived else [])]
    rows = [(_finding(each) + ([reason] if waived else []), data_of(each)) for each, reason in found]
    return element('section', element('h2', title), _table(head, [row for row, _ in rows], [data for _, data in rows]))


def _finding(each: Finding) -> list[str]:
    where = f'{each.path}:{each.line}' if each.line else each.path
    told = [f'{word}: {text}' for word, text in (('Why', each.reason), ('Hint', each.hint)) if text]
    more = join(*(element('p', text, class_='quiet') for text in told))
    key = (
        element('p', element('code', breakable(key_text('', each.key).removeprefix('::'))), class_='quiet')
        if each.key
        else Markup('')
    )
    weight = element('span', str(each.severity), class_=f'chip severity-{each.severity}')
    return [element('code', where), join(each.rule, ' ', weight), join(each.message, key, more)]


def scores_section(report: Report) -> Markup:
    """How much of the standard a service that was never adopted has already."""
    rows = [
        element(
            'tr',
            element('th', each.topic, scope='row'),
            element('td', f'{each.met} of {each.total}', class_='number'),
            element('td', _meter(each.met, max(each.total, 1)), class_='bar'),
        )
        for each in report.scores
    ]
    if not rows:
        return Markup('')
    title = element('h2', 'What it has of the standard')
    return element('section', title, element('table', element('tbody', rows), class_='bars'))


def _meter(value: int, top: int) -> Markup:
    return element('meter', min='0', max=str(top), value=str(value), aria_hidden='true')


def notes_section(report: Report) -> Markup:
    """What else a person should know."""
    if not report.plan.notes:
        return Markup('')
    return element(
        'section', element('h2', 'Notes'), element('ul', [element('li', note) for note in report.plan.notes])
    )


def debt_section(debt: Debt) -> Markup:
    """Recorded findings of before, as bars by rule and by file."""
    if not debt.total:
        return Markup('')
    title = element('h2', f'Debt: {plural(debt.total, "recorded finding")}')
    why = element('p', 'Found before adoption and recorded in the baseline. It may only shrink.', class_='quiet')
    groups = [
        element('div', element('h3', name), _bars(counts))
        for name, counts in (('by rule', debt.by_rule), ('by file', debt.by_path))
    ]
    return element('section', title, why, element('div', groups, class_='pair'))


def _bars(counts: Mapping[str, int]) -> Markup:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    top = max((count for _, count in ranked), default=1)
    rows = [
        element(
            'tr',
            element('th', element('code', name), scope='row'),
            element('td', str(count), class_='number'),
            element('td', _meter(count, top), class_='bar'),
        )
        for name, count in ranked[:RULES]
    ]
    rest = ranked[RULES:]
    if rest:
        told = f'{len(rest)} more'
        rows.append(
            element(
                'tr',
                element('th', told, scope='row'),
                element('td', str(sum(n for _, n in rest)), class_='number'),
                element('td'),
            )
        )
    return element('table', element('tbody', rows), class_='bars')


def facts_section(report: Report) -> Markup:
    """What was read from the service, with evidence; folded, since it explains rather than tells."""
    if not report.facts:
        return Markup('')
    rows = [
        [
            each.name, element('code', _value(each)), element('code', ', '.join(map(str, each.evidence))),
            f'{each.confidence:.0%}', each.note,
        ]
        for each in report.facts
    ]  # fmt: skip
    table = _table(['fact', 'value', 'read from', 'sure', 'note'], rows)
    return element(
        'section',
        element('details', element('summary', element('h2', f'Facts read from the service ({len(rows)})')), table),
    )


def _value(fact: Fact) -> str:
    if isinstance(fact.value, tuple):
        return ', '.join(fact.value)
    if isinstance(fact.value, Mapping):
        return ', '.join(f'{key}={value}' for key, value in fact.value.items())
    return '-' if fact.value is None else str(fact.value)


def next_section(report: Report) -> Markup:
    """The commits that were made, and the commands to review, take or undo them."""
    commits = [element('li', element('code', sha[:9]), f' {subject}') for sha, subject in report.commits]
    parts = [
        join(element('h2', 'Commits'), element('ol', commits, class_='commits')) if commits else Markup(''),
        (
            join(element('h2', 'Next'), element('pre', '\n'.join(report.next_steps), class_='steps', tabindex='0'))
            if report.next_steps
            else Markup('')
        ),
        element('p', 'Backup: ', element('code', report.backup), class_='quiet') if report.backup else Markup(''),
    ]
    return element('section', parts) if any(parts) else Markup('')


def _section(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    return element('section', element('h2', title), _table(head, rows)) if rows else Markup('')


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], entries: Sequence[Mapping[str, str]] = ()) -> Markup:
    """A table; `entries` are the attributes by which the filter finds the rows."""
    top = element('tr', [element('th', name, scope='col') for name in head])
    attributes = [{'class_': 'entry', 'tabindex': '-1', **each} for each in entries] or [{} for _ in rows]
    body = [
        element('tr', element('th', row[0], scope='row'), _cells(head, row), **each)
        for row, each in zip(rows, attributes, strict=True)
    ]
    return element(
        'div', element('table', element('thead', top), element('tbody', body)), class_='scroll', tabindex='0'
    )


def _cells(head: Sequence[str], row: Sequence[str]) -> list[Markup]:
    """Each cell knows its column's name, which a narrow page shows before it."""
    return [element('td', cell, data_label=name) for name, cell in zip(head[1:], row[1:], strict=True)]

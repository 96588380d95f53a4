"""The head of the HTML page: the status, the numbers, and for several services the scorecard."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model import Outcome, Report, Status
from trueup.report._markup import Markup, element
from trueup.report._summary import (
    changed_keys,
    has_report,
    joined,
    kept_decisions,
    never_adopted,
    plural,
    service_of,
    sign_of,
    status_word,
    versions,
)

TONES = {
    'clean': 'good', 'changed': 'good', 'would change': 'warn', 'open': 'warn', 'drifted': 'warn',
    'refused': 'bad', 'regressed': 'bad', 'failed': 'bad',
}  # fmt: skip
LONG = {
    'open': 'changed, decisions open', 'drifted': 'differs from the standard', 'changed': 'changed',
    'regressed': 'stopped: something got worse',
}  # fmt: skip


COLUMNS = ('service', 'version', 'findings', 'open', 'status')


def status_pill(outcome: Outcome) -> Markup:
    """The status as a coloured word."""
    word = status_word(outcome)
    return element('span', LONG.get(word, word), class_=f'pill {TONES[word]}')


def cards(report: Report) -> Markup:
    """The numbers that a person asks for first."""
    signs = [sign_of(each) for each in report.plan.changes]
    files = joined(
        [
            f'{signs.count(sign)} {word}'
            for sign, word in (('+', 'new'), ('~', 'changed'), ('-', 'removed'))
            if sign in signs
        ]
    )
    worse = sum(each.status is Status.WORSE for each in report.verifications)
    unknown = sum(each.status is Status.UNVERIFIED for each in report.verifications)
    good = len(report.verifications) - worse - unknown
    verified = joined([f'{worse} worse' if worse else '', f'{unknown} not verified' if unknown else ''])
    shown = [
        _card('files', str(len(signs)), files),
        _card('keys changed', str(changed_keys(report)), ''),
        _card('kept', str(len(kept_decisions(report))), "the team's own"),
        _card('open', str(len(report.plan.conflicts)), 'for a person', 'warn' if report.plan.conflicts else ''),
    ]
    if report.findings or report.waived:
        shown.append(
            _card(
                'findings', str(len(report.findings)), f'{len(report.waived)} waived' if report.waived else '', 'warn'
            )
        )
    if report.verifications:
        tone = 'bad' if worse else 'warn' if unknown else 'good'
        shown.append(_card('verified', f'{good}/{len(report.verifications)}', verified or 'before = after', tone))
    if report.debt.total:
        shown.append(_card('debt', str(report.debt.total), f'in {plural(len(report.debt.by_path), "file")}'))
    return element('dl', shown, class_='cards')


def scorecard(outcomes: Sequence[Outcome]) -> Markup:
    """One row for each service, linked to its part of the page."""
    head = element('tr', [element('th', name, scope='col') for name in COLUMNS])
    rows = [_row(number, outcome) for number, outcome in enumerate(outcomes)]
    table = element('table', element('thead', head), element('tbody', rows))
    return element('section', element('div', table, class_='scroll'), class_='score')


def _row(number: int, outcome: Outcome) -> Markup:
    cells = ['-', '-', '-']
    if has_report(outcome):
        report = outcome.report
        version = 'never adopted' if never_adopted(report) else versions(report) or '-'
        cells = [version, str(len(report.findings)), str(len(report.plan.conflicts))]
    link = element('a', service_of(outcome), href=f'#s{number}')
    return element(
        'tr',
        element('th', link, scope='row'),
        [element('td', cell, data_label=name) for name, cell in zip(COLUMNS[1:], cells, strict=False)],
        element('td', status_pill(outcome)),
    )


def _card(name: str, number: str, note: str, tone: str = '') -> Markup:
    children = [
        element('dt', name),
        element('dd', number, class_='number'),
        element('dd', note or '\u00a0', class_='quiet'),
    ]
    return element('div', children, class_=f'card {tone}'.rstrip())

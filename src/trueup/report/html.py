"""One self-contained page: what changes, key by key, with before, after and why; nothing is loaded from anywhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files

from trueup.model import Failed, Outcome, Refused, Report
from trueup.report._cards import cards, scorecard, status_pill
from trueup.report._decisions import decisions_section, open_section
from trueup.report._filter import filtered
from trueup.report._markup import Markup, element, join
from trueup.report._summary import has_report, service_of, status_word, versions, visible
from trueup.report._tables import (
    debt_section,
    facts_section,
    findings_section,
    next_section,
    notes_section,
    scores_section,
    verification_section,
)
from trueup.report._walk import map_text


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """The page; always complete, so `verbose` and `colour` change nothing."""
    del verbose, colour
    outcomes = [map_text(each, visible) for each in outcomes]
    single = len(outcomes) == 1
    title = f'{service_of(outcomes[0])}: {status_word(outcomes[0])}' if single else f'{len(outcomes)} services'
    body = _one(outcomes[0]) if single else _several(outcomes)
    return f'<!doctype html>\n{_page(title, body)}\n'


def _page(title: str, body: Markup) -> Markup:
    style, script = _asset('report.css'), _asset('report.js')
    sources = f'style-src {_source(style)}; script-src {_source(script)}'
    policy = f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"
    head = element(
        'head',
        element('meta', charset='utf-8'),
        element('meta', http_equiv='Content-Security-Policy', content=policy),
        element('meta', name='viewport', content='width=device-width, initial-scale=1'),
        element('meta', name='color-scheme', content='light dark'),
        element('title', f'{title} - trueup'),
        element('style', Markup(style)),
    )
    skip = element('a', 'Skip to the decisions', href='#content', class_='skip')
    foot = element('footer', 'Made by trueup. Values that look like secrets are masked as ***.')
    return element('html', head, element('body', skip, body, foot, element('script', Markup(script))), lang='en')


def _asset(name: str) -> str:
    return (files('trueup.report') / 'assets' / name).read_text(encoding='utf-8')


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _one(outcome: Outcome) -> Markup:
    return join(_header(outcome), element('main', _content(outcome, ''), id='content'))


def _several(outcomes: Sequence[Outcome]) -> Markup:
    """The scorecard, then each service folded."""
    sections = (
        element(
            'details',
            element('summary', element('h2', service_of(outcome)), status_pill(outcome)),
            _content(outcome, f's{number}-'),
            class_='service',
            id=f's{number}',
        )
        for number, outcome in enumerate(outcomes)
    )
    header = element('header', element('div', element('h1', f'{len(outcomes)} services'), class_='title'))
    return join(header, element('main', scorecard(outcomes), sections, id='content'))


def _header(outcome: Outcome) -> Markup:
    report = outcome.report if has_report(outcome) else None
    title = element('div', element('h1', service_of(outcome)), status_pill(outcome), class_='title')
    return element('header', title, _subtitle(report) if report else Markup(''))


def _subtitle(report: Report) -> Markup:
    parts = [
        element('span', element('b', report.verb)),
        element('span', 'standard ', element('b', versions(report))) if versions(report) else Markup(''),
        element('span', element('code', report.standard)) if report.standard else Markup(''),
        element('span', 'branch ', element('code', report.branch)) if report.branch else Markup(''),
    ]
    return element('p', parts, class_='subtitle')


def _content(outcome: Outcome, prefix: str) -> Markup:
    if isinstance(outcome, (Refused, Failed)):
        hint = element('p', element('b', 'Hint: '), outcome.hint) if outcome.hint else Markup('')
        return element('section', element('p', outcome.message), hint, class_='stopped')
    assert has_report(outcome)
    return join(*_sections(outcome.report, prefix))


def _sections(report: Report, prefix: str) -> Iterator[Markup]:
    yield cards(report)
    yield open_section(report)
    yield next_section(report)
    yield scores_section(report)
    yield verification_section(report)
    yield notes_section(report)
    yield filtered(report, findings_section(report), decisions_section(report, prefix))
    yield debt_section(report.debt)
    yield facts_section(report)

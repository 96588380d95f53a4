"""The filter of the HTML page: over findings and decisions alike, by file, decision, rule, owner and text."""

from __future__ import annotations

from collections.abc import Sequence

from trueup.model import Decision, Finding, Report
from trueup.report._markup import Markup, element
from trueup.report._summary import plural

FIELDS = ('file', 'decision', 'rule', 'owner', 'sure')


def filtered(report: Report, *sections: Markup) -> Markup:
    """The sections with the filter above them; without JavaScript everything is shown and the filter stays hidden."""
    found = [*report.findings, *(each for each, _ in report.waived)]
    entries = [*map(data_of, found), *map(data_of, report.plan.decisions)]
    if not entries:
        return Markup(''.join(sections))
    nothing = element('p', 'Nothing matches the filter.', class_='nothing', hidden=True)
    return element('div', _form(entries), nothing, sections, data_filtered=True)


def data_of(each: Decision | Finding) -> dict[str, str]:
    """What the filter asks of an entry, as attributes."""
    if isinstance(each, Finding):
        return {'data_file': each.path, 'data_rule': each.rule}
    return {
        'data_file': each.path, 'data_decision': str(each.action), 'data_rule': each.heuristic,
        'data_owner': str(each.owner), 'data_sure': str(each.level),
    }  # fmt: skip


def _form(entries: Sequence[dict[str, str]]) -> Markup:
    field = element('input', type='search', name='text', placeholder='key, value, reason  ( / )', autocomplete='off')
    search = element('label', element('span', 'Search'), field)
    selects = [_select(name, sorted({each.get(f'data_{name}', '') for each in entries} - {''})) for name in FIELDS]
    count = element('output', plural(len(entries), 'entry', 'entries'), aria_live='polite')
    reset = element('button', 'Reset', type='button', class_='reset')
    return element('form', search, selects, reset, count, class_='filter', role='search', hidden=True)


def _select(name: str, values: Sequence[str]) -> Markup:
    options = [element('option', 'all', value=''), *(element('option', value, value=value) for value in values)]
    return element('label', element('span', name), element('select', options, name=name))

"""JUnit XML as Jenkins reads it: one suite for each service, one case for each rule and file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from trueup.model import Failed, Outcome, Refused, Severity, Status, Verification
from trueup.report._issues import Issue, issues
from trueup.report._summary import has_report, one_line, versions
from trueup.report.titles import TITLES

FORBIDDEN = re.compile('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
"""Characters that XML 1.0 can't hold, not even escaped."""


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """The document; rules that found nothing are cases that pass, waived findings are skipped ones."""
    del verbose, colour
    root = Element('testsuites', name='trueup')
    for outcome in outcomes:
        root.append(_suite(outcome))
    for name in ('tests', 'failures', 'errors'):
        root.set(name, str(sum(int(suite.get(name, '0')) for suite in root)))
    indent(root)
    text: str = tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(outcome: Outcome) -> Element:
    if isinstance(outcome, (Refused, Failed)):
        service, cases = outcome.service, [_stopped(outcome)]
    else:
        assert has_report(outcome)
        report = outcome.report
        service = report.service
        cases = [*_cases(list(issues(report)), service, checked=report.verb == 'check')]
        cases += [_verified(each, service) for each in report.verifications]
    suite = Element('testsuite', name=_legal(f'trueup.{service}'))
    if has_report(outcome):
        properties = SubElement(suite, 'properties')
        for name, value in (('standard', outcome.report.standard), ('version', versions(outcome.report))):
            SubElement(properties, 'property', name=name, value=_legal(value))
    suite.extend(cases)
    counted = {'failures': 'failure', 'errors': 'error', 'skipped': 'skipped'}
    suite.set('tests', str(len(cases)))
    for name, tag in counted.items():
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    return suite


def _cases(found: Sequence[Issue], service: str, *, checked: bool) -> Iterator[Element]:
    """A case for each rule and file, and for `check` one that passes for each rule that had nothing to say."""
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in found:
        groups.setdefault((issue.finding.rule, issue.finding.path), []).append(issue)
    for (rule, path), group in sorted(groups.items()):
        yield _case(f'{rule} {path}', service, group)
    quiet = sorted(set(TITLES) - {rule for rule, _ in groups}) if checked else ()
    for rule in quiet:
        yield Element('testcase', name=f'{rule} {TITLES[rule]}', classname=_legal(f'trueup.{service}'))
    if not groups and not quiet:
        yield Element('testcase', name='nothing to change', classname=_legal(f'trueup.{service}'))


def _case(name: str, service: str, group: Sequence[Issue]) -> Element:
    case = Element('testcase', name=_legal(name), classname=_legal(f'trueup.{service}'))
    failing = [each for each in group if not each.waiver and each.finding.severity is not Severity.NOTE]
    waived = [each for each in group if each.waiver]
    told = [each for each in group if each not in failing and not each.waiver]
    if failing:
        head = one_line(failing[0].finding.message) + (f' (and {len(failing) - 1} more)' if failing[1:] else '')
        failure = SubElement(case, 'failure', type=failing[0].finding.rule, message=_legal(head))
        failure.text = _legal('\n'.join(_lines(failing)))
    elif waived:
        SubElement(case, 'skipped', message=_legal(f'waived: {one_line(waived[0].waiver)}'))
    rest = told + waived
    if rest:
        SubElement(case, 'system-out').text = _legal('\n'.join(_lines(rest)))
    return case


def _lines(group: Iterable[Issue]) -> Iterator[str]:
    for issue in group:
        finding, each = issue.finding, issue.decision
        where = f'{finding.path}:{finding.line}' if finding.line else finding.path
        yield f'{where}: {one_line(finding.message)}'
        if issue.waiver:
            yield f'  waived: {one_line(issue.waiver)}'
        if each is not None:
            yield f'  before: {one_line(each.before)}'
            yield f'  after: {one_line(each.after)}'
            told = ((each.reason, 'reason'), (each.source, 'source'), (each.heuristic, 'heuristic'))
            yield from (f'  {name}: {one_line(value)}' for value, name in told if value)
        if finding.reason and each is None:
            yield f'  reason: {one_line(finding.reason)}'
        if finding.hint:
            yield f'  hint: {one_line(finding.hint)}'


def _verified(each: Verification, service: str) -> Element:
    case = Element('testcase', name=_legal(f'verified: {each.name}'), classname=_legal(f'trueup.{service}'))
    detail = _legal(f'before: {each.before}\nafter: {each.after}\n{each.detail}'.strip())
    if each.status is Status.WORSE:
        SubElement(case, 'failure', type='worse', message=_legal(one_line(each.detail or 'worse'))).text = detail
    elif each.status is Status.UNVERIFIED:
        SubElement(case, 'skipped', message=_legal(one_line(each.detail or 'not verified')))
    return case


def _stopped(outcome: Refused | Failed) -> Element:
    case = Element('testcase', name='the service can be looked at', classname=_legal(f'trueup.{outcome.service}'))
    kind = 'refused' if isinstance(outcome, Refused) else 'failed'
    error = SubElement(case, 'error', type=kind, message=_legal(one_line(outcome.message)))
    error.text = _legal(f'hint: {outcome.hint}' if outcome.hint else outcome.message)
    return case


def _legal(text: str) -> str:
    return FORBIDDEN.sub(lambda found: found[0].encode('unicode_escape', 'surrogatepass').decode(), text)

"""JUnit XML as Jenkins reads it: one suite for each service, one case for each rule and file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from trueup.exchange.junit import Case, Suite, Verdict
from trueup.exchange.junit import write as write_suites
from trueup.model import Failed, Outcome, Refused, Severity, Status, Verification
from trueup.report._issues import Issue, issues
from trueup.report._summary import has_report, one_line, versions
from trueup.report.titles import TITLES


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """The document; rules that found nothing are cases that pass, waived findings are skipped ones."""
    del verbose, colour
    return write_suites('trueup', [_suite(each) for each in outcomes])


def _suite(outcome: Outcome) -> Suite:
    if isinstance(outcome, (Refused, Failed)):
        place = f'trueup.{outcome.service}'
        return Suite(place, place, [_stopped(outcome)])
    assert has_report(outcome)
    report = outcome.report
    place = f'trueup.{report.service}'
    cases = [*_cases(list(issues(report)), checked=report.verb == 'check'), *map(_verified, report.verifications)]
    return Suite(place, place, cases, {'standard': report.standard, 'version': versions(report)})


def _cases(found: Sequence[Issue], *, checked: bool) -> Iterator[Case]:
    """A case for each rule and file, and for `check` one that passes for each rule that had nothing to say."""
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in found:
        groups.setdefault((issue.finding.rule, issue.finding.path), []).append(issue)
    for (rule, path), group in sorted(groups.items()):
        yield _case(f'{rule} {path}', group)
    quiet = sorted(set(TITLES) - {rule for rule, _ in groups}) if checked else ()
    for rule in quiet:
        yield Case(f'{rule} {TITLES[rule]}')
    if not groups and not quiet:
        yield Case('nothing to change')


def _case(name: str, group: Sequence[Issue]) -> Case:
    failing = [each for each in group if not each.waiver and each.finding.severity is not Severity.NOTE]
    waived = [each for each in group if each.waiver]
    told = [each for each in group if each not in failing and not each.waiver]
    verdict = None
    if failing:
        head = one_line(failing[0].finding.message) + (f' (and {len(failing) - 1} more)' if failing[1:] else '')
        verdict = Verdict('failure', head, '\n'.join(_lines(failing)), failing[0].finding.rule)
    elif waived:
        verdict = Verdict('skipped', f'waived: {one_line(waived[0].waiver)}')
    return Case(name, verdict, '\n'.join(_lines(told + waived)))


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


def _verified(each: Verification) -> Case:
    verdict = None
    if each.status is Status.WORSE:
        detail = f'before: {each.before}\nafter: {each.after}\n{each.detail}'.strip()
        verdict = Verdict('failure', one_line(each.detail or 'worse'), detail, 'worse')
    elif each.status is Status.UNVERIFIED:
        verdict = Verdict('skipped', one_line(each.detail or 'not verified'))
    return Case(f'verified: {each.name}', verdict)


def _stopped(outcome: Refused | Failed) -> Case:
    kind = 'refused' if isinstance(outcome, Refused) else 'failed'
    text = f'hint: {outcome.hint}' if outcome.hint else outcome.message
    return Case('the service can be looked at', Verdict('error', one_line(outcome.message), text, kind))

"""SARIF 2.1.0, for code scanning of forges and editors: one run for each service.

A result's fingerprint is made of rule, file and key, so that moved lines do not make a known finding a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib import metadata

from trueup.exchange import sarif
from trueup.model import Failed, Outcome, Refused, Severity
from trueup.report._issues import PLANNED, Issue, issues
from trueup.report._summary import has_report, status_word, versions
from trueup.report.titles import TITLES

LEVELS = {Severity.ERROR: 'error', Severity.WARNING: 'warning', Severity.NOTE: 'note'}


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """One run for each service; always complete, so `verbose` and `colour` change nothing."""
    del verbose, colour
    return sarif.write([_run(each) for each in outcomes])


def _run(outcome: Outcome) -> sarif.Run:
    version = metadata.version('trueup')
    if isinstance(outcome, (Refused, Failed)):
        code = 5 if isinstance(outcome, Refused) else int(outcome.exit_code)
        text = f'{outcome.message}. {outcome.hint}' if outcome.hint else outcome.message
        return sarif.Run(
            'trueup', version=version, category=f'trueup/{outcome.service}/', errors=(text,), exit_code=code
        )
    assert has_report(outcome)
    report = outcome.report
    found = list(issues(report))
    titles = {**TITLES, PLANNED: 'What would change'}
    return sarif.Run(
        'trueup',
        version=version,
        category=f'trueup/{report.service}/',
        results=[_result(each) for each in found],
        rules={each: sarif.Rule(text=titles.get(each, each)) for each in sorted({each.finding.rule for each in found})},
        status={'status': status_word(outcome)},
        properties={'service': report.service, 'standard': report.standard, 'version': versions(report)},
    )


def _result(issue: Issue) -> sarif.Result:
    finding = issue.finding
    return sarif.Result(
        finding.rule,
        LEVELS[finding.severity],
        '. '.join(part for part in (finding.message, finding.reason, finding.hint) if part),
        sarif.Place(finding.path, finding.line, name=issue.name if finding.key else ''),
        accepted=issue.waiver,
        fingerprint=_fingerprint(issue),
        properties=_properties(issue),
    )


def _fingerprint(issue: Issue) -> str:
    finding = issue.finding
    # Two findings of one rule without a key differ by their message alone.
    told = () if finding.key else (finding.message,)
    return sha256('\0'.join((finding.rule, finding.path, *finding.key, *told)).encode(errors='replace')).hexdigest()


def _properties(issue: Issue) -> dict[str, object]:
    """What a decision tells, for those who read more than the message."""
    found: dict[str, object] = {'fixable': issue.finding.fixable}
    if issue.decision is not None:
        each = issue.decision
        found |= {'action': str(each.action), 'before': each.before, 'after': each.after, 'owner': str(each.owner)}
        found |= {'reason': each.reason, 'source': each.source, 'heuristic': each.heuristic}
    return found

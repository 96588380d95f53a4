"""SARIF 2.1.0, for code scanning of forges and editors (the OASIS standard; `$schema` names it).

A result's fingerprint is made of rule, file and key, so that moved lines do not make a known finding a new one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from importlib import metadata
from typing import Any
from urllib.parse import quote

from trueup.model import Failed, Outcome, Refused, Severity
from trueup.report._issues import PLANNED, Issue, issues
from trueup.report._summary import has_report, status_word, versions
from trueup.report.titles import TITLES

SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
Object = dict[str, Any]
LEVELS = {Severity.ERROR: 'error', Severity.WARNING: 'warning', Severity.NOTE: 'note'}


def write(outcomes: Sequence[Outcome], *, verbose: bool, colour: bool) -> str:
    """One run for each service; always complete, so `verbose` and `colour` change nothing."""
    del verbose, colour
    document = {'$schema': SCHEMA, 'version': '2.1.0', 'runs': [_run(each) for each in outcomes]}
    return json.dumps(document, indent=2) + '\n'


def _run(outcome: Outcome) -> Object:
    if isinstance(outcome, (Refused, Failed)):
        code = 5 if isinstance(outcome, Refused) else int(outcome.exit_code)
        return _tool([], outcome.service, [], _stopped(outcome, code))
    assert has_report(outcome)
    report = outcome.report
    found = list(issues(report))
    rules = sorted({each.finding.rule for each in found})
    properties = {'service': report.service, 'standard': report.standard, 'version': versions(report)}
    results = [_result(each, rules.index(each.finding.rule)) for each in found]
    end = {'executionSuccessful': True, 'properties': {'status': status_word(outcome)}}
    return {**_tool(rules, report.service, results, end), 'properties': properties}


def _tool(rules: Sequence[str], service: str, results: Sequence[Object], end: Object) -> Object:
    titles = {**TITLES, PLANNED: 'What would change'}
    driver = {
        'name': 'trueup',
        'semanticVersion': _semantic(metadata.version('trueup')),
        'rules': [{'id': each, 'shortDescription': {'text': titles.get(each, each)}} for each in rules],
    }
    return {
        'tool': {'driver': driver},
        'automationDetails': {'id': f'trueup/{service}/'},
        'invocations': [end],
        'columnKind': 'unicodeCodePoints',
        'originalUriBaseIds': {'SRCROOT': {'description': {'text': 'The root of the repository.'}}},
        'results': list(results),
    }


def _stopped(outcome: Refused | Failed, code: int) -> Object:
    text = f'{outcome.message}. {outcome.hint}' if outcome.hint else outcome.message
    said = {'level': 'error', 'message': {'text': text}}
    return {'executionSuccessful': False, 'exitCode': code, 'toolExecutionNotifications': [said]}


def _semantic(version: str) -> str:
    """`0.1.0.dev0` is no semantic version; `0.1.0-dev0` is."""
    return version.replace('.dev', '-dev')


def _result(issue: Issue, index: int) -> Object:
    finding = issue.finding
    text = '. '.join(part for part in (finding.message, finding.reason, finding.hint) if part)
    result: Object = {
        'ruleId': finding.rule,
        'ruleIndex': index,
        'level': LEVELS[finding.severity],
        'message': {'text': text},
        'locations': [_location(issue)],
        'partialFingerprints': {'trueup/v1': _fingerprint(issue)},
        'properties': _properties(issue),
    }
    if issue.waiver:
        result['suppressions'] = [{'kind': 'external', 'status': 'accepted', 'justification': issue.waiver}]
    return result


def _location(issue: Issue) -> Object:
    finding = issue.finding
    place: Object = {
        'artifactLocation': {'uri': quote(finding.path.encode(errors='surrogateescape')), 'uriBaseId': 'SRCROOT'}
    }
    if finding.line:
        place['region'] = {'startLine': finding.line}
    location: Object = {'physicalLocation': place}
    if finding.key:
        location['logicalLocations'] = [{'fullyQualifiedName': issue.name, 'kind': 'member'}]
    return location


def _fingerprint(issue: Issue) -> str:
    finding = issue.finding
    # Two findings of one rule without a key differ by their message alone.
    told = () if finding.key else (finding.message,)
    return sha256('\0'.join((finding.rule, finding.path, *finding.key, *told)).encode(errors='replace')).hexdigest()


def _properties(issue: Issue) -> Object:
    """What a decision tells, for those who read more than the message."""
    found: Object = {'fixable': issue.finding.fixable}
    if issue.decision is not None:
        each = issue.decision
        found |= {'action': str(each.action), 'before': each.before, 'after': each.after, 'owner': str(each.owner)}
        found |= {'reason': each.reason, 'source': each.source, 'heuristic': each.heuristic}
    return found

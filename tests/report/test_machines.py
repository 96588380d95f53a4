"""SARIF and JUnit reports: what schemas promise, and what forges and Jenkins do with them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from trueup.model import (
    Action,
    Changed,
    Clean,
    Conflicted,
    Decision,
    Drifted,
    Failed,
    Finding,
    Outcome,
    Owner,
    Plan,
    Refused,
    Regressed,
    Report,
    Severity,
)
from trueup.report import render
from trueup.report.titles import TITLES

from .samples import ADOPTED, CHECKED, FINDINGS, SECRET

SCHEMAS = Path(__file__).parent / 'schemas'
SARIF = json.loads((SCHEMAS / 'sarif.json').read_text(encoding='utf-8'))
JUNIT = xmlschema.XMLSchema(str(SCHEMAS / 'junit.xsd'))
WAIVED = ((FINDINGS[0], 'generated code (ml, until 2027-01-31)'),)
HOSTILE = Finding('STD001', 'a b/\u00fc#?\udcff.toml', 'x\x00\ud800<y>]]>&', key=('k"', '[a=b]'))
OUTCOMES: list[Outcome | list[Outcome]] = [
    Clean(Report('check', 'x')),
    Changed(ADOPTED),
    Changed(ADOPTED, planned=True),
    Conflicted(ADOPTED),
    Drifted(replace(CHECKED, waived=WAIVED)),
    Drifted(replace(CHECKED, service='a b\x1b<>"', findings=(HOSTILE,))),
    Regressed(ADOPTED),
    Refused('x', 'dirty', 'commit first'),
    Failed('x', 'no', 70, 'hint'),
    [Clean(CHECKED), Failed('x', 'no', 70)],
    [],
]


def runs(outcome: Outcome | list[Outcome]) -> list[Any]:
    """The runs of a SARIF report."""
    return json.loads(render(outcome, 'sarif'))['runs']  # type: ignore[no-any-return]


@pytest.mark.parametrize('outcome', OUTCOMES)
def test_sarif_follows_its_schema(outcome: Outcome | list[Outcome]) -> None:
    """Also for hostile names, and for services that could not be looked at."""
    text = render(outcome, 'sarif')
    jsonschema.Draft202012Validator(SARIF).validate(json.loads(text))
    assert SECRET not in text
    for run in runs(outcome):
        rules = [rule['id'] for rule in run['tool']['driver']['rules']]
        assert all(rules[result['ruleIndex']] == result['ruleId'] for result in run['results'])


@pytest.mark.parametrize('outcome', OUTCOMES)
def test_junit_follows_its_schema(outcome: Outcome | list[Outcome]) -> None:
    """Jenkins refuses a whole file for one wrong character."""
    text = render(outcome, 'junit')
    JUNIT.validate(text)
    assert SECRET not in text


def test_schemas_are_strict() -> None:
    """A part that nobody described fails, else the tests above could not."""
    document = json.loads(render(Drifted(CHECKED), 'sarif'))
    document['runs'][0]['results'][0]['surprise'] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SARIF).validate(document)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        JUNIT.validate(render(Drifted(CHECKED), 'junit').replace(' classname=', ' class='))


def test_sarif_places_a_finding_at_its_line_and_key() -> None:
    """A forge shows it beside the changed line."""
    result, other = runs(Drifted(CHECKED))[0]['results']
    (location,) = result['locations']
    place = location['physicalLocation']
    assert (place['artifactLocation']['uri'], place['region']) == ('pyproject.toml', {'startLine': 12})
    assert location['logicalLocations'][0]['fullyQualifiedName'] == 'pyproject.toml::tool.black.line-length'
    assert (result['level'], other['level']) == ('error', 'warning')
    assert 'region' not in other['locations'][0]['physicalLocation']


def test_sarif_fingerprints_survive_moved_lines_and_tell_findings_apart() -> None:
    """Else every edit above a known finding would make it a new one."""

    def prints(*findings: Finding) -> list[str]:
        (run,) = runs(Drifted(replace(CHECKED, findings=findings)))
        return [result['partialFingerprints']['trueup/v1'] for result in run['results']]

    moved = tuple(replace(each, line=each.line + 40) for each in FINDINGS)
    assert prints(*FINDINGS) == prints(*moved)
    said_otherwise = replace(FINDINGS[0], message='line-length is 79, the standard has 120')
    others = replace(FINDINGS[0], key=('tool', 'isort')), replace(FINDINGS[0], path='a'), replace(FINDINGS[0], rule='X')
    assert prints(said_otherwise) == prints(FINDINGS[0])
    assert len({*prints(FINDINGS[0], *others)}) == 4


def test_sarif_shows_waived_findings_as_suppressed() -> None:
    """A waiver hides nothing, and does not fail."""
    (run,) = runs(Clean(replace(CHECKED, findings=(), waived=WAIVED)))
    assert [result['suppressions'] for result in run['results']] == [
        [{'kind': 'external', 'status': 'accepted', 'justification': 'generated code (ml, until 2027-01-31)'}]
    ]


def test_sarif_carries_the_decision_behind_a_finding() -> None:
    """Before, after, reason, source and heuristic, for those who read more than the message."""
    key = ('tool', 'black', 'line-length')
    decision = Decision(
        'pyproject.toml', key, Action.CHANGE, '100', '120', Owner.REQUIRED, 'why', 'standard v2', 'owner'
    )
    (run,) = runs(Drifted(replace(CHECKED, plan=Plan(decisions=(decision,)))))
    assert run['results'][0]['properties'] == {
        'fixable': True, 'action': 'change', 'before': '100', 'after': '120', 'owner': 'required', 'reason': 'why',
        'source': 'standard v2', 'heuristic': 'owner',
    }  # fmt: skip


def test_a_plan_tells_each_change_and_open_key_once() -> None:
    """`update --plan --format sarif` holds what the text holds."""
    (run,) = runs(Changed(ADOPTED, planned=True))
    assert [(each['ruleId'], each['level']) for each in run['results']] == [
        ('STD003', 'error'), ('PLN001', 'note'), ('PLN001', 'note'),
    ]  # fmt: skip


def test_junit_has_a_case_for_each_rule_and_file() -> None:
    """What a rule found in a file fails its case; a note does not; a waived finding is skipped; the rest passes."""
    first = replace(FINDINGS[0], rule='STD001')
    findings = (first, replace(first, key=('x',)), replace(first, path='b', severity=Severity.NOTE))
    report = replace(CHECKED, findings=findings, waived=((replace(first, path='c'), 'old (ml, until 2027-01-31)'),))
    suite = ElementTree.fromstring(render(Drifted(report), 'junit'))[0]
    cases = {case.get('name', ''): [child.tag for child in case] for case in suite.iter('testcase')}
    assert {name: tags for name, tags in cases.items() if tags} == {
        'STD001 pyproject.toml': ['failure'], 'STD001 b': ['system-out'], 'STD001 c': ['skipped', 'system-out'],
    }  # fmt: skip
    assert {name.split()[0] for name, tags in cases.items() if not tags} == set(TITLES) - {'STD001'}
    assert (suite.get('tests'), suite.get('failures'), suite.get('skipped')) == (str(len(cases)), '1', '1')
    failure = suite.find('testcase/failure')
    assert failure is not None and failure.get('message', '').endswith('(and 1 more)')
    assert (failure.text or '').count('pyproject.toml:12: ') == 2


def test_junit_counts_what_could_not_be_looked_at_as_an_error() -> None:
    """A service that nobody could check must not look green."""
    root = ElementTree.fromstring(render([Clean(CHECKED), Failed('x', 'no', 70, 'try y')], 'junit'))
    error = root.find('testsuite/testcase/error')
    assert (root.get('errors'), root.get('failures')) == ('1', '2')
    assert error is not None and (error.get('message'), error.text) == ('no', 'hint: try y')

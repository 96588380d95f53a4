"""What a person, a program and GitHub are told, whole."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from trueup.lint.model import Failure, LintResult, Message
from trueup.lint.writers import (
    write_github,
    write_html,
    write_json,
    write_junit,
    write_sarif,
    write_statistics,
    write_text,
)

SCHEMAS = Path(__file__).parents[1] / 'report' / 'schemas'
SARIF = json.loads((SCHEMAS / 'sarif.json').read_text(encoding='utf-8'))
JUNIT = xmlschema.XMLSchema(str(SCHEMAS / 'junit.xsd'))
FOUND = LintResult(
    messages=(
        Message('black', 'black', 'unformatted', 'src/a.py', 0, 0, 'would be reformatted'),
        Message('flake8', 'F401', '', 'src/a.py', 3, 1, "'os' imported but unused"),
        Message('pylint', 'W0611', 'unused-import', 'src/a.py', 3, 0, 'Unused import os'),
        Message('pylint', 'R0801', 'duplicate-code', 'a, b:c.py', 1, 0, 'Similar lines in 2 files\n100% equal'),
    ),
    known=(Message('flake8', 'E225', '', 'src/a.py', 9, 2, 'missing whitespace around operator'),),
    score=8.5,
    fail_under=9.7,
    failed=True,
    notes=('flake8: .flake8 is shadowed by pyproject.toml',),
    crashed=(Failure('isort', 'no such profile'),),
    checked=7,
    reasons=('black: 1 new message', 'pylint: score 8.50 is below fail-under 9.7'),
)
CLEAN = LintResult(score=10.0, fail_under=9.7, checked=7)


@pytest.mark.parametrize(
    ('result', 'expected'),
    [
        (
            FOUND,
            """\
src/a.py: black: would be reformatted
src/a.py:3:1: flake8 F401: 'os' imported but unused
src/a.py:3:0: pylint W0611: Unused import os (unused-import)
a, b:c.py:1:0: pylint R0801: Similar lines in 2 files
100% equal (duplicate-code)

7 files checked
black       1 new     0 known
flake8      1 new     1 known
pylint      2 new     0 known
Your code has been rated at 8.50/10 (fail-under 9.7, without the known messages)
failed: black: 1 new message
failed: pylint: score 8.50 is below fail-under 9.7
""",
        ),
        (
            CLEAN,
            """\
7 files checked, no messages
Your code has been rated at 10.00/10 (fail-under 9.7)
""",
        ),
        (LintResult(), '0 files checked, no messages\n'),
    ],
)
def test_text(result: LintResult, expected: str) -> None:
    """For a terminal."""
    assert write_text(result) == expected


def test_json_holds_all() -> None:
    """For a program: nothing of the result is left out."""
    document = json.loads(write_json(FOUND))
    assert document['schema'] == 1
    assert tuple(Message(**entry) for entry in document['messages']) == FOUND.messages
    assert {name: document[name] for name in ('score', 'fail_under', 'failed', 'checked')} == {
        'score': 8.5,
        'fail_under': 9.7,
        'failed': True,
        'checked': 7,
    }
    assert document['crashed'] == [{'tool': 'isort', 'text': 'no such profile'}]
    assert set(document) == {
        'schema',
        'messages',
        'known',
        'score',
        'fail_under',
        'failed',
        'notes',
        'crashed',
        'checked',
        'reasons',
        'unchecked',
    }


def test_github_escapes_what_its_commands_are_made_of() -> None:
    """Colons, commas, per cent signs and line ends in names and texts."""
    assert write_github(FOUND) == """\
::error file=src/a.py,title=black (unformatted)::would be reformatted
::error file=src/a.py,line=3,col=1,title=flake8 F401::'os' imported but unused
::warning file=src/a.py,line=3,col=1,title=pylint W0611 (unused-import)::Unused import os
::warning file=a%2C b%3Ac.py,line=1,col=1,title=pylint R0801 (duplicate-code)::Similar lines in 2 files%0A100%25 equal
::error title=isort::no such profile
7 files checked
black       1 new     0 known
flake8      1 new     1 known
pylint      2 new     0 known
Your code has been rated at 8.50/10 (fail-under 9.7, without the known messages)
failed: black: 1 new message
failed: pylint: score 8.50 is below fail-under 9.7
"""


def test_statistics_count_the_rules() -> None:
    """The most frequent first, equal ones by name."""
    assert write_statistics(FOUND) == (
        '     1  black (unformatted)\n     1  flake8 F401\n     1  pylint R0801 (duplicate-code)\n'
        '     1  pylint W0611 (unused-import)\n'
    )


def test_sarif_tells_new_and_recorded() -> None:
    """One run per linter; what the baseline records is suppressed; a linter that crashed says so."""
    document = json.loads(write_sarif(FOUND))
    assert document['version'] == '2.1.0'
    runs = {run['tool']['driver']['name']: run for run in document['runs']}
    assert list(runs) == ['black', 'flake8', 'isort', 'pylint']
    assert [('suppressions' in one, one['ruleId']) for one in runs['flake8']['results']] == [
        (False, 'F401'),
        (True, 'E225'),
    ]
    place = runs['pylint']['results'][0]['locations'][0]['physicalLocation']
    artifact = {'uri': 'src/a.py', 'uriBaseId': 'SRCROOT'}
    assert place == {'artifactLocation': artifact, 'region': {'startLine': 3, 'startColumn': 1}}
    assert 'region' not in runs['black']['results'][0]['locations'][0]['physicalLocation']
    assert (
        runs['pylint']['results'][1]['locations'][0]['physicalLocation']['artifactLocation']['uri'] == 'a%2C%20b%3Ac.py'
    )
    assert [run['invocations'][0]['executionSuccessful'] for run in runs.values()] == [True, True, False, True]
    assert {rule['id'] for run in runs.values() for rule in run['tool']['driver']['rules']} >= {'R0801', 'E225'}


def test_junit_fails_on_what_fails() -> None:
    """A case per linter and file; where pylint's score is good enough its messages are output."""

    def count(result: LintResult) -> dict[str | None, tuple[str | None, int, int]]:
        text = write_junit(result)
        JUNIT.validate(text)
        suites = ElementTree.fromstring(text.encode())
        return {
            suite.get('name'): (suite.get('failures'), len(suite.findall('testcase')), len(suite.findall('.//failure')))
            for suite in suites
        }

    whole = {
        'black': ('1', 1, 1),
        'flake8': ('1', 1, 1),
        'isort': ('0', 1, 0),
        'pylint': ('2', 2, 2),
        'verdict': ('1', 1, 1),
    }
    assert count(FOUND) == whole
    good = LintResult(messages=FOUND.messages[2:3], score=9.9, fail_under=9.0, checked=1)
    assert count(good) == {'pylint': ('0', 1, 0), 'verdict': ('0', 1, 0)}
    assert count(CLEAN) == {'verdict': ('0', 1, 0)}
    odd = LintResult(
        messages=(Message('flake8', 'E1', '', 'a\x01<"&>.py', 1, 1, '\x02 & <tag> ]]> \udc80'),), failed=True
    )
    assert count(odd)['flake8'] == ('1', 1, 1)


def test_junit_tells_a_linter_that_broke_from_one_that_found_something() -> None:
    """An error needs another person than a finding."""
    (suite,) = ElementTree.fromstring(write_junit(FOUND).encode()).findall('testsuite[@name="isort"]')
    (error,) = suite.findall('.//error')
    assert (suite.get('errors'), error.get('message')) == ('1', 'no such profile')


@pytest.mark.parametrize('result', [FOUND, CLEAN, LintResult()])
def test_sarif_follows_its_schema(result: LintResult) -> None:
    """A forge refuses a whole file for one wrong part."""
    document = json.loads(write_sarif(result))
    jsonschema.Draft202012Validator(SARIF).validate(document)
    for run in document['runs']:
        rules = [rule['id'] for rule in run['tool']['driver']['rules']]
        assert all(rules[one['ruleIndex']] == one['ruleId'] for one in run['results'])


def test_html_is_one_page() -> None:
    """Everything is in it, escaped, and nothing comes from elsewhere."""
    page = write_html(FOUND)
    assert page.startswith('<!doctype html>') and 'http' not in page and '<script' not in page
    assert '<span class="failed">failed</span>' in page and 'rated 8.50/10 (fail-under 9.7)' in page
    assert '&#x27;os&#x27; imported but unused' in page and 'Similar lines in 2 files\n100% equal' in page
    assert page.count('<details') == 2
    assert '<span class="passed">passed</span>' in write_html(CLEAN)
    assert '&lt;b&gt;' in write_html(LintResult(messages=(Message('flake8', 'E1', '', 'a.py', 1, 1, '<b>\udc80'),)))

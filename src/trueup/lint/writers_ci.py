"""A lint result for the machines around a repository: SARIF for code scanning, JUnit for CI servers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from trueup.lint.model import LintResult, Message

SARIF_SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json'
ILLEGAL = {code: '\N{REPLACEMENT CHARACTER}' for code in range(32) if code not in (9, 10, 13)}
"""Control characters that no XML document may hold."""


def write_sarif(result: LintResult) -> str:
    """SARIF 2.1.0 with one run per linter; known findings are there as suppressed by the baseline."""
    tools = sorted(
        {message.tool for message in (*result.messages, *result.known)} | {one.tool for one in result.crashed}
    )
    runs = [_run(tool, result) for tool in tools or ['trueup']]
    return json.dumps({'$schema': SARIF_SCHEMA, 'version': '2.1.0', 'runs': runs}, indent=2, ensure_ascii=False) + '\n'


def write_junit(result: LintResult) -> str:
    """JUnit XML: a suite per linter with a case per file, and one for the verdict.

    pylint is held to a score: where that is good enough, its messages are told as output and fail nothing.
    """
    tools = sorted({message.tool for message in result.messages} | {one.tool for one in result.crashed})
    verdict = ''.join(f'failed: {reason}\n' for reason in result.reasons)
    suites = [_suite(tool, result) for tool in tools]
    suites.append(
        _element('testsuite', _counted('verdict', 1, int(result.failed)), [_case('verdict', 'lint', verdict)])
    )
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _element('testsuites', {'name': 'trueup lint'}, suites) + '\n'


def _run(tool: str, result: LintResult) -> dict[str, object]:
    new = [message for message in result.messages if message.tool == tool]
    known = [message for message in result.known if message.tool == tool]
    rules = dict.fromkeys((message.rule, message.symbol) for message in (*new, *known))
    described = [{'id': rule, **({'name': symbol} if symbol else {})} for rule, symbol in rules]
    failures = [one.text for one in result.crashed if one.tool == tool]
    notes = [{'level': 'error', 'message': {'text': text}} for text in failures]
    return {
        'tool': {'driver': {'name': tool, 'rules': described}},
        'columnKind': 'unicodeCodePoints',
        'invocations': [{'executionSuccessful': not failures, 'toolExecutionNotifications': notes}],
        'results': [*(_result(message) for message in new), *(_result(message, 'recorded') for message in known)],
    }


def _result(message: Message, recorded: str = '') -> dict[str, object]:
    level = 'error' if message.tool != 'pylint' or message.rule[:1] in 'FE' else 'warning'
    place: dict[str, object] = {'artifactLocation': {'uri': _uri(message.path)}}
    if message.line:
        # SARIF counts columns from 1 as flake8 does; pylint and black count from 0.
        column = message.column if message.tool == 'flake8' else message.column + 1
        place['region'] = {'startLine': message.line, 'startColumn': max(column, 1)}
    found: dict[str, object] = {
        'ruleId': message.rule,
        'level': level,
        'message': {'text': message.text},
        'locations': [{'physicalLocation': place}],
    }
    if recorded:
        found['suppressions'] = [{'kind': 'external', 'justification': 'recorded in .trueup/baseline.json'}]
    return found


def _uri(path: str) -> str:
    return quote(path, errors='surrogateescape')


def _suite(tool: str, result: LintResult) -> str:
    messages = [message for message in result.messages if message.tool == tool]
    fails = tool != 'pylint' or any(reason.startswith(tool) for reason in result.reasons)
    cases = []
    for path in dict.fromkeys(message.path for message in messages):
        lines = (_line(message) for message in messages if message.path == path)
        cases.append(_case(tool, path, '\n'.join(lines), fails=fails))
    cases += [_case(tool, 'the linter itself', one.text) for one in result.crashed if one.tool == tool]
    return _element('testsuite', _counted(tool, len(cases), len(cases) if fails else 0), cases)


def _counted(name: str, tests: int, failures: int) -> dict[str, str]:
    return {'name': name, 'tests': str(tests), 'failures': str(failures)}


def _line(message: Message) -> str:
    symbol = f' ({message.symbol})' if message.symbol and message.rule != message.tool else ''
    return f'{message.path}:{message.line}:{message.column}: {message.rule}: {message.text}{symbol}'


def _case(tool: str, name: str, text: str, *, fails: bool = True) -> str:
    inner = []
    if text and fails:
        inner = [_element('failure', {'message': text.strip().partition('\n')[0]}, [escape(_plain(text))])]
    elif text:
        inner = [_element('system-out', {}, [escape(_plain(text))])]
    return _element('testcase', {'classname': tool, 'name': name}, inner)


def _element(name: str, attributes: dict[str, str], inner: Sequence[str]) -> str:
    words = ''.join(f' {key}="{escape(_plain(value))}"' for key, value in attributes.items())
    return f'<{name}{words}>{"".join(inner)}</{name}>' if inner else f'<{name}{words}/>'


def _plain(text: str) -> str:
    return text.translate(ILLEGAL).encode('utf-8', 'replace').decode()

"""A lint result for the machines around a repository: SARIF for code scanning, JUnit for CI servers."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.exchange import junit, sarif
from trueup.lint.line import line_of
from trueup.lint.model import LintResult, Message

RECORDED = 'recorded in .trueup/baseline.json'


def write_sarif(result: LintResult) -> str:
    """SARIF 2.1.0 with one run per linter; known findings are there as suppressed by the baseline."""
    messages = (*result.messages, *result.known)
    tools = sorted({message.tool for message in messages} | {one.tool for one in result.crashed})
    return sarif.write([_run(tool, result) for tool in tools or ['trueup']])


def write_junit(result: LintResult) -> str:
    """JUnit XML: a suite per linter with a case per file, and one for the verdict.

    pylint is held to a score: where that is good enough, its messages are told as output and fail nothing.
    """
    tools = sorted({message.tool for message in result.messages} | {one.tool for one in result.crashed})
    why = '\n'.join(f'failed: {reason}' for reason in result.reasons) or 'failed'
    verdict = junit.Case('lint', _failure(why) if result.failed else None)
    suites = [junit.Suite(tool, tool, list(_cases(tool, result))) for tool in tools]
    return junit.write('trueup lint', [*suites, junit.Suite('verdict', 'verdict', [verdict])])


def _run(tool: str, result: LintResult) -> sarif.Run:
    found = [_result(message) for message in result.messages if message.tool == tool]
    found += [_result(message, RECORDED) for message in result.known if message.tool == tool]
    named = {one.rule: one.symbol for one in (*result.messages, *result.known) if one.tool == tool}
    return sarif.Run(
        tool,
        found,
        {rule: sarif.Rule(symbol) for rule, symbol in named.items()},
        errors=[one.text for one in result.crashed if one.tool == tool],
    )


def _result(message: Message, accepted: str = '') -> sarif.Result:
    level = 'error' if message.tool != 'pylint' or message.rule[:1] in 'FE' else 'warning'
    # SARIF counts columns from 1 as flake8 does; pylint and black count from 0.
    column = max(message.column if message.tool == 'flake8' else message.column + 1, 1)
    return sarif.Result(
        message.rule, level, message.text, sarif.Place(message.path, message.line, column), accepted=accepted
    )


def _cases(tool: str, result: LintResult) -> Iterator[junit.Case]:
    messages = [message for message in result.messages if message.tool == tool]
    fails = tool != 'pylint' or any(reason.startswith(tool) for reason in result.reasons)
    for path in dict.fromkeys(message.path for message in messages):
        text = '\n'.join(line_of(message) for message in messages if message.path == path)
        yield junit.Case(path, _failure(text)) if fails else junit.Case(path, output=text)
    for one in result.crashed:
        if one.tool == tool:
            yield junit.Case('the linter itself', junit.Verdict('error', one.text, one.text, 'crash'))


def _failure(text: str) -> junit.Verdict:
    return junit.Verdict('failure', text.strip().partition('\n')[0], text, 'findings')

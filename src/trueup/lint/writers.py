"""Write a lint result for a person, a program or a GitHub job."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping

from trueup.lint.line import line_of
from trueup.lint.model import LintResult, Message
from trueup.lint.writers_ci import write_junit, write_sarif
from trueup.lint.writers_html import write_html

SCHEMA = 1


def write_text(result: LintResult) -> str:
    """Messages, a table of the tools, the score, and why it failed."""
    lines = [line_of(message) for message in result.messages]
    return '\n'.join([*lines, *([''] if lines else []), *_summary(result)]) + '\n'


def write_json(result: LintResult) -> str:
    """All of the result, for programs."""
    document = result._asdict()
    for name in ('messages', 'known', 'crashed'):
        document[name] = [entry._asdict() for entry in getattr(result, name)]
    return json.dumps({'schema': SCHEMA, **document}, indent=2, ensure_ascii=False) + '\n'


def write_github(result: LintResult) -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request, then the text summary."""
    lines = [_annotation(message) for message in result.messages]
    lines += [f'::error title={_property(failure.tool)}::{_data(failure.text)}' for failure in result.crashed]
    return '\n'.join([*lines, *_summary(result)]) + '\n'


def write_statistics(result: LintResult) -> str:
    """How often each rule was broken anew, the most frequent first."""
    found = Counter((message.tool, message.rule, message.symbol) for message in result.messages)
    rows = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return ''.join(f'{count:6}  {_named(*rule)}\n' for rule, count in rows)


WRITERS: Mapping[str, Callable[[LintResult], str]] = {
    'text': write_text,
    'json': write_json,
    'sarif': write_sarif,
    'junit': write_junit,
    'github': write_github,
    'html': write_html,
}


def _summary(result: LintResult) -> list[str]:
    score = [] if result.score is None else [_score(result)]
    return [*_table(result), *score, *(f'failed: {reason}' for reason in result.reasons)]


def _table(result: LintResult) -> list[str]:
    new = Counter(message.tool for message in result.messages)
    known = Counter(message.tool for message in result.known)
    tools = sorted({*new, *known})
    if not tools:
        return [f'{result.checked} files checked, no messages']
    rows = [f'{tool:8}{new[tool]:5} new{known[tool]:6} known' for tool in tools]
    return [f'{result.checked} files checked', *rows]


def _score(result: LintResult) -> str:
    known = ', without the known messages' if result.known else ''
    return f'Your code has been rated at {result.score:.2f}/10 (fail-under {result.fail_under:g}{known})'


def _annotation(message: Message) -> str:
    level = 'error' if message.tool != 'pylint' or message.rule[:1] in 'FE' else 'warning'
    place = f',line={message.line},col={max(message.column, 1)}' if message.line else ''
    title = _property(_named(message.tool, message.rule, message.symbol))
    return f'::{level} file={_property(message.path)}{place},title={title}::{_data(message.text)}'


def _named(tool: str, rule: str, symbol: str) -> str:
    return ' '.join([tool, *([] if rule == tool else [rule]), *([f'({symbol})'] if symbol else [])])


def _data(text: str) -> str:
    return text.replace('%', '%25').replace('\r', '%0D').replace('\n', '%0A')


def _property(text: str) -> str:
    return _data(text).replace(':', '%3A').replace(',', '%2C')

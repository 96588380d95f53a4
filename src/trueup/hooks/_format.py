"""The formatting hooks in common: rewrite what is new, leave recorded old files alone, fail if one changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode
from trueup.hooks._arguments import parse
from trueup.hooks._lint import exit_code, syntax_hint
from trueup.lint.format import format_files
from trueup.lint.model import Failure, LintResult
from trueup.lint.run import LintOptions, lint
from trueup.lint.writers import line_of


def run_formatters(argv: Sequence[str], *, tools: tuple[str, ...]) -> int:
    """Format the files in place with these tools, in this order; like stock hooks, a changed file fails the commit."""
    arguments = parse(argv)
    options = LintOptions(tools=tools, use_baseline=arguments.baseline)
    result = lint(Path.cwd(), arguments.files or None, options=options)
    fixable = {message.path for message in result.messages if message.symbol != 'unparsable'}
    for message in result.messages:
        if message.symbol == 'unparsable':
            print(line_of(message))
    changed, failures = (sorted(fixable), []) if arguments.check else _format(result, tools)
    for path in changed:
        print(f'{path}: {"would be formatted" if arguments.check else "formatted"}')
    failures += result.crashed
    said = [f'note: {note}' for note in result.notes]
    said += [f'failed: {failure.tool} did not come to an end: {failure.text}' for failure in failures]
    for line in said + syntax_hint(result):
        print(line, file=sys.stderr)
    if failures:
        return ExitCode.USAGE
    return max(exit_code(result), ExitCode.FINDINGS if changed else ExitCode.CLEAN)


def _format(result: LintResult, tools: Sequence[str]) -> tuple[list[str], list[Failure]]:
    """Run each tool on what it wants changed and on what the tool before it changed, but never on its old debt."""
    changed: set[str] = set()
    failures: list[Failure] = []
    for tool in tools:
        wanted = {
            message.path for message in result.messages if message.tool == tool and message.symbol != 'unparsable'
        }
        old = {message.path for message in result.known if message.tool == tool}
        if files := sorted((wanted | changed) - old):
            outcome = format_files(Path.cwd(), files, tools=(tool,))
            changed.update(outcome.changed)
            failures += outcome.crashed
            failures += (Failure(tool, f'{broken.path}: {broken.text}') for broken in outcome.broken)
    return sorted(changed), failures

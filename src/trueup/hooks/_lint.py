"""What the checking hooks have in common: run linters on files, say what is new, say what could not be checked."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode
from trueup.hooks._arguments import parse
from trueup.lint.model import LintResult
from trueup.lint.run import LintOptions, lint
from trueup.lint.writers import line_of

SYNTAX = ('E999', 'E0001', 'unparsable')
SYNTAX_HINT = (
    'hint: leave a Python 2 file or a template out with `exclude:` in .pre-commit-config.yaml '
    "or in the tools' own configuration"
)


def run_linters(argv: Sequence[str], *, tools: tuple[str, ...]) -> int:
    """Check the files with these tools; findings go to standard output, remarks to standard error."""
    arguments = parse(argv)
    options = LintOptions(tools=tools, python=arguments.python, use_baseline=arguments.baseline)
    result = lint(Path.cwd(), arguments.files or None, options=options)
    for message in result.messages:
        print(line_of(message))
    for remark in remarks(result):
        print(remark, file=sys.stderr)
    return exit_code(result)


def exit_code(result: LintResult) -> int:
    """As of `trueup lint`: a broken tool weighs more than findings."""
    if result.crashed:
        return ExitCode.USAGE
    return ExitCode.FINDINGS if result.failed else ExitCode.CLEAN


def remarks(result: LintResult) -> list[str]:
    """What a person should know besides the findings."""
    found = [f'note: {note}' for note in result.notes]
    if result.known and result.failed:
        found.append(f'note: {len(result.known)} recorded in .trueup/baseline.json and not counted')
    if result.failed:
        found += [f'failed: {reason}' for reason in result.reasons]
    return found + syntax_hint(result)


def syntax_hint(result: LintResult) -> list[str]:
    """What to do about a file that no tool can read."""
    broken = any(message.rule in SYNTAX or message.symbol in SYNTAX for message in result.messages)
    return [SYNTAX_HINT] if broken else []

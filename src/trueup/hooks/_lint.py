"""What the checking hooks have in common: run linters on files, say what is new, say what could not be checked."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from trueup.hooks._arguments import parse
from trueup.lint import replay
from trueup.lint.model import LintResult
from trueup.lint.run import LintOptions, lint_run
from trueup.lint.say import exit_code, offer
from trueup.lint.writers import line_of

SYNTAX = ('E999', 'E0001', 'unparsable')
SYNTAX_HINT = (
    'hint: leave a Python 2 file or a template out with `exclude:` in .pre-commit-config.yaml '
    "or in the tools' own configuration"
)


def run_linters(argv: Sequence[str], *, tools: tuple[str, ...]) -> int:
    """Check the files with these tools; findings go to standard output, remarks to standard error."""
    moment = time.time_ns()
    arguments = parse(argv)
    options = LintOptions(
        tools=tools, python=arguments.python, use_baseline=arguments.baseline, inside=replay.is_alone()
    )
    run = lint_run(Path.cwd(), arguments.files or None, options=options)
    out = ''.join(f'{line_of(message)}\n' for message in run.result.messages)
    err = ''.join(f'{remark}\n' for remark in remarks(run.result))
    sys.stdout.write(out)
    sys.stderr.write(err)
    offer(run, moment, out=out, err=err)
    return exit_code(run.result)


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

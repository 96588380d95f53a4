"""What the checking hooks have in common: run linters on files, say what is new, say what could not be checked."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode, UserError
from trueup.hooks._arguments import parse
from trueup.hooks._format import SYNTAX_HINT, run_formatters
from trueup.lint import replay
from trueup.lint.line import line_of
from trueup.lint.model import LintResult
from trueup.lint.run import LintOptions, lint_run
from trueup.lint.say import exit_code, offer
from trueup.lint.team import TOOLS, tools_of
from trueup.lint.tools import FORMATTERS

SYNTAX = ('E999', 'E0001', 'unparsable')


def run_linters(argv: Sequence[str], *, tools: tuple[str, ...]) -> int:
    """Check the files with these tools; findings go to standard output, remarks to standard error.

    With `--fix` isort and black write first, as their own hooks would, and are not asked again.
    """
    moment = time.time_ns()
    arguments = parse(argv)
    tools = tools or tools_of(Path.cwd())
    if arguments.only:
        tools = tuple(tool for tool in tools if tool in arguments.only)
        if unknown := set(arguments.only) - set(tools):
            raise UserError(f'this hook runs no {min(unknown)!r}', where='--only', hint=f'it runs {", ".join(tools)}')
    writing = tuple(tool for tool in tools if tool in FORMATTERS) if arguments.fix else ()
    written = run_formatters(list(argv), tools=writing) if writing else ExitCode.CLEAN
    options = LintOptions(
        tools=tuple(tool for tool in tools if tool not in writing),
        python=arguments.python,
        use_baseline=arguments.baseline,
        inside=replay.is_alone(),
    )
    run = lint_run(Path.cwd(), arguments.files or None, options=options)
    out = ''.join(f'{line_of(message)}\n' for message in run.result.messages)
    err = ''.join(f'{remark}\n' for remark in remarks(run.result))
    sys.stdout.write(out)
    sys.stderr.write(err)
    if not writing and set(tools) <= set(TOOLS):
        offer(run, moment, out=out, err=err)
    return max(written, exit_code(run.result))


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

"""The formatting hooks in common: rewrite what is new, leave recorded old files alone, fail if one changed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from trueup.errors import ExitCode
from trueup.hooks._arguments import parse
from trueup.lint import replay
from trueup.lint.format import format_files
from trueup.lint.line import line_of
from trueup.lint.team import formatters_of

SYNTAX_HINT = (
    'hint: leave a Python 2 file or a template out with `exclude:` in .pre-commit-config.yaml '
    "or in the tools' own configuration"
)

AGAIN_HINT = 'hint: see what was changed with `git diff`, take it with `git add`, then commit again'


def run_formatters(argv: Sequence[str], *, tools: tuple[str, ...]) -> int:
    """Format the files in place with these tools, in this order; like stock hooks, a changed file fails the commit."""
    given = parse(argv)
    result = format_files(
        Path.cwd(),
        given.files or None,
        check=given.check,
        all_files=not given.baseline,
        tools=tools or formatters_of(Path.cwd()),
        inside=replay.is_alone(),
    )
    for message in result.broken:
        print(line_of(message))
    for path in result.changed:
        print(f'{path}: {"would be formatted" if given.check else "formatted"}')
    said = [f'note: {note}' for note in result.notes]
    said += [f'failed: {failure.tool} did not come to an end: {failure.text}' for failure in result.crashed]
    again = bool(result.changed) and not given.check
    for line in said + [AGAIN_HINT] * again + [SYNTAX_HINT] * bool(result.broken):
        print(line, file=sys.stderr)
    if result.crashed:
        return ExitCode.USAGE
    return ExitCode.FINDINGS if result.broken or result.changed else ExitCode.CLEAN

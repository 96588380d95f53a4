"""black: does a file look as black would write it?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path

from trueup.errors import UserError
from trueup.lint.configuration import Source, ancestors, tool_table
from trueup.lint.contract import Closure
from trueup.lint.model import Command, Job, Message, Output, Reading
from trueup.lint.process import arguments_of, last_words, module_command

# Folders that black leaves out unless `exclude` says otherwise (its documentation, "--exclude").
SKIPPED = frozenset(
    (
        '.direnv',
        '.eggs',
        '.git',
        '.hg',
        '.ipynb_checkpoints',
        '.mypy_cache',
        '.nox',
        '.pytest_cache',
        '.ruff_cache',
        '.tox',
        '.svn',
        '.venv',
        '.vscode',
        '__pypackages__',
        '_build',
        'buck-out',
        'build',
        'dist',
        'venv',
    )
)
SYNTAX = re.compile(r'error: cannot parse(?: for target version [^:]+)?: (?P<path>.+):(?P<line>\d+):(?P<column>\d+)')
BROKEN = 'error: cannot format '
UNFORMATTED = 'would reformat '


def excludes(folder: Path) -> Callable[[str], bool]:
    """black applies `exclude` and `extend-exclude` only to folders it walks; here they hold for every file."""
    source = _source(folder)
    home = source.path.parent if source else ancestors(folder)[-1]
    prefix = folder.relative_to(home).as_posix()
    patterns = [_pattern(source, name) for name in ('extend-exclude', 'force-exclude', 'exclude') if source]
    given = bool(source and source.text('exclude', 'exclude_'))

    def excluded(name: str) -> bool:
        path = posixpath.normpath(posixpath.join(prefix, name))
        parts = path.split('/')
        if not given and SKIPPED.intersection(parts[:-1]):
            return True
        places = [f'/{"/".join(parts[:end])}/' for end in range(1, len(parts))] + [f'/{path}']
        return any(pattern.search(place) for pattern in patterns if pattern for place in places)

    return excluded


def notes(folder: Path) -> tuple[str, ...]:
    """black reads pyproject.toml only: nothing can be shadowed."""
    del folder
    return ()


def closure(folder: Path) -> Closure:
    """black looks at one file and its own options."""
    del folder
    return 'file'


def command(job: Job) -> Command:
    """`black --check` on the files of a job."""
    return Command((*module_command('black'), '--check', '--', *arguments_of(job.files)), job.folder)


def format_command(job: Job) -> Command:
    """`black` on the files of a job."""
    return Command((*module_command('black'), '--', *arguments_of(job.files)), job.folder)


def read(job: Job, output: Output) -> Reading:
    """One message per file that would change or can't be read; black names them on standard error."""
    found = [message for line in output.stderr.split('\n') if (message := _message(line, job.files))]
    if output.code and not found:
        return Reading(error=last_words(output))
    return Reading(tuple(found))


def _message(line: str, files: tuple[str, ...]) -> Message | None:
    if line.startswith(UNFORMATTED):
        path = posixpath.normpath(line.removeprefix(UNFORMATTED))
        return Message('black', 'black', 'unformatted', path, 0, 0, 'would be reformatted')
    syntax = SYNTAX.fullmatch(line)
    if syntax:
        where = posixpath.normpath(syntax['path']), int(syntax['line']), int(syntax['column'])
        return Message('black', 'black', 'unparsable', *where, 'cannot parse: not valid Python 3')
    if line.startswith(BROKEN):
        rest = line.removeprefix(BROKEN)
        path = max((name for name in files if rest.startswith(f'{name}: ')), key=len, default='')
        return Message('black', 'black', 'unparsable', path, 0, 0, f'cannot format{rest[len(path):]}')
    return None


def _source(folder: Path) -> Source | None:
    for place in ancestors(folder):
        table = tool_table(place / 'pyproject.toml', 'black')
        if table is not None:
            return Source(place / 'pyproject.toml', table)
    return None


def _pattern(source: Source, name: str) -> re.Pattern[str] | None:
    text = source.text(name, name.replace('-', '_'))
    if not text:
        return None
    try:
        return re.compile(text, re.VERBOSE if '\n' in text else 0)
    except re.error as error:
        raise UserError(
            f'tool.black.{name} is not a regular expression: {error}', where=str(source.path), hint='mend the pattern'
        ) from error

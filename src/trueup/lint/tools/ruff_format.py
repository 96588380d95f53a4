"""`ruff format`: does a file look as ruff would write it? Only in a service whose team formats with it."""

from __future__ import annotations

import posixpath
import re

from trueup.lint.model import Command, Job, Message, Output, Reading
from trueup.lint.process import arguments_of, last_words
from trueup.lint.tools._ruff import FIXED, ruff_command
from trueup.lint.tools.ruff import closure, excludes

__all__ = ['closure', 'command', 'excludes', 'format_command', 'notes', 'read']
UNFORMATTED = re.compile(
    r'^(?:Would reformat: (?P<path>.+)|unformatted: .*\n\s*--> (?P<place>.+?):\d+:\d+)$', re.MULTILINE
)
"""The first is how ruff said it up to 0.14, the second how it says it since."""
DIAGNOSED = re.compile(
    r'^invalid-syntax: (?P<text>.*)\n\s*--> (?P<path>.+?):(?P<line>\d+):(?P<column>\d+)$', re.MULTILINE
)
BROKEN = re.compile(r'error: Failed to (?:parse|format) (?P<path>.+?)(?::(?P<line>\d+):(?P<column>\d+))?: (?P<text>.+)')


def notes(folder: object) -> tuple[str, ...]:
    """What there is to say about the configuration, `ruff check` says."""
    del folder
    return ()


def command(job: Job) -> Command:
    """`ruff format --check` on the files of a job."""
    words = ('format', '--check', *FIXED, '--', *arguments_of(job.files))
    return Command((*ruff_command(job.folder), *words), job.folder)


def format_command(job: Job) -> Command:
    """`ruff format` on the files of a job."""
    return Command((*ruff_command(job.folder), 'format', *FIXED, '--', *arguments_of(job.files)), job.folder)


def read(job: Job, output: Output) -> Reading:
    """One message per file that would change or can't be read."""
    del job
    found = {
        (path, 'unformatted'): _message(path, 'unformatted', 0, 'would be reformatted')
        for match in UNFORMATTED.finditer(output.stdout)
        if (path := _plain(match['path'] or match['place']))
    }
    broken = [*DIAGNOSED.finditer(output.stdout), *filter(None, map(BROKEN.match, output.stderr.split('\n')))]
    for match in broken:
        path = _plain(match['path'])
        found.setdefault((path, 'unparsable'), _message(path, 'unparsable', int(match['line'] or 0), match['text']))
    return Reading(tuple(found.values()), '' if found or not output.code else last_words(output))


def _message(path: str, symbol: str, line: int, text: str) -> Message:
    return Message('ruff-format', 'ruff-format', symbol, path, line, 0, text)


def _plain(path: str) -> str:
    return posixpath.normpath(path.strip().strip('`'))

"""flake8, with the options of `[tool.flake8]` (Flake8-pyproject) or of an INI file."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from trueup.lint.configuration import Source, ancestors, read_ini, shadowed, tool_table
from trueup.lint.contract import Closure
from trueup.lint.model import Command, Job, Message, Output, Reading
from trueup.lint.process import arguments_of, last_words, module_command

# Left out unless `exclude` says otherwise (its documentation, "--exclude").
SKIPPED = ('.svn', 'CVS', '.bzr', '.hg', '.git', '__pycache__', '.tox', '.nox', '.eggs', '*.egg')
# Flake8-pyproject lets the table win over every INI file; the INI files in flake8's own order.
NAMES = ('pyproject.toml', 'setup.cfg', 'tox.ini', '.flake8')
FORMAT = '%(code)s\t%(row)d\t%(col)d\t%(path)s\t%(text)s'
LINE = re.compile(r'(?P<code>[A-Z]+\d+)\t(?P<row>\d+)\t(?P<column>\d+)\t(?P<path>[^\t]+)\t(?P<text>.*)')
CRITICAL = 'critical error during execution'


def excludes(folder: Path) -> Callable[[str], bool]:
    """`exclude` and `extend-exclude` by name or path, also of the folders above a file."""
    source = next(_sources(folder), None)
    home = source.path.parent if source else folder
    patterns = list(SKIPPED)
    if source:
        given = _words(source, 'exclude')
        patterns = [*(given if given is not None else SKIPPED), *(_words(source, 'extend-exclude') or ())]
    full = [_pattern(home, pattern) for pattern in patterns]

    def excluded(name: str) -> bool:
        path = os.path.normpath(folder / name)
        parts = posixpath.normpath(name).split('/')
        places = [os.path.normpath(folder.joinpath(*parts[:end])) for end in range(1, len(parts) + 1)]
        above = path[: len(path) - len(os.path.join(*parts))]
        inner = [place for place in _between(home, above) if place]
        return any(
            fnmatch(os.path.basename(place), pattern) or fnmatch(place, pattern)
            for place in (*inner, *places)
            for pattern in full
        )

    return excluded


def notes(folder: Path) -> tuple[str, ...]:
    """Which configuration files flake8 never reads because another one comes first."""
    return shadowed('flake8', folder, _sources(folder))


def closure(folder: Path) -> Closure:
    """One file and the options, but plug-ins that the project itself holds are code of it."""
    source = next(_sources(folder), None)
    local = source is not None and b'local-plugins' in source.path.read_bytes()
    return 'contents' if local else 'file'


def command(job: Job) -> Command:
    """flake8 on the files of a job, with the configuration nearest to its folder and none from outside of Git."""
    source = next(_sources(job.folder), None)
    if source is None:
        place: tuple[str, ...] = ('--isolated',)
    elif source.path.suffix == '.toml':
        place = ('--toml-config', str(source.path))
    else:
        place = ('--config', str(source.path))
    options = ('--format', FORMAT, '--no-show-source', '--tee')
    return Command((*module_command('flake8'), *place, *options, '--', *arguments_of(job.files)), job.folder)


def read(job: Job, output: Output) -> Reading:
    """The messages in our line format; anything else that flake8 prints (counts, statistics) is left aside."""
    del job
    found = [_message(match) for line in output.stdout.split('\n') if (match := LINE.fullmatch(line))]
    crashed = CRITICAL in output.stdout + output.stderr or 'Traceback' in output.stderr
    if crashed or (output.code and not found):
        return Reading(tuple(found), error=last_words(output))
    return Reading(tuple(found))


def _message(match: re.Match[str]) -> Message:
    path = posixpath.normpath(match['path'].replace(os.sep, '/'))
    return Message('flake8', match['code'], '', path, int(match['row']), int(match['column']), match['text'])


def _pattern(home: Path, pattern: str) -> str:
    if pattern == '.' or '/' in pattern:
        return os.path.normpath(home / pattern)
    return pattern


def _between(home: Path, folder: str) -> tuple[str, ...]:
    """Folders from just below `home` down to `folder`."""
    relative = os.path.relpath(folder, home)
    parts = [] if relative == '.' or relative.startswith('..') else relative.split(os.sep)
    return tuple(os.path.join(home, *parts[:end]) for end in range(1, len(parts) + 1))


def _words(source: Source, name: str) -> tuple[str, ...] | None:
    """flake8 splits at any white space too."""
    for spelling in (name, name.replace('-', '_')):
        value = source.options.get(spelling)
        if value is not None:
            items = value if isinstance(value, list) else re.split(r'[,\s]+', str(value))
            return tuple(str(item).strip() for item in items if str(item).strip())
    return None


def _sources(folder: Path) -> Iterator[Source]:
    for place in ancestors(folder):
        for name in NAMES:
            path = place / name
            options = tool_table(path, 'flake8') if path.suffix == '.toml' else read_ini(path).get('flake8')
            if options is not None:
                yield Source(path, options)

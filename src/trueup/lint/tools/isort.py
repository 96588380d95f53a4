"""isort: do the imports stand in the order that isort would give them?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from trueup.lint.configuration import Source, ancestors, read_ini, shadowed, tool_table
from trueup.lint.contract import Closure
from trueup.lint.model import Command, Job, Message, Output, Reading
from trueup.lint.process import arguments_of, last_words, module_command

# Names that isort leaves out unless `skip` says otherwise (its documentation, "skip").
SKIPPED = frozenset(
    (
        '.venv',
        'venv',
        '.tox',
        '.eggs',
        '.git',
        '.hg',
        '.mypy_cache',
        '.nox',
        '.svn',
        '.bzr',
        '_build',
        'buck-out',
        'build',
        'dist',
        '.pants.d',
        '.direnv',
        'node_modules',
        '__pypackages__',
        '.pytype',
    )
)
SECTIONS = {
    '.isort.cfg': ('settings', 'isort'),
    'pyproject.toml': (),
    'setup.cfg': ('isort', 'tool:isort'),
    'tox.ini': ('isort', 'tool:isort'),
}
UNSORTED = re.compile(r'ERROR: (?P<path>.+) Imports are incorrectly sorted and/or formatted\.')
# Its last line when each file given is in an encoding that it does not know; black and pylint name such files.
UNREADABLE = 'No valid encodings.'


def excludes(folder: Path) -> Callable[[str], bool]:
    """`skip`, `extend_skip` and their globs, for names, for paths, and for the folders above a file."""
    source = next(_sources(folder), None)
    home = source.path.parent if source else folder
    prefix = folder.relative_to(home).as_posix()
    skip = set(source.words('skip') if source and 'skip' in source.options else SKIPPED)
    globs: tuple[str, ...] = ()
    if source:
        skip.update(source.words('extend_skip'))
        globs = (*source.words('skip_glob'), *source.words('extend_skip_glob'))
    paths = {posixpath.normpath(name) for name in skip}

    def excluded(name: str) -> bool:
        path = PurePosixPath(posixpath.normpath(posixpath.join(prefix, name)))
        places = [path.as_posix(), *(parent.as_posix() for parent in path.parents if parent.name)]
        if skip.intersection(path.parts) or paths.intersection(places):
            return True
        return any(fnmatch(place, glob) or fnmatch(f'/{place}', glob) for place in places for glob in globs)

    return excluded


def notes(folder: Path) -> tuple[str, ...]:
    """Which configuration files isort never reads because another one comes first."""
    return shadowed('isort', folder, _sources(folder))


def closure(folder: Path) -> Closure:
    """isort looks for the imported names in the project, to know what is the service's own."""
    del folder
    return 'names'


def command(job: Job) -> Command:
    """`isort --check-only` on the files of a job."""
    return _command(job, '--check-only')


def format_command(job: Job) -> Command:
    """`isort` on the files of a job."""
    return _command(job)


def read(job: Job, output: Output) -> Reading:
    """One message per file whose imports would move; isort names them by absolute path on standard error."""
    places = (job.folder, job.folder.resolve())
    found = [
        Message('isort', 'isort', 'unsorted', _relative(match['path'], places), 0, 0, 'imports are not sorted')
        for line in output.stderr.split('\n')
        if (match := UNSORTED.fullmatch(line))
    ]
    if output.code and not found and UNREADABLE not in output.stderr:
        return Reading(error=last_words(output))
    return Reading(tuple(found))


def _command(job: Job, *options: str) -> Command:
    # Without it isort looks for its configuration from the first file's folder on.
    place = ('--settings-path', '.', '--filter-files')
    return Command((*module_command('isort'), *options, *place, '--', *arguments_of(job.files)), job.folder)


def _relative(path: str, places: tuple[Path, ...]) -> str:
    found = Path(path)
    for place in places:
        if found.is_relative_to(place):
            return found.relative_to(place).as_posix()
    return posixpath.normpath(path)


def _sources(folder: Path) -> Iterator[Source]:
    for place in ancestors(folder):
        for name, sections in SECTIONS.items():
            options = _ini(place / name, sections) if sections else tool_table(place / name, 'isort')
            if options:
                yield Source(place / name, options)


def _ini(path: Path, sections: tuple[str, ...]) -> Mapping[str, str]:
    parsed = read_ini(path)
    return {key: value for section in sections for key, value in parsed.get(section, {}).items()}

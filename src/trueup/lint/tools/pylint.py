"""pylint, in a process of its own (it is under the GPL), with the service's packages for its imports."""

from __future__ import annotations

import json
import os
import posixpath
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from trueup.errors import UserError
from trueup.lint.configuration import Source, ancestors, read_ini, shadowed, split_words, tool_table
from trueup.lint.contract import Closure
from trueup.lint.model import Command, Job, Message, Output, Reading
from trueup.lint.process import arguments_of, last_words
from trueup.lint.score import EVALUATION, Thresholds, matches

# pylint's own order (`config/find_default_config_files.py`); the first four need no section.
NAMES = ('pylintrc', 'pylintrc.toml', '.pylintrc', '.pylintrc.toml', 'pyproject.toml', 'setup.cfg', 'tox.ini')
STARTER = Path(__file__).parents[1] / 'start_pylint.py'
COMMENTS = ('#', ';')
NOWHERE = ('Command line', 'Command line or configuration file')
REACHING = ('init-hook', 'spelling-dict', 'spelling-private-dict-file')
"""Options that run code, or read files, from anywhere."""
BLIND = ('import-error', 'no-name-in-module', 'no-member', 'c-extension-no-member')
"""Rules that only say something true where the service's dependencies are installed."""


def excludes(folder: Path) -> Callable[[str], bool]:
    """`ignore`, `ignore-patterns` (names) and `ignore-paths`, also of the folders above a file."""
    source = next(_sources(folder), None)
    home = source.path.parent if source else folder
    prefix = folder.relative_to(home).as_posix()
    names = set(source.words('ignore')) if source and 'ignore' in source.options else {'CVS'}
    by_name = _patterns(source, 'ignore-patterns') or (re.compile(r'^\.#'),)
    by_path = _patterns(source, 'ignore-paths')

    def excluded(name: str) -> bool:
        parts = posixpath.normpath(posixpath.join(prefix, name)).split('/')
        if names.intersection(parts) or any(pattern.match(part) for pattern in by_name for part in parts):
            return True
        places = ['/'.join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(pattern.match(place) for pattern in by_path for place in places)

    return excluded


def notes(folder: Path) -> tuple[str, ...]:
    """Which configuration files pylint never reads because another one comes first."""
    return shadowed('pylint', folder, _sources(folder))


def thresholds(folder: Path) -> Thresholds:
    """When pylint passes, by the service's configuration."""
    source = next(_sources(folder), None)
    if source is None:
        return Thresholds()
    under = source.text('fail-under') or '10'
    try:
        fail_under = float(under)
    except ValueError as error:
        raise UserError(
            f'pylint option fail-under is not a number: {under}', where=str(source.path), hint='write it as 9.5'
        ) from error
    return Thresholds(fail_under, source.words('fail-on'), source.text('evaluation') or EVALUATION)


def closure(folder: Path) -> Closure:
    """The modules that are imported, and those they import; an option that reaches outside of the project is beyond us."""
    source = next(_sources(folder), None)
    if source is None:
        return 'contents'
    outside = any(os.path.isabs(root) or root.startswith('..') for root in source.words('source-roots'))
    return 'unknown' if outside or any(source.text(name) for name in REACHING) else 'contents'


def command(job: Job) -> Command:
    """pylint on the files of a job; it is asked for the number of statements, from which we rate ourselves."""
    source = next(_sources(job.folder), None)
    options = [
        f'--rcfile={source.path if source else os.devnull}',
        '--output-format=json2',
        '--reports=n',
        '--persistent=n',
        '--evaluation=statement',
        '--fail-under=0',
        *([f'--disable={",".join(BLIND)}'] if job.packages is None else []),
    ]
    arguments = [*options, '--', *arguments_of(job.files)]
    order = {'packages': job.packages or (), 'count': len(job.files), 'arguments': arguments}
    # Set order decides which duplicates (R0801) are told; a fixed seed makes two runs say the same.
    return Command(
        (sys.executable, '-P', str(STARTER)),
        job.folder,
        stdin=json.dumps(order),
        environment=(('PYTHONHASHSEED', '0'),),
    )


def read(job: Job, output: Output) -> Reading:
    """Messages and the number of statements from pylint's JSON."""
    start = output.stdout.find('{\n    "messages"')
    if start < 0:
        return Reading(error=last_words(output))
    report = json.loads(output.stdout[start:])
    source = next(_sources(job.folder), None)
    found = tuple(_message(entry, job.folder, source) for entry in report['messages'])
    return Reading(found, statements=_statements(report, output, found, source))


def _statements(
    report: Mapping[str, dict[str, int]], output: Output, found: tuple[Message, ...], source: Source | None
) -> int:
    """Counted statements; pylint's JSON says 1 for none, and only its exit code then differs."""
    count = int(report['statistics']['score'])
    named = source.words('fail-on') if source else ()
    unrated = output.code != 0 and not any(matches(message, named) for message in found)
    return 0 if count == 1 and unrated else count


def _message(entry: Mapping[str, str | int], folder: Path, source: Source | None) -> Message:
    path = str(entry['path'])
    if path in NOWHERE:
        path = str(source.path) if source else path
    if os.path.isabs(path):
        path = os.path.relpath(path, folder)
    return Message(
        'pylint',
        str(entry['messageId']),
        str(entry['symbol']),
        posixpath.normpath(path.replace(os.sep, '/')),
        int(entry['line']),
        int(entry['column']),
        str(entry['message']),
        str(entry['obj']),
    )


def _patterns(source: Source | None, name: str) -> tuple[re.Pattern[str], ...]:
    value = source.options.get(name) if source else None
    if value is None:
        return ()
    # A comma inside of {1,3} is no separator.
    words = split_words(value if isinstance(value, list) else re.split(r'[,\n](?![^{]*\})', str(value)))
    try:
        return tuple(re.compile(word) for word in words)
    except re.error as error:
        raise UserError(
            f'pylint option {name} is not a regular expression: {error}',
            where=str(source.path if source else ''),
            hint='mend the pattern',
        ) from error


def _sources(folder: Path) -> Iterator[Source]:
    for place in ancestors(folder):
        for name in NAMES:
            path = place / name
            options = _toml(path) if path.suffix == '.toml' else _ini(path)
            if options is not None:
                yield Source(path, options)


def _toml(path: Path) -> Mapping[str, object] | None:
    table = tool_table(path, 'pylint')
    if table is None:
        return None
    flat: dict[str, object] = {}
    for name, value in table.items():
        flat.update(value if isinstance(value, dict) else {name: value})
    return flat


def _ini(path: Path) -> Mapping[str, str] | None:
    named = path.suffix in ('.cfg', '.ini')
    if not path.is_file():
        return None
    sections = read_ini(path, comments=COMMENTS)
    chosen = [options for name, options in sections.items() if not named or re.match(r'pylint(\.|$)', name)]
    return {key: value for options in chosen for key, value in options.items()} if chosen or not named else None

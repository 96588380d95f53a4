"""Reads tox.ini: which session of the standard does what an environment did, and what its tests need.

tox.ini itself is left; its environments are told one by one. Source: tox's documentation, "Configuration".
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from dataclasses import replace

from trueup.model import Action, Decision, Evidence, Level, Owner
from trueup.packaging._lines import Line, Lines
from trueup.packaging._mask import mask
from trueup.packaging._model import Dependency, Reading, of_line
from trueup.packaging._requirements import LineReader
from trueup.packaging._roles import Role
from trueup.repo import Repo

FILE = 'tox.ini'
GROUP = 'test'
SESSIONS = {
    'tests': re.compile(r'py\d*|python\d*|pypy\d*|tests?|testing|unit\w*|integration\w*|coverage|cov|pytest|ci', re.I),
    'lint': re.compile(r'lint\w*|flake8|black|isort|pylint|style|quality|pep8|pycodestyle|codestyle|checks?', re.I),
    'format': re.compile(r'format\w*|fmt|autopep8|autoformat|fix', re.I),
}
"""Nox sessions of the standard, by the words in the names of tox environments."""
COMMANDS = {
    'tests': re.compile(r'\b(pytest|py\.test|unittest|nosetests|nose2|coverage run)\b'),
    'lint': re.compile(r'\b(flake8|pylint|black --check|isort --check|pycodestyle)\b'),
    'format': re.compile(r'\b(black|isort|autopep8)\b'),
}
LINTERS = frozenset(
    'black isort flake8 pylint autopep8 pycodestyle pyflakes pep8-naming flake8-pyproject mccabe pydocstyle yapf'.split()
)
"""Tools of the hooks and of the lint session; they have environments of their own."""
CONDITION = re.compile(r'(?P<factors>[\w!{},.-]+):\s+(?P<rest>.*)')


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """The environments of a tox.ini, None without one."""
    text = repo.text(FILE)
    if text is None:
        return None
    parser = configparser.RawConfigParser(strict=False, delimiters=('=',), comment_prefixes=('#',))
    try:
        parser.read_string(text.replace('\r\n', '\n'))
    except configparser.Error as error:
        return Reading('tox', notes=(f'{FILE}: not read: {str(error).splitlines()[0]}',))
    environments = [name for name in parser.sections() if name == 'testenv' or name.startswith('testenv:')]
    if not environments:
        return None
    reader = _Reader(repo, earlier, parser, text.splitlines())
    for name in environments:
        reader.environment(name)
    return reader.reading()


class _Reader:
    def __init__(
        self, repo: Repo, earlier: tuple[Reading, ...], parser: configparser.RawConfigParser, lines: list[str]
    ) -> None:
        self.parser = parser
        self.text = lines
        every = [item for reading in earlier for item in reading.dependencies]
        self.known = {item.key: item for item in reversed(every)}
        self.extras = [item for item in every if item.extra]
        self.requirements = {source.path for reading in earlier for source in reading.sources}
        self.lines = LineReader(repo, {})
        self.copies: list[Dependency] = []

    def reading(self) -> Reading:
        """What was found; the file is neither carried nor removed."""
        found = self.lines.reading((), ())
        return Reading(
            'tox',
            dependencies=(*found.dependencies, *self.copies),
            decisions=tuple(item for item in found.decisions if item.action is Action.KEEP),
            notes=tuple(note for note in found.notes if 'an option of pip alone' not in note),
        )

    def environment(self, section: str) -> None:
        """One environment: its session, its extras, its dependencies."""
        name = section.removeprefix('testenv').removeprefix(':')
        commands = self.parser.get(section, 'commands', fallback='')
        session = _session(name, commands)
        where = Evidence(FILE, self._line(f'[{section}]'))
        if session:
            self._say(f'{where}: tox -e {name or "py"}: nox -s {session} does it')
        else:
            shown = '; '.join(line.strip() for line in commands.splitlines() if line.strip())
            told = f' ({mask(shown)})' if shown else ''
            self._say(f'{where}: tox -e {name}: no session of the standard does it; it stays in {FILE}{told}')
        if session != 'tests':
            return
        for extra in re.split(r'[\s,]+', self.parser.get(section, 'extras', fallback='').strip()):
            self._extra(extra, where)
        for line in self._dependencies(section):
            self._dependency(line)

    def _extra(self, extra: str, where: Evidence) -> None:
        taken = {item.key for item in self.copies}
        for item in self.extras:
            if item.extra == extra and item.key not in taken and item.key not in LINTERS:
                reason = f'{where}: the tests install the extra {extra}'
                copy = replace(item, extra='', group=GROUP, evidence=where, lead=(), comment='', reason=reason)
                self.copies.append(copy)

    def _dependencies(self, section: str) -> Iterator[Line]:
        start = self._line(f'[{section}]')
        for entry in self.parser.get(section, 'deps', fallback='').splitlines():
            text = entry.partition(' #')[0].strip()
            if text:
                number = self._line(text, start)
                yield Line(number, text.replace('{toxinidir}/', '').replace('{toxinidir}', '.'))

    def _dependency(self, line: Line) -> None:
        where = Evidence(FILE, line.number)
        condition = CONDITION.match(line.text)
        included = re.match(r'(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)', line.text)
        if condition or '{' in line.text:
            self._say(f'{where}: not carried: {mask(line.text)}: it is for some environments of tox only')
        elif included and included[1] in self.requirements:
            self._keep(where, line.text, f'{included[1]} is read by itself')
        elif re.match(r'\.(\[.*\])?\Z', line.text):
            for extra in re.findall(r'[\w-]+', line.text):
                self._extra(extra, where)
        else:
            self._take(where, line)

    def _take(self, where: Evidence, line: Line) -> None:
        before = len(self.lines.found.dependencies)
        self.lines.lines(FILE, Lines((line,), (), False, 'utf-8'), Role('dev', group=GROUP))
        for item in self.lines.found.dependencies[before:]:
            if item.key in LINTERS:
                self._keep(where, item.before, 'linters have an environment of their own')
            elif item.key in self.known:
                self._keep(where, item.before, f'{self.known[item.key].evidence} names it')
            else:
                self.known[item.key] = item
                continue
            self.lines.found.dependencies.remove(item)

    def _keep(self, where: Evidence, text: str, reason: str) -> None:
        self.lines.found.decisions.append(
            Decision(
                FILE,
                of_line(where, text),
                Action.KEEP,
                mask(text),
                mask(text),
                Owner.TEAM,
                reason,
                str(where),
                level=Level.NOTED,
            )
        )

    def _say(self, note: str) -> None:
        self.lines.found.notes.append(note)

    def _line(self, text: str, start: int = 0) -> int:
        """Number of the first line with a text, from a line on."""
        found = (number for number, line in enumerate(self.text[start:], start + 1) if text in line)
        return next(found, start)


def _session(name: str, commands: str) -> str:
    """The session that does what an environment did: its name says it, else its commands."""
    words = [word for word in re.split(r'[-_,{}]+', name) if word]
    if not words:
        return 'tests'
    for session, pattern in SESSIONS.items():
        if pattern.fullmatch(words[0]):
            return session
    return next((session for session, pattern in COMMANDS.items() if pattern.search(commands)), '')

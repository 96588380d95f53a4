"""One requirements file after another in pip's format, with includes, constraints and index options; for several readers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace

from trueup.model import Conflict, Evidence
from trueup.packaging._address import clean, credential_note, index_name, is_public_index
from trueup.packaging._lines import Line, Lines, read_lines
from trueup.packaging._mask import mask
from trueup.packaging._model import Dependency, Gathered, Index, Reading, Source
from trueup.packaging._pep508 import Inexpressible, Parsed, parse_line
from trueup.packaging._roles import Role
from trueup.repo import Repo

OPTION = re.compile(r'(--?[A-Za-z][\w-]*)(?:[=\s]\s*|(?<=^-[a-z]))(.*)\Z|(--?[A-Za-z][\w-]*)\Z')
SHORT = {'-r': '--requirement', '-c': '--constraint', '-e': '--editable', '-i': '--index-url', '-f': '--find-links'}
FREEZE_BUG = 'pkg-resources'


class LineReader:
    """Walks requirements files, each in its role, and gathers what they say."""

    def __init__(self, repo: Repo, roles: dict[str, Role]) -> None:
        self.repo = repo
        self.roles = roles
        self.found = Gathered()
        self.sources: dict[str, Source] = {}
        self.kept: set[str] = set()
        self.exported: set[str] = set()
        self._seen: set[tuple[str, str, str, bool]] = set()
        self._path = ''

    def file(self, path: str, role: Role, *, constraints: bool = False) -> None:
        """One file in one role."""
        key = (path, role.group, role.extra, constraints)
        lines = None if key in self._seen else read_lines(self.repo, path)
        self._seen.add(key)
        if lines is None:
            return
        if lines.encoding not in {'utf-8', 'utf-8-sig'}:
            self.found.notes.append(f'{path}: read as {lines.encoding}')
        self.lines(path, lines, role, constraints=constraints)

    def lines(self, path: str, lines: Lines, role: Role, *, constraints: bool = False) -> None:
        """Lines that stand in a file (of whatever format)."""
        outer, self._path = self._path, path
        start = self._count()
        self._walk(lines, role, constraints)
        kind = 'constraints' if constraints else role.kind
        self.sources.setdefault(path, Source(path, kind, f'{self._count() - start} requirements'))
        self._path = outer

    def compiled(self, path: str) -> None:
        """A file that was compiled from one that is read; its index options count all the same."""
        lines = read_lines(self.repo, path)
        origin = ' '.join(lines.inputs if lines else ()) or f'{path[:-4]}.in'
        self.sources[path] = Source(path, 'exported', 'its pins are where poetry.lock starts')
        self.found.notes.append(f'{path}: compiled from {origin}; its pins are where poetry.lock starts')
        self._path = path
        for line in lines.lines if lines else ():
            if line.text.startswith(('-i', '-f', '--index-url', '--extra-index-url', '--find-links')):
                self._option(line, Role('exported'), constraints=False)

    def reading(self, notes: Iterable[str], conflicts: Iterable[Conflict]) -> Reading:
        """What was found."""
        found = self.found
        absorbed = [path for path in self.sources if path not in self.kept]
        return Reading(
            'requirements',
            dependencies=tuple(found.dependencies),
            constraints=tuple(found.constraints),
            indexes=tuple(found.indexes),
            sources=tuple(self.sources.values()),
            absorbed=tuple(absorbed),
            exported=frozenset(self.exported),
            decisions=tuple(found.decisions),
            conflicts=(*conflicts, *found.conflicts),
            notes=(*notes, *found.notes),
        )

    def _count(self) -> int:
        return len(self.found.dependencies) + len(self.found.constraints)

    def _walk(self, lines: Lines, role: Role, constraints: bool) -> None:
        if lines.compiled:
            self.exported.add(self._path)
        hashes = 0
        direct = [line for line in lines.lines if line.number not in lines.indirect]
        for line in lines.lines:
            if line.number in lines.indirect and direct:
                reason = 'it came with other packages: its pin is where poetry.lock starts'
                hashes += line.text.count('--hash')
                self.found.drop(Evidence(self._path, line.number), line.text.partition(' --hash')[0], reason)
            elif line.text.startswith('-'):
                self._option(line, role, constraints)
            else:
                hashes += self._requirement(line, line.text, role, constraints=constraints)
        if hashes:
            self.found.drop(Evidence(self._path), f'{hashes} --hash options', 'poetry.lock holds the hashes')
        for remark in lines.tail:
            self.found.drop(Evidence(self._path), remark, 'a remark at the end of the file')

    def _option(self, line: Line, role: Role, constraints: bool) -> None:
        match = OPTION.match(line.text)
        name, value = (match[1] or match[3], (match[2] or '').strip().strip('"\'')) if match else (line.text, '')
        name = SHORT.get(name, name)
        where = Evidence(self._path, line.number)
        if name in {'--requirement', '--constraint'}:
            self._include(where, value, role, constraints or name == '--constraint')
        elif name == '--editable':
            self._requirement(line, value, role, editable=True, constraints=constraints)
        elif name in {'--index-url', '--extra-index-url', '--find-links'}:
            self._index(where, name, value)
        else:
            self.found.tell(where, line.text, 'an option of pip alone')

    def _include(self, where: Evidence, value: str, role: Role, constraints: bool) -> None:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(where.path), value))
        if target not in self.repo and '://' in value and not constraints:
            self._inexpressible(where, f'-r {mask(value)}', 'a file of another machine, which is not read')
            return
        if target not in self.repo:
            self.found.tell(where, value, 'names no tracked file')
            return
        lines = read_lines(self.repo, target) if constraints else None
        if lines is not None and lines.compiled:
            self.found.drop(where, f'-c {value}', 'compiled pins are where poetry.lock starts, and bind nothing else')
            return
        own = self.roles.get(target)
        if own is not None and own.kind == 'main' and role.kind != 'main' and not constraints:
            self.found.drop(where, f'-r {value}', 'Poetry installs the requirements of the service anyway')
            return
        self.file(target, role, constraints=constraints)

    def _requirement(
        self, line: Line, text: str, role: Role, *, editable: bool = False, constraints: bool = False
    ) -> int:
        """Take one requirement in; returns the number of hashes taken off it."""
        where = Evidence(self._path, line.number)
        try:
            parsed = parse_line(self.repo, text, where, editable=editable)
        except Inexpressible as error:
            self._inexpressible(where, mask(text), str(error))
            return 0
        if parsed.itself:
            extras = f'; its extras: {", ".join(parsed.dependency.extras)}' if parsed.dependency.extras else ''
            self.found.drop(where, text, f'the service itself, which Poetry installs{extras}')
            return parsed.hashes
        dependency = replace(
            parsed.dependency,
            group=role.group,
            extra=role.extra,
            lead=tuple(map(mask, line.lead)),
            comment=mask(line.comment),
            reason=_reason(parsed),
        )
        if dependency.key == FREEZE_BUG and dependency.specifier == '==0.0.0':
            self.found.drop(where, text, 'written by a bug of pip freeze; no such package')
            return 0
        self._tell(where, parsed, dependency.name)
        (self.found.constraints if constraints else self.found.dependencies).append(dependency)
        return parsed.hashes

    def _tell(self, where: Evidence, parsed: Parsed, name: str) -> None:
        for option in parsed.dropped:
            self.found.tell(where, option, f'an option of pip alone, on {name}')
        if parsed.secret:
            self.found.notes.append(f'{where}: credentials in the address of {name} were taken out; give them to Git')
        if parsed.guessed:
            self.found.notes.append(f'{where}: the address names no package; {name} was taken from its last part')

    def _index(self, where: Evidence, option: str, url: str) -> None:
        cleaned = clean(url)
        if '$' in cleaned.url:
            reason = 'its address holds an environment variable, which Poetry does not fill in'
            self._inexpressible(where, f'{option} {cleaned.url}', reason)
            return
        if not cleaned.url.startswith('http'):
            self.found.tell(where, url, 'Poetry finds packages in no local folder by itself')
            return
        public = is_public_index(cleaned.url)
        if public and option == '--index-url':
            self.found.drop(where, cleaned.url, 'the index that Poetry asks anyway')
            return
        name = 'PyPI' if public else index_name(cleaned.url)
        if cleaned.secret:
            self.found.notes.append(credential_note(str(where), name))
        priority = 'primary' if option == '--index-url' else 'supplemental'
        self.found.indexes.append(Index(name, '' if public else cleaned.url, priority, where, f'was {option}'))

    def _inexpressible(self, where: Evidence, text: str, reason: str) -> None:
        self.kept.add(where.path)
        self.found.notes.append(f'{where}: not carried: {text}: {reason}')
        self.found.conflicts.append(
            Conflict(where.path, ('project', 'dependencies', text), None, text, None, f'{where}: {reason}')
        )


def _reason(parsed: Parsed) -> str:
    if parsed.guessed:
        return 'name taken from the address'
    dependency: Dependency = parsed.dependency
    return 'carried as written' if dependency.specifier or not dependency.url else 'direct reference as PEP 508'

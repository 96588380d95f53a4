"""Reads `[tool.poetry]` of before Poetry 2 (no `[project]` table)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.specifiers import SpecifierSet

from trueup.errors import UserError
from trueup.model import Action, Decision, Evidence, KeyPath, Level, Owner
from trueup.packaging._address import clean, git_url
from trueup.packaging._constraints import Unreadable, both, lift, platform_marker, python_marker
from trueup.packaging._mask import mask
from trueup.packaging._model import (
    EMAIL,
    PYPROJECT,
    Dependency,
    Field,
    Gathered,
    Reading,
    Source,
    contact,
    distribution_name,
    normalise,
)
from trueup.packaging._toml import (
    Block,
    Entry,
    array,
    blocks,
    inner_remarks,
    literal,
    parse,
    quote,
    remarks,
    value_text,
)
from trueup.repo import Repo

ROOT: KeyPath = ('tool', 'poetry')
SAME = ('name', 'version', 'description', 'keywords', 'classifiers')
PEOPLE = ('authors', 'maintainers')
URLS = ('homepage', 'repository', 'documentation')
KNOWN = {
    'version',
    'extras',
    'optional',
    'python',
    'platform',
    'markers',
    'git',
    'branch',
    'tag',
    'rev',
    'subdirectory',
    'develop',
    'path',
    'file',
    'url',
    'source',
    'allow-prereleases',
    'allows-prereleases',
}

LOOKS_INTO_POETRY = re.compile(r"""\[\s*['"]poetry['"]\s*\]|\.get\(\s*['"]poetry['"]""")


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """Metadata and requirements of an old Poetry file, None if the file is of another kind."""
    text = repo.text(PYPROJECT)
    if text is None or any(reading.origin == 'pep621' for reading in earlier):
        return None
    data = parse(text, PYPROJECT)
    poetry = _table(_table(data.get('tool')).get('poetry'))
    if not poetry or not {'name', 'dependencies', 'dev-dependencies', 'group', 'version'} & poetry.keys():
        return None
    readers = tuple(_readers_of_version(repo)) if 'version' in poetry else ()
    computed = 'poetry-dynamic-versioning' in _table(data.get('tool'))
    reader = _Reader(poetry, _Places.of(text), computed or bool(readers))
    reader.walk()
    found = reader.found
    if readers:
        found.notes.append(f'the version stays in [tool.poetry]: {", ".join(readers)} reads it there')
    count = len(found.dependencies)
    return Reading(
        'poetry',
        tuple(found.fields),
        tuple(found.dependencies),
        decisions=tuple(found.decisions),
        notes=tuple(found.notes),
        sources=(Source(PYPROJECT, 'main', f'[tool.poetry]: metadata, {count} dependencies'),),
    )


def read_groups(text: str) -> Gathered:
    """Only the requirements of `[tool.poetry.group.*]` and `[tool.poetry.dev-dependencies]`, lifted to PEP 508."""
    reader = _Reader(_table(_table(parse(text, PYPROJECT).get('tool')).get('poetry')), _Places.of(text), False)
    reader.walk_groups()
    return reader.found


def _readers_of_version(repo: Repo) -> Iterator[str]:
    """The service's own code that looks into `[tool.poetry]`: the version must still be found there."""
    for path in repo.paths:
        text = repo.text(path) if path.endswith('.py') else None
        if text and 'pyproject' in text and LOOKS_INTO_POETRY.search(text):
            yield path


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each key stands in the text."""

    every: tuple[Entry, ...]
    entries: Mapping[KeyPath, Entry]
    blocks: Mapping[KeyPath, Block]

    @classmethod
    def of(cls, text: str) -> _Places:
        cut = blocks(text)
        return cls(
            tuple(entry for block in cut for entry in block.entries),
            {entry.path: entry for block in cut for entry in block.entries},
            {block.path: block for block in cut if not block.is_list},
        )

    def line(self, path: KeyPath) -> int:
        """Line of a key, or of the nearest one above it."""
        while path:
            if path in self.entries:
                return self.entries[path].line
            if path in self.blocks:
                return self.blocks[path].line + self.blocks[path].lead.count('\n')
            path = path[:-1]
        return 0

    def before(self, path: KeyPath) -> str:
        """The text of a key, or of the table that it is."""
        if path in self.entries:
            return mask(self.entries[path].raw.strip())
        return mask(' '.join(entry.raw.strip() for entry in self._below(path)))

    def around(self, path: KeyPath) -> tuple[tuple[str, ...], str]:
        """The remarks above a key (and inside its value), and the one behind it."""
        if path in self.entries:
            entry = self.entries[path]
            return remarks(entry.lead) + inner_remarks(entry.raw), entry.comment
        found: list[str] = list(remarks(self.blocks[path].lead)) if path in self.blocks else []
        for entry in self._below(path):
            found += [*remarks(entry.lead), *inner_remarks(entry.raw), *([entry.comment] if entry.comment else [])]
        return tuple(found), ''

    def _below(self, path: KeyPath) -> Iterable[Entry]:
        return (entry for entry in self.every if entry.path[: len(path)] == path)


class _Reader:
    def __init__(self, poetry: Mapping[str, object], places: _Places, dynamic_version: bool) -> None:
        self.poetry = poetry
        self.places = places
        self.dynamic_version = dynamic_version
        self.found = Gathered()

    def walk(self) -> None:
        """Everything, in the order of the file."""
        for key in self.poetry:
            self._metadata(key)
        self._tables()
        extras = {str(name): _strings(members) for name, members in _table(self.poetry.get('extras')).items()}
        self._group('', ('dependencies',), extras)
        filled = {found.extra for found in self.found.dependencies}
        for name in extras.keys() - filled:
            self._field(('optional-dependencies', name), '[]', (*ROOT, 'extras', name))
        self.walk_groups()

    def walk_groups(self) -> None:
        """The dependency groups, in the order of the file."""
        for name in _table(self.poetry.get('group')):
            self._group(name, ('group', name, 'dependencies'), {})
        self._group('dev', ('dev-dependencies',), {})

    def _metadata(self, key: str) -> None:
        value = self.poetry[key]
        path = (*ROOT, key)
        if key == 'version' and self.dynamic_version:
            return
        if key == 'name' and distribution_name(str(value)) != value:
            named = distribution_name(str(value)) or 'service'
            self._field((key,), quote(named), path, 'spelled as PEP 621 asks')
        elif key in SAME and path in self.places.entries:
            self._field((key,), value_text(self.places.entries[path].raw), path, inner=False)
        elif key in SAME:
            self._field((key,), literal(value), path)
        elif key in PEOPLE:
            people = [((), literal(person(entry)), '') for entry in _strings(value)]
            text = (
                array('', people).removeprefix(' = ').rstrip()
                if len(people) > 1
                else f'[{people[0][1]}]' if people else '[]'
            )
            self._field((key,), text, path, 'written as PEP 621 tables')
        elif key == 'license' and isinstance(value, str):
            self._license(value, path)
        elif key == 'readme' and isinstance(value, str):
            self._field((key,), literal(value), path)
        elif key in URLS:
            self._field(('urls', key), literal(value), path)

    def _license(self, value: str, path: KeyPath) -> None:
        try:
            expression = canonicalize_license_expression(value)
        except InvalidLicenseExpression:
            self._field(('license',), literal({'text': value}), path, 'not an SPDX expression: kept as text')
        else:
            self._field(('license',), quote(expression), path)

    def _tables(self) -> None:
        for name, url in _table(self.poetry.get('urls')).items():
            self._field(('urls', name), literal(url), (*ROOT, 'urls', name))
        for name, target in _table(self.poetry.get('scripts')).items():
            reference = console_script(target)
            if reference:
                self._field(('scripts', name), quote(reference), (*ROOT, 'scripts', name))
        for kind, entries in _table(self.poetry.get('plugins')).items():
            for name, target in _table(entries).items():
                self._field(('entry-points', kind, name), literal(target), (*ROOT, 'plugins', kind, name))

    def _field(self, key: KeyPath, text: str, path: KeyPath, reason: str = '', *, inner: bool = True) -> None:
        lead, comment = self.places.around(path)
        if not inner:  # the value is taken over as it stands, with the remarks inside it
            lead = remarks(self.places.entries[path].lead)
        evidence = Evidence(PYPROJECT, self.places.line(path))
        self.found.fields.append(
            Field(key, text, self.places.before(path), evidence, lead, comment, reason or 'moved to its PEP 621 place')
        )

    def _group(self, group: str, tail: KeyPath, extras: Mapping[str, tuple[str, ...]]) -> None:
        node: object = self.poetry
        for part in tail:
            node = _table(node).get(part)
        for name, value in _table(node).items():
            path = (*ROOT, *tail, name)
            if name.lower() == 'python':
                self._python(str(value), path)
                continue
            specs = list(value) if isinstance(value, list) else [value]
            members = [extra for extra, names in extras.items() if normalise(name) in map(normalise, names)]
            for spec in specs:
                self._dependency(name, spec, path, (group, members, len(specs) > 1))

    def _python(self, constraint: str, path: KeyPath) -> None:
        lifted = self._lift(constraint, path, python=True)
        if lifted[0]:
            reason = '' if lifted[1] else f'PEP 440 can\'t say {constraint}: it stays for Poetry, this is its hull'
            self._field(('requires-python',), quote(lifted[0]), path, reason)

    def _lift(self, constraint: str, path: KeyPath, *, python: bool = False) -> tuple[str, bool]:
        try:
            lifted = lift(constraint, python=python)
            SpecifierSet(lifted.specifier)
        except ValueError as error:
            raise UserError(
                f'version constraint of {path[-1]} can\'t be read: {constraint}',
                where=f'{PYPROJECT}:{self.places.line(path)}',
                hint='mend the constraint by hand first',
            ) from error
        return lifted.specifier, lifted.exact

    def _dependency(self, name: str, spec: object, path: KeyPath, context: tuple[str, list[str], bool]) -> None:
        group, members, several = context
        table: Mapping[str, object] = spec if isinstance(spec, Mapping) else {'version': str(spec)}
        where = Evidence(PYPROJECT, self.places.line(path))
        for key in table.keys() - KNOWN:
            self.found.notes.append(f'{where}: key {key} of {name} is unknown to Poetry and was left out')
        specifier, exact = self._lift(str(table.get('version', '*')), path)
        marker = self._marker(table, path)
        url, enrichment = self._origin(table, where, name)
        if not exact:
            enrichment = (('version', literal(table['version'])), *enrichment)
        if several and enrichment and marker:
            enrichment = (('markers', quote(marker)), *enrichment)
        if not group and table.get('optional') and not members:
            self._orphan(name, path)
            return
        lead, comment = self.places.around(path)
        for extra in members if table.get('optional') and not group else ['', *members]:
            self.found.dependencies.append(
                Dependency(
                    name,
                    '' if url else specifier,
                    _strings(table.get('extras')),
                    marker,
                    url,
                    group,
                    extra,
                    enrichment,
                    self.places.before(path),
                    where,
                    lead,
                    comment,
                    _reason(table, exact),
                )
            )

    def _marker(self, table: Mapping[str, object], path: KeyPath) -> str:
        try:
            return both(
                [
                    str(table.get('markers', '')),
                    python_marker(str(table['python'])) if 'python' in table else '',
                    platform_marker(str(table['platform'])) if 'platform' in table else '',
                ]
            )
        except Unreadable as error:
            raise UserError(
                f'python or platform of {path[-1]} can\'t be read: {error}',
                where=f'{PYPROJECT}:{self.places.line(path)}',
                hint='mend the constraint by hand first',
            ) from error

    def _origin(
        self, table: Mapping[str, object], where: Evidence, name: str
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The PEP 508 address, and what only Poetry's own table can say."""
        kept = [key for key in ('source', 'allow-prereleases') if key in table]
        address = ''
        folder = str(table.get('subdirectory', ''))
        if 'git' in table:
            cleaned = clean(str(table['git']))
            reference = str(table.get('rev') or table.get('tag') or table.get('branch') or '')
            address = git_url(cleaned.url, reference=reference, folder=folder)
        elif 'url' in table:
            cleaned = clean(str(table['url']))
            address = cleaned.url + (f'#subdirectory={folder}' if folder else '')
        else:
            cleaned = None
            kept += [key for key in ('path', 'file', 'subdirectory') if key in table]
        if cleaned is not None and cleaned.secret:
            self.found.notes.append(f'{where}: credentials in the address of {name} were taken out; give them to Git')
        kept += ['develop'] if table.get('develop') else []
        enrichment = [(key, literal(table[key])) for key in kept]
        if 'allows-prereleases' in table:
            enrichment.append(('allow-prereleases', literal(table['allows-prereleases'])))
        return address, tuple(enrichment)

    def _orphan(self, name: str, path: KeyPath) -> None:
        line = self.places.line(path)
        self.found.decisions.append(
            Decision(
                PYPROJECT,
                path,
                Action.KEEP,
                self.places.before(path),
                self.places.before(path),
                Owner.TEAM,
                'optional, but no extra names it: nothing ever installed it; left for a person',
                f'{PYPROJECT}:{line}',
                level=Level.NOTED,
            )
        )
        self.found.notes.append(f'{PYPROJECT}:{line}: {name} is optional, but no extra names it; Poetry 2 ignores it')


def person(text: str) -> dict[str, str]:
    """`Name <address>` as a PEP 621 table."""
    name, _, rest = text.partition('<')
    email = rest.rpartition('>')[0].strip()
    if not email and EMAIL.match(name.strip()):
        return contact('', name.strip())
    return contact(name.strip(), email)


def console_script(target: object) -> str:
    """The entry point of a console script, empty for one that stays in `[tool.poetry.scripts]` (type `file`)."""
    if isinstance(target, str):
        return target
    table = _table(target)
    if table.get('type', 'console') != 'console':
        return ''
    return str(table.get('reference') or table.get('callable') or '')


def _reason(table: Mapping[str, object], exact: bool) -> str:
    if not exact:
        return 'PEP 440 can\'t say this union: the exact constraint stays for Poetry'
    return 'same versions as PEP 440' if 'version' in table else 'same place as PEP 508'


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _strings(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()

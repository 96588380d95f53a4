"""Reads a Pipfile, whose lock beside it holds versions to start from.

Source: Pipenv's documentation, "Pipfile & Pipfile.lock" and "Specifiers".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from packaging.markers import InvalidMarker, Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from trueup.model import Conflict, Evidence, KeyPath
from trueup.packaging._address import clean, credential_note, git_url, is_public_index
from trueup.packaging._constraints import both
from trueup.packaging._environment import LEFT, environment_python, users
from trueup.packaging._local import project_name
from trueup.packaging._mask import mask
from trueup.packaging._model import Dependency, Gathered, Index, Reading, Source, normalise
from trueup.packaging._pep508 import wheel_problem
from trueup.packaging._toml import blocks, inner_remarks, literal, parse, quote, remarks
from trueup.repo import Repo

FILE, LOCK = 'Pipfile', 'Pipfile.lock'
GROUPS = {'packages': '', 'dev-packages': 'dev'}
SECTIONS = {'source', 'requires', 'scripts', 'pipenv'}
MARKERS = (
    'python_version',
    'python_full_version',
    'os_name',
    'sys_platform',
    'platform_machine',
    'platform_python_implementation',
    'platform_release',
    'platform_system',
    'platform_version',
    'implementation_name',
    'implementation_version',
)
PLACES = {'git', 'file', 'path', 'hg', 'svn', 'bzr'}
KNOWN = {'version', 'extras', 'markers', 'index', 'ref', 'subdirectory', 'editable', 'hashes', *PLACES, *MARKERS}


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """Everything that a Pipfile says, None without one."""
    del earlier
    text = repo.text(FILE)
    if text is None:
        return None
    reader = _Reader(repo, text.replace('\r\n', '\n'))
    reader.walk()
    found = reader.found
    kept = users(repo, ('pipenv',))
    reasons = [f'{", ".join(kept)} runs pipenv'] if kept else []
    reasons += ['its scripts have no place in pyproject.toml'] if reader.scripts else []
    if reasons:
        found.notes.append(f'{FILE}: stays, because {" and ".join(reasons)}; {LEFT}')
    sources = [Source(FILE, 'main', f'{len(found.dependencies)} packages')]
    sources += [Source(LOCK, 'exported', 'its versions are where poetry.lock starts')] if LOCK in repo else []
    return Reading(
        'pipfile',
        tuple(found.fields),
        tuple(found.dependencies),
        indexes=tuple(found.indexes),
        sources=tuple(sources),
        absorbed=() if reasons or reader.left else tuple(source.path for source in sources),
        decisions=tuple(found.decisions),
        conflicts=tuple(found.conflicts),
        notes=tuple(found.notes),
    )


class _Reader:
    def __init__(self, repo: Repo, text: str) -> None:
        self.repo = repo
        self.data = parse(text, FILE)
        self.entries = {entry.path: entry for block in blocks(text) for entry in block.entries}
        self.headers = {block.path: block.line + block.lead.count('\n') for block in reversed(blocks(text))}
        self.names: dict[str, str] = {}
        self.found = Gathered()
        self.scripts = False
        self.left = False

    def walk(self) -> None:
        """Every section in the order of the file."""
        sources = self.data.get('source')
        for number, source in enumerate(sources if isinstance(sources, list) else []):
            self._source(number, _table(source))
        for section, content in self.data.items():
            if section == 'requires':
                self._requires(_table(content))
            elif section in SECTIONS - {'source'}:
                self._aside(section, _table(content))
            elif section != 'source' and isinstance(content, Mapping):
                group = GROUPS.get(section, normalise(section))
                for name, spec in content.items():
                    self._package(str(name), spec, (section, str(name)), group)

    def _where(self, path: KeyPath) -> Evidence:
        if path in self.entries:
            return Evidence(FILE, self.entries[path].line)
        return Evidence(FILE, self.headers.get(path) or self.headers.get(path[:1], 0))

    def _before(self, path: KeyPath) -> str:
        if path in self.entries:
            return mask(self.entries[path].raw.strip())
        return mask(' '.join(entry.raw.strip() for key, entry in self.entries.items() if key[: len(path)] == path))

    def _source(self, number: int, source: Mapping[str, object]) -> None:
        url = str(source.get('url', ''))
        name = str(source.get('name') or f'source-{number + 1}')
        where = self._where(('source',))
        cleaned = clean(url)
        if cleaned.secret:
            self.found.notes.append(credential_note(str(where), name))
        if source.get('verify_ssl') is False:
            self.found.tell(
                where, f'verify_ssl = false of {name}', 'set POETRY_CERTIFICATES_<NAME>_CERT where it is needed'
            )
        if is_public_index(cleaned.url):
            self.found.drop(where, f'{name} {cleaned.url}', 'the index that Poetry asks anyway')
            return
        self.names[name] = normalise(name)
        priority = 'primary' if not number else 'explicit'
        self.found.indexes.append(Index(normalise(name), cleaned.url, priority, where, f'[[source]] {name}'))

    def _requires(self, content: Mapping[str, object]) -> None:
        for key, value in content.items():
            where = self._where(('requires', key))
            field = environment_python(str(value), self._before(('requires', key)), where)
            if key in {'python_version', 'python_full_version'} and field is not None:
                self.found.fields.append(field)
            else:
                self.found.tell(where, f'{key} = {value}', 'pyproject.toml has no place for it')

    def _aside(self, section: str, content: Mapping[str, object]) -> None:
        for key, value in content.items():
            where = self._where((section, key))
            if section == 'scripts':
                self.scripts = True
                self.found.tell(where, f'script {key} = {value}', 'a command line is no entry point; see Makefile')
            else:
                self.found.tell(where, f'{key} = {value}', 'an option of Pipenv alone')

    def _package(self, name: str, spec: object, path: KeyPath, group: str) -> None:
        table = spec if isinstance(spec, Mapping) else {'version': str(spec)}
        where = self._where(path)
        for key in table.keys() - KNOWN:
            self.found.tell(where, f'{key} of {name}', 'Poetry knows no such key')
        if str(table.get('path', '')).rstrip('/') == '.':
            self.found.drop(where, self._before(path), 'the service itself, which Poetry installs')
            return
        problem = self._problem(table)
        if problem:
            self._open(where, self._before(path), problem)
            return
        entry = self.entries.get(path)
        base = Dependency(
            name,
            extras=tuple(sorted(map(str, _list(table.get('extras'))))),
            marker=_marker(table),
            group=group,
            before=self._before(path),
            evidence=where,
            lead=tuple(map(mask, remarks(entry.lead) + inner_remarks(entry.raw))) if entry else (),
            comment=mask(entry.comment) if entry else '',
            reason='carried as written',
        )
        self.found.dependencies.append(self._placed(base, table))

    def _placed(self, base: Dependency, table: Mapping[str, object]) -> Dependency:
        """The requirement with its version or its place."""
        develop = (('develop', 'true'),) if table.get('editable') else ()
        if 'git' in table or '://' in str(table.get('file', '')):
            cleaned = clean(str(table.get('git') or table.get('file')).removeprefix('git+'))
            if cleaned.secret:
                text = f'{base.evidence}: credentials in the address of {base.name} were taken out; give them to Git'
                self.found.notes.append(text)
            folder = str(table.get('subdirectory', ''))
            if 'git' not in table:
                return replace(base, url=cleaned.url)
            url = git_url(cleaned.url, reference=str(table.get('ref', '')), folder=folder)
            return replace(base, url=url, enrichment=develop)
        if 'path' in table or 'file' in table:
            place = str(table.get('path') or table.get('file')).removeprefix('./')
            base = replace(base, name=project_name(self.repo, place) or base.name)
            return replace(base, enrichment=(('path', literal(place)), *develop))
        index = self.names.get(str(table.get('index', '')))
        return replace(
            base, specifier=_specifier(table), enrichment=(('source', quote(index)),) if index is not None else ()
        )

    def _problem(self, table: Mapping[str, object]) -> str:
        """Why Poetry can't say it, empty if it can."""
        for kind in ('hg', 'svn', 'bzr'):
            if kind in table:
                return f'Poetry knows Git, not {kind}'
        place = str(table.get('path') or table.get('file') or '')
        if wheel_problem(place):
            return wheel_problem(place)
        if '$' in clean(str(table.get('git') or place)).url:
            return 'its address holds an environment variable, which Poetry does not fill in'
        if place and '://' not in place:
            inside = place.removeprefix('./')
            if inside.startswith('/') or (inside not in self.repo and not project_name(self.repo, inside)):
                return 'a local path where no named project is tracked'
        try:
            SpecifierSet(_specifier(table))
            _marker(table)
        except (InvalidSpecifier, InvalidMarker):
            return 'not a version or a marker that PEP 508 knows'
        return ''

    def _open(self, where: Evidence, text: str, reason: str) -> None:
        self.left = True
        self.found.notes.append(f'{where}: not carried: {text}: {reason}')
        key = ('project', 'dependencies', text)
        self.found.conflicts.append(Conflict(FILE, key, None, text, None, f'{where}: {reason}'))


def _specifier(table: Mapping[str, object]) -> str:
    text = str(table.get('version', '*')).replace(' ', '')
    return '' if text in {'*', ''} else f'=={text}' if text[0].isdigit() else text


def _marker(table: Mapping[str, object]) -> str:
    """`markers` and the keys that are markers themselves (`sys_platform = "== 'win32'"`)."""
    found = both([str(table.get('markers', '')), *(f'{key} {table[key]}' for key in MARKERS if key in table)])
    return str(Marker(found)) if found else ''


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else []


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}

"""requirements.txt from poetry.lock, for the Dockerfiles and pipelines that still name it. Pure, offline, no plugin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement

from trueup.errors import UserError
from trueup.packaging._address import clean
from trueup.packaging._marker import without_extras
from trueup.packaging._model import PYPROJECT, normalise
from trueup.packaging._toml import parse

LOCK = 'poetry.lock'
HEADER = '# Exported from poetry.lock, do not edit: run `trueup fix` to refresh it.'
MARK = '# Exported from poetry.lock'
KEPT = re.compile(
    r'\s*(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host|--no-index|--pre|--prefer-binary'
    r'|--no-binary|--only-binary)\b'
)


def export_requirements(lock: str, pyproject: str, *, keep: str) -> str:
    """All packages of the service's own group, pinned and sorted, below the index options of the file it replaces.

    Hashes are written if the old file had them, and CRLF where it had that.
    """
    data = parse(lock, LOCK)
    packages = _packages(data)
    extras = _extras(packages, parse(pyproject, PYPROJECT))
    hashed = '--hash' in keep
    lines = [text for package in packages if (text := package.line(extras.get(package.key, ()), hashed))]
    options = [line.strip() for line in keep.splitlines() if KEPT.match(line)]
    options += [option for option in _indexes(packages) if not any(option.split()[1] in known for known in options)]
    body = [HEADER, *options, *([''] if options else []), *sorted(lines, key=_order)]
    text = '\n'.join(body) + '\n'
    return text.replace('\n', '\r\n') if '\r\n' in keep else text


def is_exported(text: str) -> bool:
    """Whether the file says of itself that it was written from the lock."""
    return text.lstrip('\ufeff \r\n').startswith(MARK)


def in_step(lock: str, pyproject: str, text: str) -> bool:
    """Whether an exported file still says what the lock says."""
    return export_requirements(lock, pyproject, keep=text).split() == text.lstrip('\ufeff').split()


@dataclass(frozen=True, slots=True)
class _Package:
    table: Mapping[str, object]
    marker: str

    @property
    def key(self) -> str:
        return normalise(str(self.table['name']))

    def line(self, extras: Iterable[str], hashed: bool) -> str:
        """The requirement as pip reads it."""
        name = str(self.table['name']) + (f'[{",".join(sorted(extras))}]' if extras else '')
        source = _mapping(self.table.get('source'))
        kind = str(source.get('type', ''))
        behind = f' ; {self.marker}' if self.marker else ''
        if kind == 'git':
            return self._git(name, source) + behind
        if kind == 'directory':
            path = _relative(str(source['url']))
            return ('-e ' if self.table.get('develop') else '') + path + behind
        if kind == 'file':
            return _relative(str(source['url'])) + behind
        if kind == 'url':
            return f'{name} @ {source["url"]}{_folder(source)}{behind}'
        return f'{name}=={self.table["version"]}{behind}{self._hashes() if hashed else ""}'

    def _git(self, name: str, source: Mapping[str, object]) -> str:
        reference = source.get('resolved_reference') or source.get('reference')
        url = str(source['url'])
        url = url if url.startswith('git+') else f'git+{_ssh(url)}'
        if self.table.get('develop'):
            folder = _folder(source).replace('#', '&')
            return f'-e {url}@{reference}#egg={name}{folder}'
        return f'{name} @ {url}@{reference}{_folder(source)}'

    def _hashes(self) -> str:
        files = self.table.get('files')
        hashes = sorted({str(_mapping(file).get('hash')) for file in files} if isinstance(files, list) else ())
        return ''.join(f' \\\n    --hash={value}' for value in hashes)


def _packages(data: Mapping[str, object]) -> list[_Package]:
    """Packages that the service needs by itself: no group, no extra."""
    tables = [table for table in _list(data.get('package')) if isinstance(table, Mapping)]
    if tables and not any('groups' in table for table in tables):
        raise UserError(
            'written by a Poetry that did not note the groups of packages',
            where=LOCK,
            hint='run `poetry lock` of Poetry 2',
        )
    found: list[_Package] = []
    for table in tables:
        groups = [normalise(str(name)) for name in _list(table.get('groups'))]
        markers = table.get('markers', '')
        if isinstance(markers, Mapping):
            markers = next((text for name, text in markers.items() if normalise(name) == 'main'), '')
        marker = without_extras(str(markers))
        if 'main' in groups and marker is not None and not (table.get('optional') and not markers):
            found.append(_Package(table, marker))
    return found


def _extras(packages: Iterable[_Package], pyproject: Mapping[str, object]) -> dict[str, set[str]]:
    """Extras that the service or one of its packages asks of another."""
    found: dict[str, set[str]] = {}
    for item in _list(_mapping(pyproject.get('project')).get('dependencies')):
        try:
            requirement = Requirement(str(item))
        except InvalidRequirement:
            continue
        found.setdefault(normalise(requirement.name), set()).update(requirement.extras)
    poetry = _mapping(_mapping(pyproject.get('tool')).get('poetry'))
    asked = [_mapping(poetry.get('dependencies')), *(_mapping(item.table.get('dependencies')) for item in packages)]
    for name, spec in (pair for table in asked for pair in table.items()):
        for entry in map(_mapping, spec if isinstance(spec, list) else [spec]):
            if 'extra ==' not in str(entry.get('markers', '')):
                found.setdefault(normalise(name), set()).update(str(extra) for extra in _list(entry.get('extras')))
    return {name: extras for name, extras in found.items() if extras}


def _indexes(packages: Iterable[_Package]) -> list[str]:
    """Indexes other than the public one that a package came from."""
    sources = [_mapping(package.table.get('source')) for package in packages]
    urls = [clean(str(source['url'])).url for source in sources if source.get('type') == 'legacy']
    return [f'--extra-index-url {url}' for url in dict.fromkeys(urls)]


def _folder(source: Mapping[str, object]) -> str:
    return f'#subdirectory={source["subdirectory"]}' if source.get('subdirectory') else ''


def _relative(path: str) -> str:
    return path if path.startswith(('.', '/')) else f'./{path}'


def _ssh(url: str) -> str:
    found = re.fullmatch(r'([\w.-]+@[\w.-]+):(?!//)(.+)', url)
    return f'ssh://{found[1]}/{found[2]}' if found else url


def _order(line: str) -> tuple[str, str]:
    return line.removeprefix('-e ').lower(), line


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []

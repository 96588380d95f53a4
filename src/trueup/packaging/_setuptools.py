"""What setup() arguments and setup.cfg options mean in PEP 621; shared by both readers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from trueup.model import Action, Conflict, Decision, Evidence, KeyPath, Level, Owner
from trueup.packaging._address import clean
from trueup.packaging._constraints import Unreadable, lift
from trueup.packaging._mask import mask
from trueup.packaging._model import PYPROJECT, Dependency, Field, Gathered, contact, distribution_name, normalise
from trueup.packaging._pep508 import Inexpressible, parse_line
from trueup.packaging._toml import literal, quote
from trueup.repo import Repo

LAYOUT = {
    'packages',
    'package_dir',
    'py_modules',
    'include_package_data',
    'zip_safe',
    'package_data',
    'data_files',
    'exclude_package_data',
    'platforms',
    'download_url',
    'long_description_content_type',
    'setup_requires',
    'test_suite',
    'provides',
    'obsoletes',
    'namespace_packages',
    'long_description',
    'license_files',
    'license_file',
}
BUILT = {'ext_modules', 'cmdclass', 'distclass', 'libraries', 'use_scm_version', 'rust_extensions', 'cffi_modules'}


@dataclass(slots=True)
class Mapper:
    """Turns setuptools keys into fields and dependencies, one key at a time."""

    repo: Repo
    found: Gathered = field(default_factory=Gathered)
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    people_at: dict[str, tuple[str, Evidence]] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    def take(self, key: str, value: object, before: str, where: Evidence) -> None:
        """One argument of setup()."""
        before = mask(before)
        if key in {'name', 'version', 'description'} and isinstance(value, str):
            self._plain(key, ' '.join(value.split()), before, where)
        elif key in {'classifiers', 'keywords'}:
            self._field((key,), literal(_words(key, value)), before, where)
        elif key in {'author', 'author_email', 'maintainer', 'maintainer_email'} and isinstance(value, str):
            kind, _, mail = key.partition('_')
            self.people.setdefault(f'{kind}s', {})['email' if mail else 'name'] = value
            old = self.people_at.get(f'{kind}s', ('', where))
            self.people_at[f'{kind}s'] = (f'{old[0]} {before}'.strip(), old[1])
        elif key == 'license' and isinstance(value, str):
            self._license(value, before, where)
        elif key == 'url' and value:
            self._url('homepage', value, before, where)
        elif key == 'project_urls' and isinstance(value, Mapping):
            for name, url in value.items():
                self._url(str(name), url, mask(f'{name}: {url}'), where)
        elif key == 'python_requires' and isinstance(value, str):
            self._python(value, before, where)
        elif key == 'entry_points':
            self._entry_points(value, before, where)
        elif key == 'scripts' and isinstance(value, list):
            for script in value:
                self.found.notes.append(f'{where}: script file {script}: not carried; make it a console entry point')
        else:
            self._rest(key, before, where)

    def requirements(self, entries: object, where: Evidence, *, group: str = '', extra: str = '') -> None:
        """install_requires and its sisters."""
        for entry in entries.splitlines() if isinstance(entries, str) else entries if isinstance(entries, list) else []:
            text = str(entry).partition(' #')[0].strip()
            if text and not text.startswith('#'):
                self._requirement(text, where, group, extra)

    def extras(self, name: str, entries: object, where: Evidence) -> None:
        """One extra, which may carry a marker in its name (`dev:python_version<"3.8"`, `:marker`)."""
        name, _, marker = name.partition(':')
        for entry in entries if isinstance(entries, list) else str(entries).splitlines():
            text = str(entry).strip()
            if text:
                self._requirement(f'{text} ; {marker}' if marker else text, where, '', normalise(name) if name else '')

    def done(self) -> None:
        """Write the fields that take several keys."""
        for kind, person in self.people.items():
            before, where = self.people_at[kind]
            names, mails = _split(person.get('name', '')), _split(person.get('email', ''))
            if len(names) == len(mails):
                people = [contact(name, mail) for name, mail in zip(names, mails, strict=True)]
            else:
                people = [contact(name) for name in names] + [contact('', mail) for mail in mails]
            if people:
                self._field((kind,), literal(people), before, where)

    def dynamic(self, key: str, source: str, where: Evidence) -> None:
        """A value that only running the file would tell."""
        self.left.append(key)
        self.found.notes.append(f'{where}: {key} is computed when the file runs ({source}): not carried')
        if key in {'install_requires', 'extras_require', 'entry_points', 'requirements'}:
            self.found.conflicts.append(
                Conflict(
                    where.path,
                    ('project', key),
                    None,
                    source,
                    None,
                    f'{where}: computed when the file runs: write it by hand',
                )
            )

    def _field(self, key: KeyPath, text: str, before: str, where: Evidence, reason: str = '') -> None:
        self.found.fields.append(Field(key, text, before, where, reason=reason or 'moved to its PEP 621 place'))

    def _plain(self, key: str, text: str, before: str, where: Evidence) -> None:
        """A text; of a name, setuptools itself builds another spelling where PEP 621 would refuse it."""
        named = (distribution_name(text) or 'service') if key == 'name' else text
        self._field((key,), quote(named), before, where, '' if named == text else 'spelled as PEP 621 asks')

    def _url(self, name: str, url: object, before: str, where: Evidence) -> None:
        """An address; Poetry refuses a project with one that is none."""
        cleaned = clean(str(url)).url
        if re.match(r'[A-Za-z][A-Za-z0-9+.-]*:/?/?[^\s/]\S*\Z', cleaned):
            self._field(('urls', name), literal(cleaned), before, where)
        else:
            self.found.notes.append(f'{where}: not carried: {before}: not an address')

    def _license(self, value: str, before: str, where: Evidence) -> None:
        try:
            self._field(('license',), quote(canonicalize_license_expression(value)), before, where)
        except InvalidLicenseExpression:
            self._field(('license',), literal({'text': value}), before, where, 'not an SPDX expression: kept as text')

    def _python(self, value: str, before: str, where: Evidence) -> None:
        try:
            specifier = lift(value, python=True).specifier
        except Unreadable:
            self.found.notes.append(f'{where}: python_requires can\'t be read: {value}')
            return
        if specifier:
            self._field(('requires-python',), quote(specifier), before, where)

    def _entry_points(self, value: object, before: str, where: Evidence) -> None:
        for kind, entries in entry_points(value).items():
            for name, target in entries.items():
                head = ('scripts',) if kind == 'console_scripts' else ('gui-scripts',) if kind == 'gui_scripts' else ()
                key = (*head, name) if head else ('entry-points', kind, name)
                self._field(key, quote(target), f'{name} = {target}', where)
        if value and not entry_points(value):
            self.dynamic('entry_points', before, where)

    def _requirement(self, text: str, where: Evidence, group: str, extra: str) -> None:
        try:
            parsed = parse_line(self.repo, text, where)
        except Inexpressible as error:
            self.left.append(text)
            self.found.notes.append(f'{where}: not carried: {mask(text)}: {error}')
            self.found.conflicts.append(
                Conflict(
                    where.path, ('project', 'dependencies', mask(text)), None, mask(text), None, f'{where}: {error}'
                )
            )
            return
        if parsed.itself or normalise(parsed.dependency.name) == self._own_name():
            self.found.notes.append(f'{where}: {text}: an extra of the service itself; list its members instead')
            return
        dependency = parsed.dependency
        self.found.dependencies.append(
            Dependency(
                dependency.name,
                dependency.specifier,
                dependency.extras,
                dependency.marker,
                dependency.url,
                group,
                extra,
                dependency.enrichment,
                dependency.before,
                where,
                reason='carried as written',
            )
        )
        if parsed.secret:
            self.found.notes.append(f'{where}: credentials in the address of {dependency.name} were taken out')

    def _own_name(self) -> str:
        names = [item.literal.strip('"\'') for item in self.found.fields if item.key == ('name',)]
        return normalise(names[0]) if names else ''

    def _rest(self, key: str, before: str, where: Evidence) -> None:
        if key in BUILT:
            self.left.append(key)
            self.found.notes.append(f'{where}: {key}: Poetry builds no such thing: {where.path} stays')
            return
        reason = 'the layout is said by [tool.poetry]' if key in LAYOUT else 'unknown to PEP 621'
        self.found.decisions.append(
            Decision(
                PYPROJECT,
                ('project', key),
                Action.REMOVE,
                before[:300],
                None,
                Owner.TEAM,
                reason,
                str(where),
                level=Level.NOTED,
            )
        )
        if key not in LAYOUT:
            self.found.notes.append(f'{where}: {key}: not carried: {before[:120]}')


def entry_points(value: object) -> dict[str, dict[str, str]]:
    """Entry points by group, from a mapping of lists or from INI text."""
    if isinstance(value, Mapping):
        return {
            str(kind): dict(
                filter(None, (_entry(str(line)) for line in (lines.splitlines() if isinstance(lines, str) else lines)))
            )
            for kind, lines in value.items()
        }
    found: dict[str, dict[str, str]] = {}
    kind = ''
    for line in str(value).splitlines():
        header = re.fullmatch(r'\s*\[(.+)\]\s*', line)
        pair = _entry(line)
        if header:
            kind = header[1].strip()
        elif pair and kind:
            found.setdefault(kind, {})[pair[0]] = pair[1]
    return found


def _entry(line: str) -> tuple[str, str] | None:
    name, equals, target = line.partition('=')
    return (name.strip(), re.sub(r'\s*:\s*', ':', target.strip())) if equals and target.strip() else None


def _words(key: str, value: object) -> list[str]:
    if isinstance(value, str):
        parts = (
            value.splitlines()
            if key == 'classifiers'
            else re.split(r'[,\n]' if re.search(r'[,\n]', value) else r'\s', value)
        )
        return [part.strip() for part in parts if part.strip()]
    return [str(item) for item in value] if isinstance(value, list) else []


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(',') if part.strip()]

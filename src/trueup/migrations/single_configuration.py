"""Settings of flake8, isort and pylint that are about *this* service move from their old files to pyproject.toml.

Thresholds and code lists of the old files are not carried: the standard has its own, and the report names the old
ones. What is carried is where the tools look and what they must know of the service.
"""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from typing import NamedTuple, cast

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Table

from trueup.migrations._contract import Migrated, Migration
from trueup.model import Action, Change, Decision, Evidence, File, KeyPath, Mode, Owner, Tree
from trueup.repo import Repo
from trueup.text.encoding import decode, encode

PYPROJECT = 'pyproject.toml'


class Place(NamedTuple):
    """An old place of a tool's settings, the table they belong to, and which options are the service's own."""

    path: str
    section: str
    table: KeyPath
    options: frozenset[str]


FLAKE8 = frozenset({'exclude', 'extend-exclude', 'per-file-ignores', 'filename'})
ISORT = frozenset(
    {
        'skip',
        'extend_skip',
        'skip_glob',
        'extend_skip_glob',
        'known_first_party',
        'known_third_party',
        'src_paths',
        'skip_gitignore',
    }
)
PYLINT = frozenset(
    {
        'ignore',
        'ignore-patterns',
        'ignore-paths',
        'ignored-modules',
        'ignored-classes',
        'extension-pkg-allow-list',
        'extension-pkg-whitelist',
        'generated-members',
        'load-plugins',
        'source-roots',
    }
)
PYLINT_TABLES = {
    'ignored-modules': ('tool', 'pylint', 'typecheck'),
    'ignored-classes': ('tool', 'pylint', 'typecheck'),
    'generated-members': ('tool', 'pylint', 'typecheck'),
}
PLACES = (
    *(Place(path, 'flake8', ('tool', 'flake8'), FLAKE8) for path in ('.flake8', 'setup.cfg', 'tox.ini')),
    *(Place(path, 'isort', ('tool', 'isort'), ISORT) for path in ('setup.cfg', 'tox.ini')),
    *(Place('.isort.cfg', section, ('tool', 'isort'), ISORT) for section in ('settings', 'isort')),
    *(
        Place(path, section, ('tool', 'pylint', 'main'), PYLINT)
        for path in ('.pylintrc', 'pylintrc')
        for section in ('MASTER', 'MAIN', 'TYPECHECK', 'master', 'main', 'typecheck')
    ),
)
BOOLEANS = {'skip_gitignore'}


class Setting(NamedTuple):
    """One option found in an old place."""

    place: Place
    option: str
    value: str

    @property
    def key(self) -> KeyPath:
        """Where it belongs in pyproject.toml."""
        table = PYLINT_TABLES.get(self.option, self.place.table) if self.place.options is PYLINT else self.place.table
        return (*table, self.option)

    @property
    def literal(self) -> bool | list[str]:
        """Its value as TOML has it: a list of strings, or a boolean."""
        if self.option in BOOLEANS:
            return self.value.strip().lower() in ('1', 'true', 'yes', 'on')
        separator = r'[\n]+' if self.option == 'per-file-ignores' else r'[,\n]+'
        text = re.sub(r'(?m)#.*$', '', self.value)
        return [re.sub(r'\s+', ' ', part).strip().rstrip(',') for part in re.split(separator, text) if part.strip()]


def needed(repo: Repo) -> tuple[Evidence, ...]:
    """The old files that hold such settings."""
    return tuple(dict.fromkeys(Evidence(setting.place.path) for setting in _settings(repo) if setting.literal))


def carry_out(repo: Repo, _theirs: Tree) -> Migrated:
    """pyproject.toml with the settings added; a key that stands there already is left as it is."""
    settings = [setting for setting in _settings(repo) if setting.literal]
    before = repo.file(PYPROJECT)
    found = decode(before.data) if before else None
    if not settings or (before is not None and (found is None or before.mode is Mode.LINK)):
        return Migrated()
    try:
        document = tomlkit.parse(found.text if found else '')
    except TOMLKitError:
        return Migrated()
    decisions = tuple(_move(document, setting) for setting in settings)
    text = tomlkit.dumps(document)
    after = File(encode(text, found) if found else text.encode(), before.mode if before else Mode.PLAIN)
    return Migrated((Change(PYPROJECT, before, after),), decisions)


def _move(document: tomlkit.TOMLDocument, setting: Setting) -> Decision:
    table: tomlkit.TOMLDocument | Table = document
    *parents, option = setting.key
    for depth, name in enumerate(parents):
        if name not in table:
            table[name] = tomlkit.table(is_super_table=depth + 1 < len(parents))
        table = cast(Table, table[name])
    source = f'{setting.place.path} [{setting.place.section}]'
    if option in table:
        return Decision(
            PYPROJECT,
            setting.key,
            Action.KEEP,
            setting.value,
            str(table[option]),
            Owner.TEAM,
            f'{source} had another value; pyproject.toml stands',
            source,
            'migration',
        )
    table[option] = setting.literal
    return Decision(
        PYPROJECT,
        setting.key,
        Action.MOVE,
        setting.value.strip(),
        str(setting.literal),
        Owner.TEAM,
        'one place for the configuration of the tools',
        source,
        'migration',
    )


def _settings(repo: Repo) -> Iterator[Setting]:
    for place in PLACES:
        for option, value in _options(repo.text(place.path) or '', place.section):
            name = option if option in place.options else option.replace('_', '-')
            if name in place.options and value is not None:
                yield Setting(place, name, value)


def _options(text: str, section: str) -> list[tuple[str, str]]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # typeshed calls it a method
    try:
        parser.read_string(text)
        return parser.items(section)
    except configparser.Error:
        return []


MIGRATION = Migration(
    'single-configuration',
    'MIG001',
    'flake8, isort, pylint and pytest are configured in pyproject.toml only',
    'tools into pyproject.toml',
    needed,
    carry_out,
)

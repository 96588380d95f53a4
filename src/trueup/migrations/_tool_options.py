"""Options of flake8, isort and pylint that are about *this* service, and how pyproject.toml takes them.

Thresholds and code lists are not among them: the standard has its own. What is carried is where the tools look and what
they must know of the service. Sources: the option references of the three tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, cast

import tomlkit
from tomlkit.items import Table

from trueup.model import Action, Decision, KeyPath, Owner
from trueup.text.encoding import lines, restore_endings, to_unix

PYPROJECT = 'pyproject.toml'
OPTIONS: dict[str, frozenset[str]] = {
    'black': frozenset({'extend-exclude', 'force-exclude', 'target-version'}),
    'flake8': frozenset({'exclude', 'extend-exclude', 'per-file-ignores', 'filename'}),
    'isort': frozenset(
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
    ),
    'pylint': frozenset(
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
    ),
}
TYPECHECK = frozenset({'ignored-modules', 'ignored-classes', 'generated-members'})
BOOLEANS = frozenset({'skip_gitignore'})
STRINGS = frozenset({'extend-exclude', 'force-exclude'})
"""What black takes as one regular expression."""
SAME = {'skip-gitignore': 'skip_gitignore', 'project': 'known_first_party', 'src': 'src_paths'}


class Item(NamedTuple):
    """One value of a list, with the remarks above and behind it."""

    text: str
    above: tuple[str, ...] = ()
    behind: str = ''


class Setting(NamedTuple):
    """One option found somewhere: its tool, name and text, where it stood, and the remarks above it.

    `wins` says that the tool read it instead of pyproject.toml.
    """

    tool: str
    option: str
    value: str
    source: str
    remarks: tuple[str, ...] = ()
    wins: bool = False

    @property
    def key(self) -> KeyPath:
        """Where it belongs in pyproject.toml."""
        if self.tool == 'pylint':
            return ('tool', 'pylint', 'typecheck' if self.option in TYPECHECK else 'main', self.option)
        return ('tool', self.tool, self.option)

    @property
    def items(self) -> tuple[Item, ...]:
        """The values of a list, as INI files write them."""
        separator = r'\n' if self.option == 'per-file-ignores' else r'[,\n]'
        found: list[Item] = []
        above: list[str] = []
        for line in self.value.split('\n'):
            text, mark, remark = line.partition('#')
            parts = [re.sub(r'\s+', ' ', part).strip().rstrip(',') for part in re.split(separator, text)]
            words = [part for part in parts if part]
            if mark and not words:
                above.append(f'# {remark.strip()}')
            for number, word in enumerate(words, 1):
                behind = f'# {remark.strip()}' if mark and number == len(words) else ''
                found.append(Item(word, tuple(above), behind))
                above = []
        return tuple(found)

    @property
    def literal(self) -> bool | str | list[str]:
        """Its value as TOML has it."""
        if self.option in BOOLEANS:
            return self.value.strip().lower() in ('1', 'true', 'yes', 'on', '')
        if self.tool == 'black' and self.option in STRINGS:
            return self.value.strip()
        return [item.text for item in self.items]


def option_name(tool: str, option: str) -> str:
    """The option as pyproject.toml spells it, '' if it is not one of the service's own."""
    option = SAME.get(option, option) if tool == 'isort' else option
    for name in (option, option.replace('_', '-'), option.replace('-', '_')):
        if name in OPTIONS.get(tool, ()):
            return name
    return ''


def place(text: str, settings: Iterable[Setting]) -> tuple[str, tuple[Decision, ...]]:
    """A pyproject text with the settings, and what became of each; raises tomlkit's errors on a text that is no TOML."""
    document = tomlkit.parse(to_unix(text))
    decisions = tuple(_placed(document, setting) for setting in settings)
    new = _spaced(tomlkit.dumps(document), set(lines(to_unix(text))))
    return restore_endings(new, text), decisions


def _spaced(text: str, known: set[str]) -> str:
    """One blank line on either side of each table that is new."""
    found: list[str] = []
    new = False
    for row in lines(text):
        header = row.startswith('[')
        if header and found and found[-1].strip() and (new or row not in known):
            found.append('\n')
        new = row not in known if header else new
        found.append(row)
    return ''.join(found)


def _placed(document: tomlkit.TOMLDocument, setting: Setting) -> Decision:
    table: tomlkit.TOMLDocument | Table = document
    *parents, option = setting.key
    for depth, name in enumerate(parents):
        if name not in table:
            table[name] = tomlkit.table(is_super_table=depth + 1 < len(parents))
        table = cast(Table, table[name])
    known = table.get(option)
    if known is not None and not setting.wins:
        reason = f'{setting.source} had another value; pyproject.toml stands'
        return _said(setting, Action.KEEP, str(known), reason)
    if known is not None:
        table[option] = _value(setting)
        return _said(setting, Action.MOVE, str(setting.literal), f'{setting.source} was read, pyproject.toml was not')
    for remark in setting.remarks:
        table.add(tomlkit.comment(remark.lstrip('#; ')))
    table[option] = _value(setting)
    return _said(setting, Action.MOVE, str(setting.literal), 'one place for the configuration of the tools')


def _value(setting: Setting) -> object:
    literal = setting.literal
    remarked = any(item.above or item.behind for item in setting.items)
    if (
        not isinstance(literal, list)
        or not (remarked or '\n' in setting.value.strip())
        or (len(literal) < 2 and not remarked)
    ):
        return literal
    array = tomlkit.array()
    for item in setting.items:
        for remark in item.above:
            array.add_line(comment=remark.lstrip('# '), indent='    ')
        array.add_line(item.text, comment=item.behind.lstrip('# ') or None, indent='    ')
    array.add_line(indent='')
    return array


def _said(setting: Setting, action: Action, after: str, reason: str) -> Decision:
    value = setting.value.strip()
    return Decision(PYPROJECT, setting.key, action, value, after, Owner.TEAM, reason, setting.source, 'migration')

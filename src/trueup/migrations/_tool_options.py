"""Options of flake8, isort and pylint that are about *this* service, and how pyproject.toml takes them.

Thresholds and code lists are not among them: the standard has its own. What is carried is where the tools look and what
they must know of the service. Sources: the option references of the three tools.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import NamedTuple

from trueup.model import Action, Decision, KeyPath, Owner
from trueup.text.encoding import restore_endings, to_unix
from trueup.text.toml import Toml, parse_toml

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
    """A pyproject text with the settings, and what became of each; raises Malformed on a text that is no TOML."""
    new = to_unix(text)
    decisions = []
    for setting in settings:
        new, decision = _placed(new, setting)
        decisions.append(decision)
    return restore_endings(new, text), tuple(decisions)


def _placed(text: str, setting: Setting) -> tuple[str, Decision]:
    document = parse_toml(text)
    known = document.find(setting.key)
    if known is not None and not setting.wins:
        reason = f'{setting.source} had another value; pyproject.toml stands'
        return text, _said(setting, Action.KEEP, document.source(known), reason)
    if known is not None:
        reason = f'{setting.source} was read, pyproject.toml was not'
        return Toml().set_text(document, setting.key, _value(setting)), _said(setting, Action.MOVE, reason=reason)
    *table, option = setting.key
    remarks = ''.join(f'# {remark.lstrip("#; ")}\n' for remark in setting.remarks)
    other = parse_toml(f'[{".".join(table)}]\n{remarks}{option} = {_value(setting)}\n')
    reason = 'one place for the configuration of the tools'
    return Toml().insert(document, setting.key, other), _said(setting, Action.MOVE, reason=reason)


def _value(setting: Setting) -> str:
    """The value as TOML, a list over several lines as one."""
    literal = setting.literal
    if not isinstance(literal, list):
        return json.dumps(literal, ensure_ascii=False)
    remarked = any(item.above or item.behind for item in setting.items)
    if not remarked and (len(literal) < 2 or '\n' not in setting.value.strip()):
        return json.dumps(literal, ensure_ascii=False)
    rows = []
    for item in setting.items:
        rows += [f'    {remark}\n' for remark in item.above]
        behind = f'  {item.behind}' if item.behind else ''
        rows.append(f'    {json.dumps(item.text, ensure_ascii=False)},{behind}\n')
    return f'[\n{"".join(rows)}]'


def _said(setting: Setting, action: Action, after: str = '', reason: str = '') -> Decision:
    value, new = setting.value.strip(), after or str(setting.literal)
    return Decision(PYPROJECT, setting.key, action, value, new, Owner.TEAM, reason, setting.source, 'migration')

"""`[tool.poetry]` in the shape of PEP 621, so that a file of the old shape can be compared with one of the new.

Sources: PEP 621, PEP 735, and Poetry's own documentation of caret and tilde requirements. What can not be said
without loss (sources, several constraints for one name, extras over optional dependencies) is left alone: None.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from trueup.model import KeyPath
from trueup.text._toml_scan import Statement, dotted, statements

POETRY = ('tool', 'poetry')
PLAIN = frozenset({'name', 'version', 'description', 'readme', 'license', 'keywords', 'classifiers'})
PEOPLE = frozenset({'authors', 'maintainers'})
LINKS = frozenset({'homepage', 'repository', 'documentation'})
KNOWN = frozenset({'version', 'extras', 'optional', 'markers', 'python'})
MAIN = (*POETRY, 'dependencies')
RENAMED: dict[KeyPath, KeyPath] = {(*POETRY, 'scripts'): ('project', 'scripts'), (*POETRY, 'urls'): ('project', 'urls')}
PERSON = re.compile(r'\s*(?P<name>[^<]*?)\s*(?:<(?P<email>[^>]*)>)?\s*')


class _Unsaid(Exception):
    """Something that PEP 621 can not say."""


def lift(text: str) -> str | None:
    """The text with its Poetry metadata as `[project]`, None where it has none or where something would be lost."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    poetry = data.get('tool', {}).get('poetry', {})
    if 'project' in data or 'name' not in poetry or poetry.get('extras'):
        return None
    try:
        return _Lift(text, poetry).run()
    except _Unsaid:
        return None


def old_shape(text: str) -> bool:
    """Whether a TOML text has `[tool.poetry]` with a name and no `[project]`."""
    paths = {statement.path for statement in statements(text)}
    return (*POETRY, 'name') in paths and not any(path[:1] == ('project',) for path in paths)


def new_shape(text: str) -> bool:
    """Whether a TOML text has `[project]` with a name."""
    return any(statement.path == ('project', 'name') for statement in statements(text))


class _Lift:
    """One conversion, statement by statement."""

    def __init__(self, text: str, poetry: Mapping[str, Any]) -> None:
        self.text = text
        self.poetry = poetry
        self.all = statements(text)
        self.groups = {s.table for s in self.all if group_of(s.table)}

    def run(self) -> str:
        """The new text."""
        parts: list[str] = []
        position = 0
        said = False
        for statement in self.all:
            parts.append(self.text[position : statement.start])
            position = statement.end
            if statement.path == POETRY and statement.kind == 'table':
                parts.append(self.text[statement.start : statement.body] + self.project() + self.rest(statement))
            elif self.gone(statement):
                first = statement.kind == 'table' and group_of(statement.path) and not said
                parts.append(self.dependency_groups() if first else '')
                said = said or bool(first)
            else:
                parts.append(self.renamed(statement))
        text = ''.join([*parts, self.text[position:]])
        return re.sub(r'\n{3,}', '\n\n', text)

    def gone(self, statement: Statement) -> bool:
        """Whether a statement is said elsewhere now."""
        if statement.table == POETRY and statement.kind == 'pair':
            return True
        return statement.table == MAIN or bool(group_of(statement.table))

    def renamed(self, statement: Statement) -> str:
        """A statement, its header with the new name."""
        chunk = self.text[statement.start : statement.end]
        new = RENAMED.get(statement.path) if statement.kind == 'table' else None
        return chunk.replace(dotted(statement.path), dotted(new), 1) if new else chunk

    def pairs(self, table: KeyPath) -> list[Statement]:
        """The pairs that stand directly in a table."""
        return [s for s in self.all if s.kind == 'pair' and s.table == table]

    def project(self) -> str:
        """The `[project]` table."""
        lines = ['[project]\n']
        for pair in self.pairs(POETRY):
            key = pair.path[-1]
            if key in PLAIN:
                lines.append(self.text[pair.start : pair.end])
            elif '#' in self.text[pair.start : pair.end] and key in PEOPLE | LINKS:
                raise _Unsaid
            elif key in PEOPLE:
                lines.append(f'{key} = [{", ".join(_person(one) for one in self.poetry[key])}]\n')
        python = self.poetry.get('dependencies', {}).get('python')
        if python is not None:
            lines.append(f'requires-python = {json.dumps(specifier(python))}\n')
        lines.append(f'dependencies = {self.array(MAIN)}\n')
        links = {key: self.poetry[key] for key in self.poetry if key in LINKS}
        if links:
            lines.append('\n[project.urls]\n')
            lines.extend(f'{key} = {json.dumps(value)}\n' for key, value in links.items())
        return ''.join(lines) + '\n'

    def rest(self, header: Statement) -> str:
        """`[tool.poetry]` with what stays in it."""
        stays = [s for s in self.pairs(POETRY) if s.path[-1] not in PLAIN | PEOPLE | LINKS]
        if not stays:
            return ''
        return self.text[header.body : header.end] + ''.join(self.text[s.start : s.end] for s in stays)

    def dependency_groups(self) -> str:
        """The `[dependency-groups]` table."""
        order = dict.fromkeys(s.table for s in self.all if s.table in self.groups)
        lines = [f'{dotted((group_of(table),))} = {self.array(table)}\n' for table in order]
        return '\n[dependency-groups]\n' + ''.join(lines)

    def array(self, table: KeyPath) -> str:
        """The requirements of a table as an array, comments kept."""
        items: list[str] = []
        for pair in self.pairs(table):
            if table == MAIN and pair.path[-1] == 'python':
                continue
            node = pair.node
            tail = self.text[node.value[1] : pair.end].strip() if node is not None else ''
            lead = [line.strip() for line in self.text[pair.start : pair.body].split('\n') if line.strip()]
            value = _at(self.poetry, pair.path[len(POETRY) :])
            line = f'{json.dumps(requirement(pair.path[-1], value), ensure_ascii=False)},{f"  {tail}" if tail else ""}'
            items.extend(f'    {one}\n' for one in (*lead, line))
        return f'[\n{"".join(items)}]' if items else '[]'


def group_of(table: KeyPath) -> str:
    """The dependency group that a table of Poetry holds, empty if it holds none."""
    if table == (*POETRY, 'dev-dependencies'):
        return 'dev'
    if len(table) == 5 and table[:3] == (*POETRY, 'group') and table[4] == 'dependencies':
        return table[3]
    return ''


def requirement(name: str, value: object) -> str:
    """A dependency of Poetry as PEP 508 says it."""
    if isinstance(value, str):
        return name + specifier(value)
    if not isinstance(value, dict) or not set(value) <= KNOWN or value.get('optional') or 'version' not in value:
        raise _Unsaid
    extras = f'[{",".join(value["extras"])}]' if value.get('extras') else ''
    marks = [value['markers']] if 'markers' in value else []
    if 'python' in value:
        marks += [
            f'python_version {mark[0]} "{mark[1]}"'
            for mark in re.findall(r'([<>=!~]=?)\s*([\d.]+)', specifier(value['python']))
        ]
    return name + extras + specifier(value['version']) + (f' ; {" and ".join(marks)}' if marks else '')


def specifier(text: object) -> str:
    """A version constraint of Poetry as PEP 440 says it."""
    if not isinstance(text, str) or '|' in text:
        raise _Unsaid
    parts = [part.strip() for part in text.split(',')]
    return ','.join(filter(None, (_bound(part) for part in parts)))


def _bound(part: str) -> str:
    if part in ('', '*'):
        return ''
    found = re.fullmatch(r'([\^~])\s*([\d.]+)', part)
    if found is None:
        if re.fullmatch(r'(?:[<>=!~]=?=?)\s*\S+', part):
            return part.replace(' ', '')
        if re.fullmatch(r'\d[\w.]*(?:\.\*)?', part):
            return f'=={part}'
        raise _Unsaid
    numbers = [int(number) for number in found[2].split('.')]
    place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    if found[1] == '~':
        place = min(1, len(numbers) - 1)
    upper = [*numbers[:place], numbers[place] + 1, *([0] * (len(numbers) - place - 1))]
    return f'>={found[2]},<{".".join(map(str, upper))}'


def _person(text: str) -> str:
    found = PERSON.fullmatch(text)
    if found is None:
        raise _Unsaid
    fields = {key: value for key, value in found.groupdict().items() if value}
    return '{ ' + ', '.join(f'{key} = {json.dumps(value, ensure_ascii=False)}' for key, value in fields.items()) + ' }'


def _at(data: Mapping[str, Any], path: KeyPath) -> object:
    for key in path:
        data = data[key]
    return data

"""Writes the tables of a PEP 621 + Poetry 2 pyproject.toml; text for tables, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trueup.model import KeyPath
from trueup.packaging._model import Dependency, Field, Index
from trueup.packaging._toml import array, dotted, quote, quote_key

BACKEND = 'poetry.core.masonry.api'
REQUIRES = 'poetry-core>=2.0'
ORDER = (
    'name',
    'version',
    'description',
    'readme',
    'license',
    'authors',
    'maintainers',
    'keywords',
    'classifiers',
    'requires-python',
    'dynamic',
)
BUILD_SYSTEM = f'[build-system]\nrequires = ["{REQUIRES}"]\nbuild-backend = "{BACKEND}"\n'


@dataclass(frozen=True, slots=True)
class Remarks:
    """The team's comment lines above a table or array, and at its end."""

    lead: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """All that the new file says, wherever it came from."""

    fields: tuple[Field, ...]
    dependencies: tuple[Dependency, ...]
    indexes: tuple[Index, ...] = ()
    poetry: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def unbuilt(self) -> bool:
        """Whether there is no package, so that nothing needs a build system."""
        return ('package-mode', 'false') in self.poetry

    def group_names(self) -> tuple[str, ...]:
        """Dependency groups in the order of their first appearance."""
        named = (dependency.group for dependency in self.dependencies if dependency.group)
        return tuple(dict.fromkeys([*self.groups, *named]))

    def extra_names(self) -> tuple[str, ...]:
        """Optional dependency sets in the order of their first appearance."""
        empty = (field.key[1] for field in self.fields if field.key[0] == 'optional-dependencies')
        return tuple(dict.fromkeys([*(item.extra for item in self.dependencies if item.extra), *empty]))


def new_file(content: Content, before: str) -> str:
    """A whole pyproject.toml whose old content (tools only) follows the new tables."""
    tables = [project(content), *sub_tables(content), groups(content, {}), poetry(content), *enrichments(content)]
    tables += [source(index) for index in content.indexes]
    tables += [] if content.unbuilt else [BUILD_SYSTEM]
    text = '\n'.join(table for table in tables if table)
    return f'{text}\n{before.lstrip()}' if before.strip() else text


def project(content: Content, around: Remarks = Remarks(), requirements: Remarks = Remarks()) -> str:
    """The `[project]` table with its runtime requirements."""
    lines = [f'{remark}\n' for remark in around.lead] + ['[project]\n']
    plain = [field for field in content.fields if len(field.key) == 1]
    lines += [entry(quote_key(field.key[0]), field) for field in plain]
    lines += [f'{remark}\n' for remark in requirements.lead]
    lines.append(requirement_array('dependencies', content.dependencies, '', requirements.tail))
    return ''.join(lines + [f'{remark}\n' for remark in around.tail])


def sub_tables(content: Content, remarks: Mapping[KeyPath, Remarks] | None = None) -> list[str]:
    """Tables below `[project]`: optional dependencies, URLs, scripts, entry points."""
    known = remarks or {}
    paths = dict.fromkeys(field.key[:-1] for field in content.fields if len(field.key) > 1)
    if content.extra_names():
        paths = {('optional-dependencies',): None} | paths
    return [sub_table(content, path, known.get(path, Remarks())) for path in paths]


def sub_table(content: Content, path: KeyPath, around: Remarks, inner: Mapping[str, Remarks] | None = None) -> str:
    """One table below `[project]`."""
    lines = [f'{remark}\n' for remark in around.lead] + [f'[{dotted(("project", *path))}]\n']
    if path == ('optional-dependencies',):
        for name in content.extra_names():
            held = (inner or {}).get(name, Remarks())
            lines += [f'{remark}\n' for remark in held.lead]
            members = [item for item in content.dependencies if item.extra == name]
            lines.append(array(quote_key(name), map(item_of, members), held.tail))
    else:
        lines += [entry(quote_key(field.key[-1]), field) for field in content.fields if field.key[:-1] == path]
    return ''.join(lines + [f'{remark}\n' for remark in around.tail])


def groups(content: Content, remarks: Mapping[str, Remarks], lead: Iterable[str] = ()) -> str:
    """The `[dependency-groups]` table, empty if there is no group."""
    if not content.group_names():
        return ''
    lines = [f'{remark}\n' for remark in lead] + ['[dependency-groups]\n']
    for name in content.group_names():
        held = remarks.get(name, Remarks())
        lines += [f'{remark}\n' for remark in held.lead]
        lines.append(requirement_array(quote_key(name), content.dependencies, name, held.tail))
    return ''.join(lines)


def poetry(content: Content) -> str:
    """The `[tool.poetry]` table, empty if nothing is said there."""
    if not content.poetry:
        return ''
    return '[tool.poetry]\n' + ''.join(f'{key} = {text}\n' for key, text in content.poetry)


def enrichments(content: Content) -> list[str]:
    """`[tool.poetry.dependencies]` and its sisters of the groups: what PEP 508 can't say."""
    found = [enrichment(content, '')] + [enrichment(content, name) for name in content.group_names()]
    return [table for table in found if table]


def enrichment(content: Content, group: str) -> str:
    """What Poetry alone must know of the requirements of one group ('' is the service with its extras)."""
    lines = enrichment_lines(content, group)
    path = ('tool', 'poetry', 'group', group, 'dependencies') if group else ('tool', 'poetry', 'dependencies')
    return ''.join([f'[{dotted(path)}]\n', *lines]) if lines else ''


def enrichment_lines(content: Content, group: str) -> list[str]:
    """The entries of `enrichment`."""
    found: dict[str, list[str]] = {}
    for item in content.dependencies:
        if item.group == group and item.enrichment:
            table = '{' + ', '.join(f'{key} = {text}' for key, text in item.enrichment) + '}'
            tables = found.setdefault(item.name, [])
            if table not in tables:
                tables.append(table)
    return [
        (
            f'{quote_key(name)} = {tables[0]}\n'
            if len(tables) == 1
            else array(quote_key(name), [((), table, '') for table in tables])
        )
        for name, tables in found.items()
    ]


def source(index: Index) -> str:
    """One `[[tool.poetry.source]]`."""
    url = f'url = {quote(index.url)}\n' if index.url else ''
    return f'[[tool.poetry.source]]\nname = {quote(index.name)}\n{url}priority = {quote(index.priority)}\n'


def requirement_array(key: str, dependencies: Iterable[Dependency], group: str, tail: Iterable[str]) -> str:
    """The requirements of one group as a TOML array with the team's remarks."""
    return array(key, [item_of(item) for item in dependencies if item.group == group and not item.extra], tail)


def item_of(dependency: Dependency) -> tuple[tuple[str, ...], str, str]:
    """A requirement as an array item."""
    return dependency.lead, quote(dependency.requirement), dependency.comment


def entry(key: str, field: Field) -> str:
    """One `key = value` with the team's remarks."""
    behind = f'  {field.comment}' if field.comment else ''
    return ''.join(f'{remark}\n' for remark in field.lead) + f'{key} = {field.literal}{behind}\n'

"""By what an item of a list is known: a hook by its id, a dependency by its name, a plain string by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from packaging.utils import canonicalize_name

from trueup.model import KeyPath
from trueup.text.keys import list_segment
from trueup.text.tree import Kind, Node, numbered

FIELDS = ('repo', 'id', 'name', 'alert', 'record', 'uses', 'run', 'job_name', 'module', 'package-ecosystem', 'key')
"""Fields that name an item, the most telling first."""

REQUIREMENT = re.compile(r'\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(\[[^\]]*\])?\s*(?=$|[<>=!~@;(\s])')
REQUIREMENT_LISTS = frozenset({'dependencies', 'requires', 'additional_dependencies', 'install_requires', 'deps'})
REQUIREMENT_GROUPS = frozenset({'optional-dependencies', 'dependency-groups', 'dev-dependencies'})
NAMED = frozenset({'plugins', 'markdown_extensions', 'nav'})
"""Lists of tables with one key each, which is their name."""
ORDERED = frozenset({'command', 'cmd', 'entrypoint', 'entry', 'stages_order'})
"""Lists of which each place has a meaning."""


def requirement_name(text: str) -> tuple[str, str] | None:
    """Normalised name and extras of a requirement, None if the text is no such thing."""
    found = REQUIREMENT.match(text)
    if found is None:
        return None
    extras = ','.join(sorted(canonicalize_name(part.strip()) for part in (found[2] or '')[1:-1].split(',') if part))
    return canonicalize_name(found[1]), f'[{extras}]' if extras else ''


def holds_requirements(path: KeyPath) -> bool:
    """Whether the list at a path is one of dependencies."""
    return bool(path) and (path[-1] in REQUIREMENT_LISTS or (len(path) > 1 and path[-2] in REQUIREMENT_GROUPS))


def string_keys(values: Sequence[str], path: KeyPath) -> tuple[str, ...]:
    """Segments for a list of plain values."""
    names = [requirement_name(value) for value in values] if holds_requirements(path) else [None]
    if None in names or not values:
        return numbered([list_segment('', value) for value in values])
    plain = Counter(name for name, _ in filter(None, names))
    return numbered(
        [list_segment('name', name + extras if plain[name] > 1 else name) for name, extras in filter(None, names)]
    )


def map_keys(items: Sequence[Mapping[str, str]]) -> tuple[str, ...] | None:
    """Segments for a list of tables, from their scalar fields; None if one has nothing to be known by."""
    names = []
    for item in items:
        field = next((field for field in FIELDS if item.get(field)), None)
        if field is None:
            return None
        value = item[field].strip().split('\n')[0]
        names.append(list_segment(field, value.split('@')[0] if field == 'uses' else value))
    return numbered(names)


class Valued(Protocol):
    """What is needed of a value to know it by."""

    @property
    def kind(self) -> Kind:
        """A value, a list or a table."""

    @property
    def data(self) -> Hashable:
        """Its meaning: a plain string, or a pair of type and text."""

    @property
    def children(self) -> Sequence[Node]:
        """The entries of a table, the items of a list."""

    @property
    def fields(self) -> Mapping[str, str]:
        """Its plain strings by key."""


def node_keys(values: Sequence[Valued], path: KeyPath) -> tuple[str, ...] | None:
    """Segments for the items of a list; None if they have no identity and only their places count."""
    if all(value.kind is Kind.MAP for value in values) and values:
        return map_keys([value.fields for value in values]) or _named_keys(values, path)
    texts = [_scalar(value) for value in values]
    if None in texts:
        return _named_keys(values, path)
    return string_keys([text for text in texts if text is not None], path)


def _named_keys(values: Sequence[Valued], path: KeyPath) -> tuple[str, ...] | None:
    """Segments for a list of names, some with settings below them, as plugins of MkDocs are listed."""
    if not path or path[-1] not in NAMED:
        return None
    names = [
        value.children[0].key if value.kind is Kind.MAP and len(value.children) == 1 else _scalar(value)
        for value in values
    ]
    return None if None in names else numbered([list_segment('', name) for name in names if name is not None])


def _scalar(value: Valued) -> str | None:
    if value.kind is not Kind.LEAF:
        return None
    if isinstance(value.data, str):
        return value.data
    return str(value.data[1]) if isinstance(value.data, tuple) and value.data[0] != 'seq' else None

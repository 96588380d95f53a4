"""Which setting a key means.

`server.max_in_flight`, `server.max-in-flight`, `server.maxInFlight` and `SERVER__MAX_IN_FLIGHT` are spellings of one,
as in Spring's relaxed binding (https://docs.spring.io/spring-boot/reference/features/external-config.html).
"""

from __future__ import annotations

import difflib
import json
import re
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

Path = tuple[str, ...]
LISTS = (list, tuple, set, frozenset, Sequence)
TOKEN = re.compile(r'\[([^\]]*)\]|([^.\[\]]+)')


class Setting(NamedTuple):
    """A place in the settings and the type that it takes."""

    path: Path
    kind: Any


def parts_of(key: str) -> list[str]:
    """`a.b[0][c.d]` as its parts a, b, 0, c.d."""
    return [bracket or name for bracket, name in TOKEN.findall(key)] or [key]


def dotted(path: Sequence[str]) -> str:
    """A path as people write it: a.b[0]."""
    text = ''.join(f'[{part}]' if part.isdigit() else f'.{part}' for part in path)
    return text.removeprefix('.')


def find(model: type[BaseModel], parts: Sequence[str]) -> Setting | None:
    """The setting with that name, or None; below a free mapping or a list everything is one."""
    kind: Any = model
    path: Path = ()
    for position, part in enumerate(parts):
        kind = essence(kind)
        if group := group_of(kind):
            name = _field(group, part)
            if name is None:
                return None
            path, kind = (*path, name), group.model_fields[name].annotation
        elif is_list(kind):
            if not part.isdigit():
                return None
            path, kind = (*path, part), next(iter(get_args(kind)), Any)
        elif is_mapping(kind):
            value = next(iter(get_args(kind)[1:]), Any)
            if not (group_of(value) or is_list(value) or is_mapping(value)):
                return Setting((*path, '.'.join(parts[position:])), value)
            path, kind = (*path, part), value
        elif kind is Any:
            path = (*path, part)
        else:
            return None
    return Setting(path, kind)


def _field(group: type[BaseModel], part: str) -> str | None:
    if part in group.model_fields:
        return part
    wanted = _plain(part)
    return next((name for name in group.model_fields if _plain(name) == wanted), None)


def _plain(name: str) -> str:
    return name.replace('-', '').replace('_', '').lower()


def essence(kind: Any) -> Any:
    """The type without `| None`, and of other unions the member that holds others, if there is one."""
    if get_origin(kind) is Annotated:
        return essence(get_args(kind)[0])
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    members = [member for member in get_args(kind) if member is not types.NoneType]
    return next((member for member in members if group_of(member) or is_list(member) or is_mapping(member)), members[0])


def group_of(kind: Any) -> type[BaseModel] | None:
    """The type if it is a group of settings."""
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_list(kind: Any) -> bool:
    """Whether the type holds a row of values."""
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, LISTS) and not issubclass(origin, (str, bytes))


def is_mapping(kind: Any) -> bool:
    """Whether the type holds values under free names."""
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, Mapping)


def takes_none(kind: Any) -> bool:
    """Whether nothing is a value."""
    return kind is None or types.NoneType in get_args(kind)


def decode(kind: Any, text: str) -> Any:
    """Text of a variable, a file or a property as the type takes it: JSON or a,b for lists, JSON for mappings.

    An empty text is nothing where nothing is allowed. Numbers, dates and truth are left to pydantic. Raises ValueError
    with what is expected.
    """
    inner = essence(kind)
    if is_list(inner):
        if text.lstrip().startswith('['):
            return _json(text, list)
        return [item.strip() for item in text.split(',')] if text.strip() else []
    if is_mapping(inner) or group_of(inner):
        return _json(text, dict) if text.strip() else {}
    return None if text == '' and takes_none(kind) else text


def _json(text: str, shape: type) -> Any:
    wanted = 'a list, a,b or ["a", "b"]' if shape is list else 'a mapping in JSON'
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f'expected {wanted}') from error
    if not isinstance(value, shape):
        raise ValueError(f'expected {wanted}')
    return value


def names(model: type[BaseModel], above: str = '') -> Iterator[str]:
    """All settings by their dotted names, groups before what is in them."""
    for name, field in model.model_fields.items():
        yield above + name
        if group := group_of(essence(field.annotation)):
            yield from names(group, f'{above}{name}.')
        elif element := _group_in_list(essence(field.annotation)):
            yield from names(element, f'{above}{name}[0].')


def _group_in_list(kind: Any) -> type[BaseModel] | None:
    return group_of(next(iter(get_args(kind)), None)) if is_list(kind) else None


def suggestion(model: type[BaseModel], key: str) -> str:
    """`; did you mean server.port?` where a setting is near enough, else nothing."""
    nearest = near(model, key)
    return f'; did you mean {nearest}?' if nearest else ''


def near(model: type[BaseModel], key: str, cutoff: float = 0.7) -> str | None:
    """The setting that a misspelt key most likely means: the nearest name, or one that ends as the key does."""
    known = list(names(model))
    wanted = dotted(['0' if part.isdigit() else part.replace('-', '_').lower() for part in parts_of(key)])
    if found := difflib.get_close_matches(wanted, known, n=1, cutoff=cutoff):
        return found[0]
    last = wanted.rpartition('.')[2]
    ends = [name for name in known if name.rpartition('.')[2] == last]
    return ends[0] if ends else None

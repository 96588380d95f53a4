"""What is wrong with a configuration, in words: source, key, value, what is expected. Secrets are never shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError

from .keys import Path, dotted, find, parts_of, suggestion

MASK = '**********'
SECRET_NAME = re.compile(r'password|passwd|secret|token|credential|api_?key|private_?key')
IN_URL = re.compile(r'(?<=://)[^/\s@]+@')
LONGEST = 60


class SettingsError(Exception):
    """The configuration is wrong; the message says where, what and why, one mistake a line."""


def unknown(model: type[BaseModel], where: str, key: str) -> str:
    """The line for a key that no setting has."""
    return f'{where}: {key} is no setting{suggestion(model, key)}'


class HiddenOrigin(str):
    """Where a value was given that is never shown, whatever it is called: a secret file."""


def invalid(model: type[BaseModel], error: ValidationError, where: dict[Path, str]) -> list[str]:
    """A line for each of pydantic's findings; `where` maps the paths that were given to their origins."""
    return [_line(model, item, where) for item in error.errors(include_url=False)]


def _line(model: type[BaseModel], item: Any, where: dict[Path, str]) -> str:
    path = tuple(str(part) for part in item['loc'])
    key = dotted(path)
    origin = origin_of(path, where)
    if item['type'] == 'missing':
        return f'{origin or "configuration"}: {key} is missing, and has no default'
    if item['type'] == 'extra_forbidden':
        return unknown(model, origin or 'configuration', key)
    value = MASK if isinstance(origin, HiddenOrigin) else shown(model, path, item['input'])
    return f'{origin or "default"}: {key} is {value}, {_expected(item["msg"])}'


def origin_of(path: Sequence[str], where: dict[Path, str]) -> str:
    """Where the value at a path, or the nearest one above it, was given."""
    for length in range(len(path), 0, -1):
        if found := where.get(tuple(path[:length])):
            return found
    return ''


def _expected(message: str) -> str:
    for start, instead in (('Input should be ', 'expected '), ('Value error, ', ''), ('Assertion failed, ', '')):
        if message.startswith(start):
            return instead + message.removeprefix(start)
    return f'expected: {message[:1].lower()}{message[1:]}'


def shown(model: type[BaseModel], path: Sequence[str], value: object) -> str:
    """A value for people: short, without secrets; of mappings and lists only what they are."""
    found = find(model, [part for name in path for part in parts_of(name)])
    if SECRET_NAME.search(dotted(path).lower()) or (found and _is_secret(found.kind)):
        return MASK
    if isinstance(value, (dict, BaseModel)):
        return 'a mapping'
    if isinstance(value, (list, tuple, set)):
        return 'a list'
    text = repr(IN_URL.sub(MASK + '@', value) if isinstance(value, str) else value)
    return text if len(text) <= LONGEST else f'{text[:LONGEST]}...'


def _is_secret(kind: object) -> bool:
    return any(secret.__name__ in repr(kind) for secret in (SecretStr, SecretBytes))

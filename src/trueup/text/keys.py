"""Key paths as text: `tool.black."line-length"`, `repos[repo=local].hooks[id=black].rev`, `disable[=fixme]`."""

from __future__ import annotations

import json
import re

from trueup.errors import UserError
from trueup.model import KeyPath

BARE = re.compile(r'[A-Za-z0-9_-]+')
LOOSE = re.compile(r'\.?[^\s."\'\[\]]+')
ITEM = re.compile(r'\[([A-Za-z0-9_.-]*)=(.*)\](~\d+)?', re.DOTALL)
ADDRESS = re.compile(r'(?P<host>[a-z][a-z0-9+.-]*://[^/]*|[^/@\s]+@[^/:]+:)(?P<path>.*)', re.IGNORECASE)
"""`https://host/path`, `ssh://git@host/path` and `git@host:path`."""
UNSAFE = re.compile(r'[\]"\\\n]|^\s|\s$')


def repository(address: str) -> str:
    """The address of a repository as it is compared: no `.git`, no slash at its end, its host in lower case."""
    found = ADDRESS.fullmatch(address.strip())
    if found is None:
        return address
    return found['host'].lower() + found['path'].rstrip('/').removesuffix('.git').rstrip('/')


def list_segment(field: str, value: str, occurrence: int = 1) -> str:
    """The segment that names a list item by one of its fields, or (field empty) by its whole value.

    One repository has many addresses, so `[repo=...]` holds none of their differences: that of a policy finds them all.
    """
    value = repository(value) if field == 'repo' else value
    text = json.dumps(value, ensure_ascii=False) if not value or UNSAFE.search(value) else value
    return f'[{field}={text}]' + (f'~{occurrence}' if occurrence > 1 else '')


def is_item(segment: str) -> bool:
    """Whether a segment names a list item."""
    return ITEM.fullmatch(segment) is not None


def item_value(segment: str) -> str:
    """The value inside a list segment, unquoted."""
    found = ITEM.fullmatch(segment)
    if found is None:
        return segment
    value = found[2]
    return str(json.loads(value)) if value.startswith('"') else value


def format_key(key: KeyPath) -> str:
    """Write a key path the way policies.toml spells it."""
    text = ''
    for segment in key:
        if is_item(segment):
            text += segment
        else:
            name = segment if BARE.fullmatch(segment) else json.dumps(segment, ensure_ascii=False)
            text += f'.{name}' if text else name
    return text


def parse_key(text: str) -> KeyPath:
    """Read a key path; raises UserError on bad spelling."""
    segments: list[str] = []
    position = 0
    while position < len(text):
        if segments and text[position] == '.':
            position += 1
        elif segments and text[position] != '[':
            raise _bad(text)
        segment, position = _segment(text, position)
        segments.append(segment)
    return tuple(segments)


def _segment(text: str, position: int) -> tuple[str, int]:
    if text.startswith('[', position):
        return _item(text, position)
    if text.startswith('"', position):
        return _basic(text, position)
    if text.startswith("'", position):
        end = text.find("'", position + 1)
        if end < 0:
            raise _bad(text)
        return text[position + 1 : end], end + 1
    found = LOOSE.match(text, position)
    if found is None or (position and found[0].startswith('.')):
        raise _bad(text)
    return found[0], found.end()


def _basic(text: str, position: int) -> tuple[str, int]:
    try:
        value, end = json.JSONDecoder().raw_decode(text, position)
    except ValueError as error:
        raise _bad(text) from error
    return str(value), end


def _item(text: str, position: int) -> tuple[str, int]:
    equals = text.find('=', position)
    if equals < 0 or not re.fullmatch(r'[A-Za-z0-9_.-]*', text[position + 1 : equals]):
        raise _bad(text)
    field = text[position + 1 : equals]
    if text.startswith('"', equals + 1):
        value, end = _basic(text, equals + 1)
    else:
        end = text.find(']', equals)
        value = text[equals + 1 : end]
    if end < 0 or not text.startswith(']', end):
        raise _bad(text)
    repeat = re.compile(r'~(\d+)').match(text, end + 1)
    if repeat:
        return list_segment(field, value, int(repeat[1])), repeat.end()
    return list_segment(field, value), end + 1


def _bad(text: str) -> UserError:
    return UserError(
        f'not a key path: {text!r}',
        hint='write keys with dots, TOML quoting and list items as [id=black] or [=value]',
    )

"""Pure reading of TOML and INI texts with the line on which each key stands, and tolerant decoding."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

HEADER = re.compile(r'^\s*\[{1,2}\s*(?P<name>[^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$')
KEY = re.compile(r'^\s*(?P<name>(?:[\w-]+|"[^"]*"|\'[^\']*\')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|\'[^\']*\'))*)\s*=')
SEGMENT = re.compile(r'[\w-]+|"[^"]*"|\'[^\']*\'')
INI_SECTION = re.compile(r'^\[(?P<name>[^\]]+)\]')
INI_OPTION = re.compile(r'^(?P<name>[^\s#;\[=:][^=:]*?)\s*[=:]')


@dataclass(frozen=True)
class Toml:
    """A TOML document: values by key path and the line of each key; `error` says why it could not be read."""

    path: str
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    error: str = ''
    error_line: int = 0

    @cached_property
    def _lines(self) -> Mapping[tuple[str, ...], int]:
        found: dict[tuple[str, ...], int] = {}
        table: tuple[str, ...] = ()
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := HEADER.match(line):
                table = _segments(header['name'])
                found.setdefault(table, number)
            elif key := KEY.match(line):
                found.setdefault((*table, *_segments(key['name'])), number)
        return found

    def get(self, *keys: str) -> Any:
        """The value at a key path, None if there is none."""
        value: Any = self.data
        for key in keys:
            if not isinstance(value, Mapping) or key not in value:
                return None
            value = value[key]
        return value

    def table(self, *keys: str) -> Mapping[str, Any]:
        """The table at a key path, an empty one if there is none."""
        value = self.get(*keys)
        return value if isinstance(value, Mapping) else {}

    def text_at(self, *keys: str) -> str:
        """The string at a key path, empty if there is none."""
        value = self.get(*keys)
        return value.strip() if isinstance(value, str) else ''

    def list_at(self, *keys: str) -> list[Any]:
        """The list at a key path, an empty one if there is none."""
        value = self.get(*keys)
        return value if isinstance(value, list) else []

    def line(self, *keys: str, needle: str = '') -> int:
        """Line of a key, else of the nearest table around it; with `needle`, the first line from there with it."""
        below = min((line for found, line in self._lines.items() if found[: len(keys)] == keys), default=0)
        for size in range(len(keys), 0, -1):
            start = below if size == len(keys) else self._lines.get(keys[:size], 0)
            if start:
                return _seek(self.text, start, needle)
        return _seek(self.text, 1, needle) if needle else 0


@dataclass(frozen=True)
class Ini:
    """An INI document: options by section and the line of each."""

    path: str
    text: str
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    error: str = ''
    error_line: int = 0

    def get(self, section: str, option: str) -> str:
        """An option's value, empty if there is none."""
        return self.sections.get(section, {}).get(option, '').strip()

    def line(self, section: str, option: str = '') -> int:
        """Line of an option, or of its section."""
        current, start = '', 0
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := INI_SECTION.match(line):
                current = header['name'].strip()
                start = number if current == section else start
            elif option and current == section and (key := INI_OPTION.match(line)) and key['name'].lower() == option:
                return number
        return start


def parse_toml(path: str, text: str) -> Toml:
    """A TOML text as a document; a malformed one is empty and says where it breaks."""
    try:
        return Toml(path, text, tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r'line (\d+)', str(error))
        return Toml(path, text, error=str(error), error_line=int(found[1]) if found else 0)


def parse_ini(path: str, text: str) -> Ini:
    """An INI text as a document; a malformed one is empty and says where it breaks."""
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        found = re.search(r'line:?\s+(\d+)', str(error))
        return Ini(path, text, error=str(error).splitlines()[0], error_line=int(found[1]) if found else 0)
    sections = {name: {key: value or '' for key, value in parser.items(name)} for name in parser.sections()}
    return Ini(path, text, sections)


def decode(data: bytes) -> tuple[str, str] | None:
    """Text of a file and its encoding, also when it isn't UTF-8; None for binary data."""
    if data.startswith((b'\xff\xfe', b'\xfe\xff')):
        return data.decode('utf-16', errors='replace'), 'UTF-16'
    if b'\0' in data:
        return None
    try:
        return data.decode('utf-8-sig'), 'UTF-8'
    except UnicodeDecodeError:
        return data.decode('latin-1'), 'Latin-1'


def _segments(name: str) -> tuple[str, ...]:
    return tuple(part.strip('"\'') for part in SEGMENT.findall(name))


def _seek(text: str, start: int, needle: str) -> int:
    if not needle:
        return start
    for number, line in enumerate(text.splitlines()[start - 1 :], start):
        if needle in line:
            return number
    return start

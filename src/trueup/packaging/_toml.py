"""A lossless cut of a TOML text into tables and entries, and the few literals that conversions write.

tomlkit keeps every byte of what it does not touch, but moving tables in documents with out-of-order tables loses
comments; a conversion moves nearly everything, so it moves text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from trueup.errors import UserError
from trueup.model import KeyPath

BARE = re.compile(r'[A-Za-z0-9_-]+\Z')
CONTROL = {'\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f'}


@dataclass(frozen=True, slots=True)
class Entry:
    """One `key = value`: absolute path, text above it, own text, and the remark behind it."""

    path: KeyPath
    lead: str
    raw: str
    comment: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """One table (the first is the root): text above the header, the header, its entries, and what trails them."""

    lead: str
    header: str
    path: KeyPath
    is_list: bool
    entries: tuple[Entry, ...]
    tail: str
    line: int

    @property
    def text(self) -> str:
        """The block as it stood."""
        return self.lead + self.header + ''.join(entry.lead + entry.raw for entry in self.entries) + self.tail


def parse(text: str, where: str) -> dict[str, object]:
    """The values; raises UserError naming the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r'at line (\d+)', str(error))
        place = f'{where}:{found[1]}' if found else where
        reason = re.sub(r' \(at .*\)$', '', str(error))
        raise UserError(f'not valid TOML: {reason}', where=place, hint='mend the file by hand first') from error


def blocks(text: str) -> tuple[Block, ...]:
    """Tables of a valid TOML text; joining their texts gives it back."""
    found: list[Block] = []
    lead = header = trivia = ''
    path: KeyPath = ()
    is_list = False
    entries: list[Entry] = []
    line = start = 1
    for chunk in _chunks(text):
        stripped = chunk.strip()
        if stripped.startswith('['):
            tail, next_lead = _split_trivia(trivia)
            found.append(Block(lead, header, path, is_list, tuple(entries), tail, start))
            lead, header, trivia, entries, start = next_lead, chunk, '', [], line
            is_list = stripped.startswith('[[')
            path = key_path(_without_comment(stripped)[0].strip().strip('[]') if is_list else _inner(stripped))
        elif not stripped or stripped.startswith('#'):
            trivia += chunk
        else:
            key, _ = _split_key(chunk)
            entries.append(Entry(path + key_path(key), trivia, chunk, _comment(chunk), line))
            trivia = ''
        line += chunk.count('\n')
    found.append(Block(lead, header, path, is_list, tuple(entries), trivia, start))
    return tuple(found)


def key_path(key: str) -> KeyPath:
    """Segments of a dotted key."""
    node: object = tomllib.loads(f'{key.strip()} = 0')
    path: list[str] = []
    while isinstance(node, dict):
        name, node = next(iter(node.items()))
        path.append(name)
    return tuple(path)


def quote_key(name: str) -> str:
    """A key segment, quoted only if it must be."""
    return name if BARE.match(name) else quote(name)


def dotted(path: Iterable[str]) -> str:
    """A dotted key."""
    return '.'.join(quote_key(part) for part in path)


def quote(text: str) -> str:
    """A basic string on one line."""
    if '"' in text and "'" not in text and text.isprintable() and '\\' not in text:
        return f"'{text}'"
    safe = ''.join(
        CONTROL.get(char, char if char >= ' ' and char != '\x7f' else f'\\u{ord(char):04x}') for char in text
    )
    return f'"{safe}"'


def literal(value: object) -> str:
    """A value as one-line TOML."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, Mapping):
        return '{' + ', '.join(f'{quote_key(str(key))} = {literal(item)}' for key, item in value.items()) + '}'
    if isinstance(value, (list, tuple)):
        return '[' + ', '.join(literal(item) for item in value) + ']'
    return quote(value) if isinstance(value, str) else str(value)


def array(key: str, items: Iterable[tuple[Iterable[str], str, str]], tail: Iterable[str] = ()) -> str:
    """`key = [...]`, one item a line, each with the remarks above (`lead`) and behind it."""
    lines: list[str] = []
    for lead, item, comment in items:
        lines += [f'    {remark}' for remark in lead]
        lines.append(f'    {item},' + (f'  {comment}' if comment else ''))
    lines += [f'    {remark}' for remark in tail]
    if not lines:
        return f'{key} = []\n'
    return f'{key} = [\n' + '\n'.join(lines) + '\n]\n'


def remarks(text: str) -> tuple[str, ...]:
    """Comment lines in a stretch of blank and comment lines."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def inner_remarks(raw: str) -> tuple[str, ...]:
    """Comments inside a value of several lines (not the one behind its end)."""
    found = [raw[start:end].strip() for start, end in _comments(raw)]
    last = _comment(raw)
    return tuple(found[:-1] if last and found and found[-1] == last else found)


def value_text(raw: str) -> str:
    """The text right of the equals sign without the remark behind it."""
    _, value = _split_key(raw)
    remark = _comment(raw)
    return (value.rstrip()[: -len(remark)] if remark else value).strip()


def _split_trivia(trivia: str) -> tuple[str, str]:
    """What trails the last entry, and what belongs to the next header: its blank lines and the remarks touching it."""
    lines = trivia.splitlines(keepends=True)
    cut = len(lines)
    while cut and lines[cut - 1].strip().startswith('#'):
        cut -= 1
    while cut and not lines[cut - 1].strip():
        cut -= 1
    return ''.join(lines[:cut]), ''.join(lines[cut:])


def _inner(stripped: str) -> str:
    return _without_comment(stripped)[0].strip()[1:-1]


def _chunks(text: str) -> Iterator[str]:
    """Lines, those of one value together."""
    position = 0
    while position < len(text):
        end = _end(text, position)
        yield text[position:end]
        position = end


def _end(text: str, position: int) -> int:
    line_end = text.find('\n', position)
    line_end = len(text) if line_end < 0 else line_end + 1
    first = text[position:line_end].lstrip()
    if not first.strip() or first[0] in '#[':
        return line_end
    depth = 0
    for kind, start, end in _tokens(text, position):
        if kind == 'bracket':
            depth += 1 if text[start] in '[{' else -1
        elif kind == 'newline' and depth <= 0:
            return end
    return len(text)


def _tokens(text: str, position: int) -> Iterator[tuple[str, int, int]]:
    """Strings, comments, brackets and line ends, so that none is taken for another."""
    while position < len(text):
        char = text[position]
        end = position + 1
        kind = ''
        if char in '"\'':
            kind, end = 'string', _string_end(text, position)
        elif char == '#':
            stop = text.find('\n', position)
            kind, end = 'comment', len(text) if stop < 0 else stop
        elif char in '[]{}':
            kind = 'bracket'
        elif char == '\n':
            kind = 'newline'
        if kind:
            yield kind, position, end
        position = end


def _string_end(text: str, position: int) -> int:
    char = text[position]
    mark = char * 3 if text.startswith(char * 3, position) else char
    end = position + len(mark)
    while end < len(text):
        if char == '"' and text[end] == '\\':
            end += 2
        elif text.startswith(mark, end):
            end += len(mark)
            while len(mark) == 3 and text.startswith(char, end):
                end += 1
            return end
        else:
            end += 1
    return end


def _comments(raw: str) -> list[tuple[int, int]]:
    return [(start, end) for kind, start, end in _tokens(raw, 0) if kind == 'comment']


def _comment(raw: str) -> str:
    found = _comments(raw)
    if found and not raw[found[-1][1] :].strip():
        return raw[found[-1][0] :].strip()
    return ''


def _without_comment(text: str) -> tuple[str, str]:
    remark = _comment(text)
    return (text.rstrip()[: -len(remark)], remark) if remark else (text, '')


def _split_key(raw: str) -> tuple[str, str]:
    position = 0
    while position < len(raw) and raw[position] != '=':
        position = _string_end(raw, position) if raw[position] in '"\'' else position + 1
    return raw[:position], raw[position + 1 :]

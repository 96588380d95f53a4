"""INI, setup.cfg, tox.ini, .flake8, .pylintrc: sections and options as configparser reads them."""

from __future__ import annotations

import configparser
import functools
import re

from trueup.model import KeyPath
from trueup.text.tree import (
    Document,
    Grammar,
    Kind,
    Malformed,
    Node,
    bounded,
    lead_of,
    line_end,
    map_data,
    need,
    place,
    separate,
    splice,
    whole_lines,
)

SECTION = re.compile(r'\[([^\]\n]+)\][^\n]*')
OPTION = re.compile(r'([^\s=:#;\[][^=:\n]*?)[ \t]*(?:[=:][ \t]*|(?=\n|$))')
COMMENTS = ('#', ';')


def _blank(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith(COMMENTS)


def _sections(text: str) -> list[tuple[str, int, int]]:
    """Name, start of the header and end of each section."""
    found = [
        (match[1].strip(), match.start())
        for match in re.finditer(SECTION.pattern, text, re.MULTILINE)
        if match.start() == 0 or text[match.start() - 1] == '\n'
    ]
    ends = [*(start for _, start in found[1:]), len(text)][: len(found)]
    return [(name, start, end) for (name, start), end in zip(found, ends, strict=True)]


def _options(text: str, start: int, end: int) -> tuple[Node, ...]:
    """The options between two positions, each with its continuation lines."""
    nodes: list[Node] = []
    position = floor = start
    while position < end:
        stop = min(line_end(text, position), end)
        line = text[position:stop]
        if _blank(line) or line[0] in ' \t':
            position = stop
            continue
        option = OPTION.match(text, position)
        if option is None:
            raise Malformed(f'not an option: {line.strip()!r}')
        stop = last = max(stop, min(line_end(text, option.start()), end))
        while stop < end:
            following = min(line_end(text, stop), end)
            if text[stop] not in ' \t\n' and not _blank(text[stop:following]):
                break
            if text[stop] in ' \t' and text[stop:following].strip():
                last = following
            stop = following
        value = (option.end(), option.end() + len(text[option.end() : last].rstrip()))
        lead = lead_of(text, floor, position, comment=COMMENTS)
        data = '\n'.join(part.strip() for part in text[value[0] : value[1]].split('\n'))
        nodes.append(Node(option[1].strip().lower(), Kind.LEAF, lead, position, last, value, data, after=option.end()))
        position = floor = last
    return tuple(nodes)


@functools.lru_cache(maxsize=64)
@bounded
def read_ini(text: str) -> None:
    """Let Python's own reader have a look; raises Malformed."""
    try:
        configparser.RawConfigParser(allow_no_value=True, delimiters=('=', ':')).read_string(text)
    except configparser.Error as error:
        raise Malformed(f'not valid INI: {str(error).splitlines()[0]}') from error
    except AttributeError as error:  # the parser of Python trips over it
        raise Malformed('not valid INI: an indented line below an option without a value') from error


@functools.lru_cache(maxsize=64)
@bounded
def parse_ini(text: str) -> Document:
    """The document of an INI text; raises Malformed."""
    read_ini(text)
    floor = 0
    nodes: list[Node] = []
    for name, start, end in _sections(text):
        children = _options(text, line_end(text, start), end)
        last = children[-1].end if children else line_end(text, start)
        lead = lead_of(text, floor, start, comment=COMMENTS) if nodes else start
        nodes.append(Node(name, Kind.MAP, lead, start, last, (start, last), map_data(children), children, start))
        floor = last
    return Document(text, Node('', Kind.MAP, 0, 0, len(text), (0, len(text)), map_data(nodes), tuple(nodes)))


class Ini(Grammar):
    """INI documents."""

    name = 'INI'

    def parse(self, text: str) -> Document:
        return parse_ini(text)

    def check(self, text: str) -> None:
        read_ini(text)

    def replace(self, document: Document, path: KeyPath, other: Document) -> str:
        mine, yours = need(document, path), need(other, path)
        if mine.kind is Kind.LEAF:
            text, value = document.text, other.source(yours)
            start = len(text[: mine.value[0]].rstrip(' \t')) if value.startswith('\n') else mine.value[0]
            return text[:start] + value + text[mine.value[1] :]
        return super().replace(document, path, other)

    def spell(self, path: KeyPath, value: str) -> str:
        if len(path) == 1:
            return f'[{path[0]}]\n' + ''.join(value.splitlines(keepends=True)[1:])
        return f'[{path[0]}]\n{path[1]} = {value}\n'

    def insert(self, document: Document, path: KeyPath, other: Document) -> str:
        if len(path) > 1:
            parent = need(document, path[:-1])
            if not parent.children:
                node = need(other, path)
                return splice(document.text, parent.end, whole_lines(other.text[node.body : node.end]))
            return super().insert(document, path, other)
        node = need(other, path)
        position = place(document.root, other.root, path[0])
        chunk = other.text[node.start : node.end].strip('\n') + '\n'
        return separate(document.text, position, chunk)

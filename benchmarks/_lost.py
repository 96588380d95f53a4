"""What of a service's content is neither in the adopted tree nor named in the report: a checker of its own.

It shares no code with the engine. Three questions are asked of each text file that was changed or taken away:

* line: a line that is gone from the file is lost when one of its words stands nowhere in the files that were written
  and nowhere in the report;
* key: a leaf of TOML, YAML, JSON or INI, and a line of a requirements file, is lost when its value stands under no key of
  the same name in what was written and the report doesn't name it;
* definition: a function, class, import or assigned name of a Python module is lost when the module doesn't have it.

The report counts by what it says of keys. A piece that only its text of a whole removed file has is told apart: shown, not
named. Lock files are written by tools and hold nothing of the team's.
"""

from __future__ import annotations

import ast
import configparser
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import yaml

WORD = re.compile(r'\d+(?:\.\d+)+\w*|[A-Za-z0-9_]+')
REQUIREMENT = re.compile(r'\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*([=<>~!][^;#\\]*)?')
HEADER = re.compile(r'\[\[?[^]]+\]\]?')
"""A table's header holds nothing by itself; its keys are looked for."""
SAID = 400
"""Longest value of a decision that counts as said: more is the text of a whole file."""
LOCKS = ('poetry.lock', 'uv.lock', 'pdm.lock', 'Pipfile.lock')
SETUP_WORDS = ('console_scripts', 'gui_scripts', '')
Tree = Mapping[str, bytes]


class Piece(NamedTuple):
    """One piece of content: of which kind, from which file, and the piece."""

    kind: str
    path: str
    text: str


class Losses(NamedTuple):
    """Pieces that are gone and that the report doesn't have at all, and those that it shows in the text of a file."""

    unsaid: tuple[Piece, ...] = ()
    shown: tuple[Piece, ...] = ()


def lost(before: Tree, after: Tree, report: Mapping[str, object]) -> Losses:
    """Everything of `before` that is neither in `after` nor named in the report."""
    unsaid = tuple(_pieces(before, after, _told(report, None)))
    unnamed = _pieces(before, after, _told(report, SAID))
    return Losses(unsaid, tuple(piece for piece in unnamed if piece not in unsaid))


def _told(report: Mapping[str, object], longest: int | None) -> set[str]:
    """Words of a report; names of INI options are compared with dashes, so these count in both spellings."""
    said = '\n'.join(_phrases(report, longest))
    return words(said) | words(said.replace('_', '-'))


def _pieces(before: Tree, after: Tree, told: set[str]) -> Iterator[Piece]:
    written = {path: data for path, data in after.items() if before.get(path) != data}
    there = set(told).union(*(words(text(data)) for data in written.values()))
    for path, data in sorted(before.items()):
        if after.get(path) == data or path.rpartition('/')[2] in LOCKS:
            continue
        if b'\0' in data and not data.startswith((b'\xff\xfe', b'\xfe\xff')):
            if path not in after:
                yield Piece('file', path, 'binary')
            continue
        yield from (Piece('line', path, line) for line in _lines(path, data, after) if words(line) - there)
        yield from (Piece('key', path, pair) for pair in gone_keys(path, data, written, told))
        yield from (Piece('definition', path, name) for name in gone_names(path, data, after.get(path)))


def _lines(path: str, data: bytes, after: Tree) -> list[str]:
    """What is gone of a file: lines, and of a setup.py, which is a call, what it says."""
    if path.rpartition('/')[2] != 'setup.py' or path in after:
        found = gone(text(data), text(after.get(path, b'')))
        return [line for line in found if not (path.endswith('.toml') and HEADER.fullmatch(line))]
    try:
        nodes = list(ast.walk(ast.parse(data)))
    except (SyntaxError, ValueError):
        return gone(text(data), '')
    values = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [value for value in values if value not in SETUP_WORDS]


def _phrases(value: object, longest: int | None) -> Iterator[str]:
    """All that a report says, but for values that are longer."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _phrases(item, longest)
    elif isinstance(value, list):
        for item in value:
            yield from _phrases(item, longest)
    elif value is not None and (longest is None or len(str(value)) <= longest):
        yield str(value)


def words(text_: str) -> set[str]:
    """Words in lower case, of at least two letters or digits."""
    return {word.lower() for word in WORD.findall(text_) if len(word) > 1}


def text(data: bytes) -> str:
    """A file's text, in whatever of the usual encodings it is."""
    for encoding in ('utf-16',) if data.startswith((b'\xff\xfe', b'\xfe\xff')) else ('utf-8-sig', 'latin-1'):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode('latin-1')


def gone(before: str, after: str) -> list[str]:
    """Lines of a file that it has no more, or fewer times."""
    left = Counter(line.strip() for line in before.splitlines()) - Counter(line.strip() for line in after.splitlines())
    return [line for line in left if line]


def gone_keys(path: str, data: bytes, written: Tree, told: set[str]) -> Iterator[str]:
    """Leaves that no written file has under the same name, and that the report doesn't name."""
    mine = set(leaves(path, text(data)))
    if not mine:
        return
    theirs = {pair for other, content in written.items() for pair in leaves(other, text(content))}
    names: dict[str, set[str]] = {}
    for name, value in theirs:
        names.setdefault(name, set()).update(words(value))
    everything = set().union(*names.values(), *(words(name) for name in names))
    for name, value in sorted(mine):
        wanted = words(value)
        if wanted <= names.get(name, set()) or words(name) | wanted <= told:
            continue
        if words(name) <= everything and wanted <= everything | told:
            continue  # under another name, as the keys of one packaging file are in another
        yield f'{name} = {value}'


def leaves(path: str, content: str) -> Iterator[tuple[str, str]]:
    """Names and values of a structured file, nothing for others and for what can't be read."""
    name = path.rpartition('/')[2].lower()
    try:
        if name.endswith('.toml') or name == 'pipfile':
            yield from _walk('', tomllib.loads(content))
        elif name.endswith(('.yml', '.yaml')):
            for document in yaml.safe_load_all(content):
                yield from _walk('', document)
        elif name.endswith('.json'):
            yield from _walk('', json.loads(content))
        elif name.endswith(('.cfg', '.ini')) or name in {'.flake8', '.pylintrc', '.coveragerc'}:
            yield from _sections(content)
        elif name.endswith(('.txt', '.in')) and 'requirements' in path.lower():
            yield from _requirements(content.splitlines())
    except (ValueError, yaml.YAMLError, configparser.Error, RecursionError):
        return


def _walk(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(str(key).lower(), item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(name, item)
    else:
        yield name, str(value)


def _sections(content: str) -> Iterator[tuple[str, str]]:
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    parser.read_string(content)
    for section in parser.sections():
        for key, value in parser.items(section):
            yield key.lower().replace('_', '-'), value or ''


def _requirements(content: Iterable[str]) -> Iterator[tuple[str, str]]:
    for line in content:
        found = REQUIREMENT.match(line)
        if found and found[1]:
            yield found[1].lower(), found[2] or ''


def gone_names(path: str, before: bytes, after: bytes | None) -> Sequence[str]:
    """Names that a module binds at its top or in its classes, and binds no more."""
    if not path.endswith('.py') or path.rpartition('/')[2] == 'setup.py' or after is None:
        return ()
    try:
        return sorted(set(_names(ast.parse(before))) - set(_names(ast.parse(after))))
    except (SyntaxError, ValueError):
        return ()


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id

"""What two texts of one format have in common: the same text, the same meaning, or the same value at one key.

Meaning is loose only where the format itself says that an order does not matter: keys of a table, lists of dependencies
(PEP 508, 621, 735) and of classifiers, and imports as isort would sort them.
"""

from __future__ import annotations

import ast
import configparser
import functools
import json
import tomllib
from collections.abc import Callable
from typing import Any

import isort
import yaml

from trueup.merge import strategy_for
from trueup.model import KeyPath
from trueup.text.tree import Document, Malformed

SORTING = isort.Config(profile='black')


def same_text(text: str, wanted: str) -> bool:
    """Whether two texts are equal; only the line feed at the end is not asked for."""
    return text.rstrip('\n') == wanted.rstrip('\n')


def meaning_of(text: str, path: str) -> str | None:
    """What the format's own reader makes of a text, spelled out; None where it refuses it or there is none."""
    reader = READERS.get(kind_of(path))
    if reader is None:
        return None
    try:
        return repr(reader(text))
    except (ValueError, SyntaxError, yaml.YAMLError, configparser.Error, RecursionError):
        return None


def kind_of(path: str) -> str:
    """The type of a file, as the tables have it."""
    name = path.rpartition('/')[2]
    if name in ('setup.cfg', '.flake8', 'tox.ini') or name.endswith(('.ini', '.cfg')):
        return 'INI'
    if name == 'Makefile':
        return 'Makefile'
    if name.startswith('Dockerfile'):
        return 'Dockerfile'
    if name.startswith('.') and name.endswith('ignore'):
        return 'ignore'
    ending = name.rpartition('.')[2].lower()
    return {'toml': 'TOML', 'yml': 'YAML', 'yaml': 'YAML', 'py': 'Python', 'json': 'JSON', 'md': 'Markdown'}.get(
        ending, 'other'
    )


class _Loader(yaml.SafeLoader):
    """YAML with any tag, keys twice refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping whose keys differ."""
        keys = [repr(self.construct_object(key, deep=True)) for key, _ in node.value]
        if len(set(keys)) != len(keys):
            raise yaml.YAMLError('a key stands twice')
        return dict(sorted(super().construct_mapping(node, deep=True).items(), key=repr))


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return suffix, node.value
    if isinstance(node, yaml.SequenceNode):
        return suffix, loader.construct_sequence(node, deep=True)
    return suffix, loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None


_Loader.add_multi_constructor('!', _tagged)
_Loader.add_multi_constructor('tag:', _tagged)


def _sorted(data: object) -> object:
    if isinstance(data, dict):
        return sorted(((key, _sorted(value)) for key, value in data.items()), key=repr)
    return [_sorted(one) for one in data] if isinstance(data, list) else data


UNORDERED = (
    ('project', 'dependencies'),
    ('project', 'classifiers'),
    ('project', 'optional-dependencies', '*'),
    ('dependency-groups', '*'),
    ('build-system', 'requires'),
    ('tool', 'poetry', 'classifiers'),
    ('tool', 'pdm', 'dev-dependencies', '*'),
    ('tool', 'uv', 'dev-dependencies'),
)
"""Lists of pyproject.toml that are sets: requirements (PEP 508) and classifiers."""


def _toml(text: str) -> object:
    """TOML, its lists of dependencies and classifiers without their order, which has no meaning."""
    return _sorted(_unordered(tomllib.loads(text), ()))


def _unordered(data: object, path: KeyPath) -> object:
    if isinstance(data, dict):
        return {key: _unordered(value, (*path, key)) for key, value in data.items()}
    free = any(len(one) == len(path) and all(b in ('*', a) for a, b in zip(path, one)) for one in UNORDERED)
    return sorted(data, key=repr) if free and isinstance(data, list) else data


def _yaml(text: str) -> object:
    return [_sorted(one) for one in yaml.load_all(text, _Loader)]  # noqa: S506  # a subclass of the safe one


def _python(text: str) -> object:
    """A module as it stands, its imports as isort sorts them; the order of all else counts."""
    return ast.dump(ast.parse(isort.code(text, config=SORTING)))


def _ini(text: str) -> object:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    return sorted((name, sorted(parser[name].items())) for name in parser)


READERS: dict[str, Callable[[str], object]] = {
    'TOML': _toml,
    'YAML': _yaml,
    'Python': _python,
    'INI': _ini,
    'JSON': lambda text: _sorted(json.loads(text)),
}


def same_value(one: str, two: str, path: str, key: KeyPath) -> bool | None:
    """Whether two files hold the same at one key (or both nothing); None where that can not be asked."""
    documents = [_document(text, path) for text in (one, two)]
    if None in documents:
        return None
    found = [document.find(key) if document is not None else None for document in documents]
    return [node and node.data for node in found[:1]] == [node and node.data for node in found[1:]]


def value_at(text: str, path: str, key: KeyPath) -> str | None:
    """What stands at a key, comments above it left out."""
    document = _document(text, path)
    node = document.find(key) if document is not None else None
    return document.text[node.body : node.end] if document is not None and node is not None else None


@functools.lru_cache(maxsize=64)
def _document(text: str, path: str) -> Document | None:
    grammar = strategy_for(path).grammar
    try:
        return grammar.parse(text) if grammar is not None else None
    except Malformed:
        return None

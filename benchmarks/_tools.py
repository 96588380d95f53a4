"""The merge tools side by side, and what their results are worth against what people made of the same files."""

from __future__ import annotations

import ast
import configparser
import json
import re
import subprocess
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from trueup.merge.three_way import merge
from trueup.model import Level, Merged

MARKER = re.compile(r'^(?:<{7}|>{7}) ', re.MULTILINE)
TOKEN = re.compile(r'\w[\w@./:+-]*')
STATES = ('match', 'meaning', 'differs', 'unresolved', 'unparsable')


class Result(NamedTuple):
    """What a tool made of one file."""

    text: str
    clean: bool
    seconds: float
    merged: Merged | None = None


class Score(NamedTuple):
    """A result judged: its state, the words of the service that are gone unsaid, and the rules that were used."""

    state: str
    lost: tuple[str, ...]
    seconds: float
    rules: frozenset[str]
    review: bool

    @property
    def right(self) -> bool:
        """Whether it is what the maintainers made, at least in meaning."""
        return self.state in ('match', 'meaning')

    @property
    def done(self) -> bool:
        """Whether nothing is left to a person and a parser takes it."""
        return self.state in ('match', 'meaning', 'differs')


def git_merge(base: str, ours: str, theirs: str, path: str) -> Result:
    """`git merge-file`, which is what `copier update` ends with."""
    del path
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / name for name in ('ours', 'base', 'theirs')]
        for name, text in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(text.encode())
        start = time.perf_counter()
        done = subprocess.run(['git', 'merge-file', '-p', *map(str, names)], capture_output=True, check=False)
        seconds = time.perf_counter() - start
    return Result(done.stdout.decode(), done.returncode == 0, seconds)


def trueup_merge(base: str, ours: str, theirs: str, path: str) -> Result:
    """trueup without policies."""
    start = time.perf_counter()
    merged = merge(base, ours, theirs, path=path)
    return Result(merged.text, not merged.conflicts, time.perf_counter() - start, merged)


def careful_merge(base: str, ours: str, theirs: str, path: str) -> Result:
    """trueup with its sure rules only."""
    start = time.perf_counter()
    merged = merge(base, ours, theirs, path=path, careful=True)
    return Result(merged.text, not merged.conflicts, time.perf_counter() - start, merged)


TOOLS: dict[str, Callable[[str, str, str, str], Result]] = {
    'git merge-file': git_merge,
    'trueup': trueup_merge,
    'trueup --careful': careful_merge,
}


def score(result: Result, sides: tuple[str, str, str], wanted: str, path: str) -> Score:
    """Judge a result against what the maintainers committed."""
    base, ours, theirs = sides
    merged = result.merged
    rules = frozenset(decision.heuristic for decision in merged.decisions) if merged else frozenset()
    review = merged is not None and any(decision.level is Level.REVIEW for decision in merged.decisions)
    if not result.clean or MARKER.search(result.text):
        return Score('unresolved', (), result.seconds, rules, review)
    said = [decision.before or '' for decision in merged.decisions if decision.changes] if merged else []
    gone = _lost(base, ours, theirs, result.text, said)
    return Score(_state(result.text, ours, wanted, path), gone, result.seconds, rules, review)


def _state(text: str, ours: str, wanted: str, path: str) -> str:
    if stripped(text) == stripped(wanted):
        return 'match'
    meaning = meaning_of(text, path)
    if meaning is None and meaning_of(ours, path) is not None:
        return 'unparsable'
    return 'meaning' if meaning is not None and meaning == meaning_of(wanted, path) else 'differs'


def _lost(base: str, ours: str, theirs: str, text: str, said: Iterable[str]) -> tuple[str, ...]:
    """Words of ours that are gone although the standard did not take them out, and no decision names them."""
    missing = Counter(TOKEN.findall(ours)) - Counter(TOKEN.findall(text))
    missing -= Counter(TOKEN.findall(base)) - Counter(TOKEN.findall(theirs))
    for before in said:
        missing -= Counter(TOKEN.findall(before))
    return tuple(sorted(missing))


def stripped(text: str) -> str:
    """The text without trailing blanks and blank lines at its end."""
    return '\n'.join(line.rstrip() for line in text.splitlines()).rstrip('\n')


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


LISTS = frozenset({'dependencies', 'classifiers', 'keywords', 'optional-dependencies', 'dependency-groups'})
LISTS |= frozenset({'dev-dependencies', 'requires'})


def _toml(text: str) -> object:
    """TOML, its lists of dependencies, classifiers and keywords without their order, which has no meaning."""
    return _sorted(_unordered(tomllib.loads(text), listed=False))


def _unordered(data: object, *, listed: bool) -> object:
    if isinstance(data, dict):
        return {key: _unordered(value, listed=listed or key in LISTS) for key, value in data.items()}
    return sorted(data, key=repr) if listed and isinstance(data, list) else data


def _yaml(text: str) -> object:
    return [_sorted(one) for one in yaml.load_all(text, _Loader)]  # noqa: S506  # a subclass of the safe one


def _python(text: str) -> object:
    """A module: its imports as a set, its functions and classes in any order, the rest as it stands."""
    free = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    body = ast.parse(text).body
    loose: Counter[str] = Counter()
    for node in body:
        if isinstance(node, ast.Import):
            loose.update(ast.dump(alias) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            loose.update(f'{node.level} {node.module} {ast.dump(alias)}' for alias in node.names)
        elif isinstance(node, free):
            loose[ast.dump(node)] += 1
    return sorted(loose.items()), [ast.dump(node) for node in body if not isinstance(node, free)]


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

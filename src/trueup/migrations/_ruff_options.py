"""ruff's configuration in the words of black, isort, flake8 and pylint, and what of it has no counterpart.

Sources: ruff's settings and rules pages, and the option references of the four tools.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from trueup.model import KeyPath

FLAKE8 = re.compile(r'(E|W|F|C90)\d*')
PYLINT = re.compile(r'PL([CERW]\d{4})')
COVERED = re.compile(r'(E|W|F|C90|I|PL)(\d|[CERW]|$)|I001|C901|ALL')
ISORT = {
    'known-first-party': 'known_first_party',
    'known-third-party': 'known_third_party',
    'known-local-folder': 'known_local_folder',
    'combine-as-imports': 'combine_as_imports',
    'force-single-line': 'force_single_line',
    'force-sort-within-sections': 'force_sort_within_sections',
    'lines-after-imports': 'lines_after_imports',
    'extra-standard-library': 'extra_standard_library',
}
DESIGN = (
    'max-args',
    'max-branches',
    'max-locals',
    'max-returns',
    'max-statements',
    'max-public-methods',
    'max-bool-expr',
)
QUIET = frozenset(
    {'fix', 'show-fixes', 'output-format', 'cache-dir', 'respect-gitignore', 'required-version', 'preview'}
)
"""How ruff runs, not what it wants."""
OLD_LINT = ('select', 'ignore', 'extend-select', 'extend-ignore', 'per-file-ignores', 'isort', 'mccabe', 'pylint')
"""What stood at the top before `[lint]` was there."""


class Wanted(NamedTuple):
    """One value for pyproject.toml, and the option of ruff that it comes from."""

    key: KeyPath
    value: object
    source: str


class Lost(NamedTuple):
    """An option of ruff, or rules in it, that no tool of the standard has."""

    option: str
    what: str


def translate(table: Mapping[str, object]) -> tuple[tuple[Wanted, ...], tuple[Lost, ...]]:
    """Values for the four tools, and what is lost."""
    top = {name: value for name, value in table.items() if name not in ('lint', 'format')}
    lint = {name: top.pop(name) for name in OLD_LINT if name in top}
    inner = table.get('lint')
    lint |= inner if isinstance(inner, dict) else {}
    wanted = [*_layout(top), *_rules(lint), *_per_file(lint), *_plugins(lint)]
    lost = [*_lost_rules(lint), *_lost_options(top, lint, table.get('format'))]
    return tuple(wanted), tuple(lost)


def _layout(top: Mapping[str, object]) -> Iterator[Wanted]:
    length = top.get('line-length')
    if isinstance(length, int):
        for key in (
            ('black', 'line-length'), ('isort', 'line_length'), ('flake8', 'max-line-length'),
            ('pylint', 'format', 'max-line-length'),
        ):  # fmt: skip
            yield Wanted(('tool', *key), length, 'line-length')
    target = re.fullmatch(r'py(\d)(\d+)', str(top.get('target-version', '')))
    if target:
        yield Wanted(('tool', 'black', 'target-version'), [target[0]], 'target-version')
        yield Wanted(('tool', 'pylint', 'main', 'py-version'), f'{target[1]}.{target[2]}', 'target-version')
    if sources := _words(top.get('src')):
        yield Wanted(('tool', 'isort', 'src_paths'), sources, 'src')
    for name in ('exclude', 'extend-exclude'):
        if globs := _words(top.get(name)):
            yield Wanted(('tool', 'black', 'extend-exclude'), '|'.join(_pattern(glob) for glob in globs), name)
            yield Wanted(('tool', 'isort', 'extend_skip_glob'), [_below(glob) for glob in globs], name)
            yield Wanted(('tool', 'flake8', 'extend-exclude'), globs, name)
            yield Wanted(('tool', 'pylint', 'main', 'ignore-paths'), [_path(glob) for glob in globs], name)


def _rules(lint: Mapping[str, object]) -> Iterator[Wanted]:
    for option in ('ignore', 'extend-ignore'):
        codes = _words(lint.get(option))
        flake8 = [code for code in codes if FLAKE8.fullmatch(code)]
        pylint = [found[1] for code in codes if (found := PYLINT.fullmatch(code))]
        if flake8:
            yield Wanted(('tool', 'flake8', 'extend-ignore'), flake8, f'lint.{option}')
        if pylint:
            yield Wanted(('tool', 'pylint', 'messages control', 'disable'), pylint, f'lint.{option}')


def _per_file(lint: Mapping[str, object]) -> Iterator[Wanted]:
    table = lint.get('per-file-ignores')
    lines = []
    for glob, codes in table.items() if isinstance(table, dict) else ():
        lines += [f'{glob}:{code}' for code in _words(codes) if FLAKE8.fullmatch(code)]
    if lines:
        yield Wanted(('tool', 'flake8', 'per-file-ignores'), lines, 'lint.per-file-ignores')


def _plugins(lint: Mapping[str, object]) -> Iterator[Wanted]:
    isort, mccabe, pylint = (_table(lint.get(name)) for name in ('isort', 'mccabe', 'pylint'))
    for name, option in ISORT.items():
        if name in isort:
            yield Wanted(('tool', 'isort', option), isort[name], f'lint.isort.{name}')
    if 'max-complexity' in mccabe:
        yield Wanted(('tool', 'flake8', 'max-complexity'), mccabe['max-complexity'], 'lint.mccabe.max-complexity')
    for name in DESIGN:
        if name in pylint:
            yield Wanted(('tool', 'pylint', 'design', name), pylint[name], f'lint.pylint.{name}')


def _lost_rules(lint: Mapping[str, object]) -> Iterator[Lost]:
    for option in ('select', 'extend-select'):
        if codes := [code for code in _words(lint.get(option)) if not COVERED.match(code)]:
            yield Lost(f'lint.{option}', f'no tool of the standard has the rules {", ".join(codes)}')
    for option in ('ignore', 'extend-ignore'):
        known = (FLAKE8, PYLINT)
        codes = [code for code in _words(lint.get(option)) if not any(kind.fullmatch(code) for kind in known)]
        if codes:
            yield Lost(f'lint.{option}', f'not needed any more for {", ".join(codes)}')
    table = _table(lint.get('per-file-ignores'))
    rest = [f'{glob}: {code}' for glob, codes in table.items() for code in _words(codes) if not FLAKE8.fullmatch(code)]
    if rest:
        yield Lost('lint.per-file-ignores', f'no counterpart by file for {", ".join(rest)}')


def _lost_options(top: Mapping[str, object], lint: Mapping[str, object], layout: object) -> Iterator[Lost]:
    known = {'line-length', 'target-version', 'src', 'exclude', 'extend-exclude', *QUIET}
    for name, value in top.items():
        if name not in known:
            yield Lost(name, f'no counterpart for {value!r}')
    handled = {'select', 'ignore', 'extend-select', 'extend-ignore', 'per-file-ignores', *QUIET}
    tables = {'isort': tuple(ISORT), 'mccabe': ('max-complexity',), 'pylint': DESIGN}
    for name, value in lint.items():
        inner = _table(value)
        rest = {key: item for key, item in inner.items() if key not in tables.get(name, ())}
        if name in handled or (name in tables and not rest):
            continue
        yield Lost(f'lint.{name}', f'no counterpart for {rest or value!r}')
    for name, value in _table(layout).items():
        yield Lost(f'format.{name}', f"black's own layout takes the place of {value!r}")


def _pattern(glob: str) -> str:
    """A glob as black's regular expression over `/path` and `/folder/`."""
    inner = re.escape(glob.strip('/')).replace(r'\*\*/', '(.*/)?').replace(r'\*', '[^/]*')
    return f'/{inner}(/|$)'


def _path(glob: str) -> str:
    """A glob as pylint's regular expression over whole paths."""
    inner = fnmatch.translate(glob.strip('/')).removeprefix('(?s:').removesuffix(r')\Z').removesuffix(r')\z')
    return rf'(.*/)?{inner}(/.*)?$'


def _below(glob: str) -> str:
    return glob if '*' in glob or glob.endswith('.py') else f'{glob.rstrip("/")}/*'


def _words(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, Iterable) and not isinstance(value, str) else []


def _table(value: object) -> dict[str, object]:
    return dict(value) if isinstance(value, Mapping) else {}

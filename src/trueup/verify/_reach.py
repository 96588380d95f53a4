"""The service's own modules that its tests and entry points come to: those that must be importable."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from trueup.facts import entry_points
from trueup.facts._code import Module
from trueup.facts._view import View
from trueup.repo import Repo
from trueup.verify._imports import module_of, source_roots, top_packages
from trueup.verify._tests import is_test

SERVED = re.compile(r'(?<![\w./-])([A-Za-z_]\w*(?:\.\w+)*):[A-Za-z_]\w*')
MODULE = re.compile(r'\bpython[\d.]*\s+-m\s+([A-Za-z_][\w.]*)')
SCRIPT = re.compile(r'\bpython[\d.]*\s+(?:-\w\s+)*([\w./-]+\.py)\b')
# Importing one of these is running a program, or is another tool's business.
PROGRAMS = {'__main__', 'setup', 'noxfile', 'conftest', 'fabfile', 'manage', 'versioneer'}


def reachable(repo: Repo) -> tuple[str, ...]:
    """Dotted names, nearest to tests and entry points first; top packages at the least."""
    view, roots = View(repo), source_roots(repo)
    files = {module_of(module.path, roots): module for module in view.modules}
    own = {name: each for name, each in files.items() if _importable(name) and not is_test(each.path)}
    tests = (name for each in view.modules if is_test(each.path) for name in _imported(each, own, roots))
    found = list(dict.fromkeys([*top_packages(repo), *_entries(view, own, roots), *tests]))
    for name in found:  # grows
        further = dict.fromkeys(_imported(own[name], own, roots) if name in own else ())
        found += [each for each in further if each not in found]
    return tuple(found)


def _importable(name: str) -> bool:
    parts = name.split('.')
    return all(part.isidentifier() for part in parts) and parts[-1] not in PROGRAMS


def _entries(view: View, own: Mapping[str, Module], roots: tuple[str, ...]) -> Iterator[str]:
    paths = {module.path: name for name, module in own.items()}
    for fact in entry_points.read(view):
        text = str(fact.value)
        if fact.name == 'main_file':
            named = [module_of(text, roots)]
        elif fact.name == 'command':
            scripts = [path for path in paths for word in SCRIPT.findall(text) if _same_file(path, word)]
            named = [*SERVED.findall(text), *MODULE.findall(text), *(paths[path] for path in scripts)]
        else:
            named = [text.partition('=')[2].strip() or text]
        for name in named:
            yield from _ancestors(name.partition(':')[0], own)


def _same_file(path: str, word: str) -> bool:
    return word.lstrip('./').endswith(path) or path.endswith(word.lstrip('./'))


def _ancestors(name: str, own: Mapping[str, Module]) -> Iterator[str]:
    """The module itself; where an image calls it by another root, the one of our own that ends so."""
    if name in own:
        yield name
    else:
        yield from [each for each in own if each.endswith(f'.{name}')][:1]


def _imported(module: Module, own: Mapping[str, Module], roots: tuple[str, ...]) -> Iterator[str]:
    here = module_of(module.path, roots)
    for node in module.nodes:
        for names in _named(node, here, package=module.path.endswith('/__init__.py')):
            yield from [name for name in names if name in own][:1]


def _named(node: ast.AST, here: str, *, package: bool) -> Iterator[tuple[str, ...]]:
    """What one import may mean, the more exact first: `from a import b` is `a.b` or a name in `a`."""
    if isinstance(node, ast.Import):
        yield from ((alias.name,) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        source = _absolute('.' * node.level + (node.module or ''), here, package=package)
        yield from ((f'{source}.{alias.name}', source) for alias in node.names)


def _absolute(source: str, module: str, *, package: bool) -> str:
    """`..core` in `app.api.main` is `app.core`."""
    bare = source.lstrip('.')
    if bare == source:
        return source
    up = len(source) - len(bare) - package
    parts = module.split('.')
    return '.'.join([*parts[: len(parts) - up], *([bare] if bare else [])])

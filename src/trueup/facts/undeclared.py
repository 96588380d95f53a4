"""Imports whose distribution no file of the service declares: reported, never guessed into the packaging."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from trueup.facts._code import Import, Module
from trueup.facts._declared import declared_dependencies
from trueup.facts._distributions import BRINGS, SHARED, candidates, is_standard
from trueup.facts._requirements import normalise
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at, is_side, is_test
from trueup.model import Evidence, Fact

OURS = frozenset({'pytest', 'pytest-cov', 'pytest-html', 'nox', 'trueup', 'setuptools', 'pip'})
"""What the standard or every environment brings."""
GENERATED = re.compile(r'.*_pb2(_grpc)?|_version|version')
SURE, ALONG = 0.9, 0.5


def read(view: View) -> Iterator[Fact]:
    """`undeclared` for each import without a declared distribution; the note names the likely one and says more."""
    declared = {item.name for item in declared_dependencies(view)} | _own_name(view)
    inside = _first_party(view)
    brought = {name: first for first in sorted(declared) for name in BRINGS.get(first, ())}
    found: dict[str, tuple[str, list[Evidence], bool]] = {}
    for module in view.modules:
        if is_side(module.path) and not is_test(module.path):
            continue
        for item in _foreign(module, inside):
            possible = candidates(_full(item))
            if not declared.isdisjoint({*possible, normalise(item.top)}) or _in_namespace(item.top, declared):
                continue
            if possible[0] not in OURS:
                name, places, tests = found.setdefault(possible[0], (item.top, [], True))
                places.append(at(module.path, item.line))
                found[possible[0]] = (name, places, tests and is_test(module.path))
    for distribution, (name, places, tests) in sorted(found.items()):
        along = brought.get(distribution, '')
        words = [f'probably {distribution}', *(['in tests only'] if tests else [])]
        words += [f'comes along with {along}'] if along else []
        yield Fact('undeclared', name, tuple(places), ALONG if along else SURE, '; '.join(words))


def _foreign(module: Module, inside: frozenset[str]) -> Iterator[Import]:
    """Imports of a file that are neither the service's own nor the standard library's, once per name."""
    seen: set[str] = set()
    for item in module.imports:
        top = item.top
        known = not top or item.guarded or top in inside or is_standard(top) or GENERATED.fullmatch(top)
        if not known and _full(item) not in seen:
            seen.add(_full(item))
            yield item


def _full(item: Import) -> str:
    """The dotted name that tells the distribution: of a shared namespace, with what is taken out of it."""
    return f'{item.source}.{item.name}' if item.top in SHARED and item.name else item.source


def _in_namespace(top: str, declared: Iterable[str]) -> bool:
    return top in SHARED and any(name.startswith(f'{normalise(top)}-') for name in declared)


def _first_party(view: View) -> frozenset[str]:
    """Every name that a Python file or a folder with one has, here or in the repository around it."""
    found: set[str] = set()
    for path in (*view.paths, *view.outer_paths):
        if path.endswith(('.py', '.pyx', '.so', '.pyi')):
            folder, name = posixpath.split(path)
            found.add(name.split('.')[0])
            found.update(folder.split('/'))
    return frozenset(found)


def _own_name(view: View) -> set[str]:
    stated = [
        view.pyproject.text_at('project', 'name'),
        view.pyproject.text_at('tool', 'poetry', 'name'),
        view.setup_cfg.get('metadata', 'name'),
        setup_call(view).text('name'),
    ]
    return {normalise(name) for name in stated if name}

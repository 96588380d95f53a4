"""Where the service's own Python code lies, and whether it is an installable package."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from trueup.facts._code import Module
from trueup.facts._requirements import normalise
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at, is_side, is_test
from trueup.model import Evidence, Fact

APPLICATIONS = frozenset({'FastAPI', 'Flask', 'Starlette', 'Falcon', 'API', 'App', 'Application', 'Sanic', 'Quart'})
DOMINANT = 0.6


class Candidate(NamedTuple):
    """A folder that may be the service's package."""

    folder: str
    files: int
    initialised: bool
    declared: Evidence | None
    application: bool

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What shows that it is one."""
        first = f'{self.folder}/__init__.py' if self.initialised else self.folder
        return (self.declared, at(first)) if self.declared else (at(first),)


def read(view: View) -> Iterator[Fact]:
    """`layout`, `package_path`, `package_name`, `packages` and `is_package`."""
    modules = [module for module in view.modules if not is_test(module.path) and not is_side(module.path)]
    modules = modules or [module for module in view.modules if module.path != 'setup.py' and not is_test(module.path)]
    if not modules:
        yield Fact('layout', 'none', note='no Python file')
        return
    candidates = _candidates(view, modules)
    scripts = [module.path for module in modules if '/' not in module.path]
    if len(candidates) > 1:
        yield Fact('packages', tuple(item.folder for item in candidates), tuple(at(item.folder) for item in candidates))
    best = _best(candidates, modules)
    if best is None:
        yield from _loose(view, candidates, scripts)
        return
    confidence = 1.0 if best.declared else 0.9 if len(candidates) == 1 else 0.8
    yield Fact('layout', _layout(best), best.evidence, confidence)
    yield Fact('package_path', best.folder, best.evidence, confidence)
    yield Fact('package_name', posixpath.basename(best.folder), best.evidence, confidence)
    yield _installable(view, best)


def _candidates(view: View, modules: list[Module]) -> list[Candidate]:
    counted = Counter(_package_of(view, module.path) for module in modules)
    del counted['']
    folders = _absorbed(view, counted)
    declared = _declared(view)
    apps = [module.path for module in modules if _has_application(module)]
    found = [
        Candidate(
            folder,
            files,
            f'{folder}/__init__.py' in view,
            declared.get(folder),
            any(path.startswith(f'{folder}/') for path in apps),
        )
        for folder, files in folders.items()
    ]
    return sorted(found, key=lambda item: (item.declared is None, not item.application, -item.files, item.folder))


def _package_of(view: View, path: str) -> str:
    """The topmost folder with an `__init__.py` above a file, else the file's folder; empty for a file at the root."""
    folders = path.split('/')[:-1]
    above = ['/'.join(folders[:size]) for size in range(1, len(folders) + 1)]
    return next((folder for folder in above if f'{folder}/__init__.py' in view), above[-1] if above else '')


def _absorbed(view: View, counted: Mapping[str, int]) -> dict[str, int]:
    """Folders without `__init__.py` take in those below them (a namespace package), except a bare `src`."""
    found: dict[str, int] = {}
    for folder in sorted(counted):
        above = next((name for name in found if folder.startswith(f'{name}/')), None)
        found[above or folder] = found.get(above or folder, 0) + counted[folder]
        bare = folder in ('src', 'lib', 'python') and f'{folder}/__init__.py' not in view
        if bare and any(name.startswith(f'{folder}/') for name in counted):
            del found[folder]
    return found


def _declared(view: View) -> dict[str, Evidence]:
    """Folders that the packaging names, or whose name is the project's."""
    found: dict[str, Evidence] = {}
    project = view.pyproject
    for item in project.list_at('tool', 'poetry', 'packages'):
        if isinstance(item, dict) and isinstance(item.get('include'), str):
            folder = posixpath.normpath(posixpath.join(str(item.get('from') or ''), item['include'].split('/*')[0]))
            found[folder] = at('pyproject.toml', project.line('tool', 'poetry', 'packages'))
    for item in project.list_at('tool', 'hatch', 'build', 'targets', 'wheel', 'packages'):
        found[str(item).strip('/')] = at('pyproject.toml', project.line('tool', 'hatch', 'build', 'targets', 'wheel'))
    for item in project.list_at('tool', 'setuptools', 'packages'):
        found[str(item).replace('.', '/')] = at('pyproject.toml', project.line('tool', 'setuptools', 'packages'))
    call = setup_call(view)
    roots = call.known.get('package_dir')
    root = roots.get('', '') if isinstance(roots, dict) else ''
    for name in call.texts('packages'):
        if not name.startswith('find:'):
            found[posixpath.join(str(root), name.replace('.', '/'))] = at(call.path, call.lines['packages'])
    for name, place in _named(view):
        for folder in (name, f'src/{name}'):
            if f'{folder}/__init__.py' in view:
                found.setdefault(folder, place)
    return found


def _named(view: View) -> Iterator[tuple[str, Evidence]]:
    call = setup_call(view)
    stated = [
        (view.pyproject.text_at('project', 'name'), at('pyproject.toml', view.pyproject.line('project', 'name'))),
        (
            view.pyproject.text_at('tool', 'poetry', 'name'),
            at('pyproject.toml', view.pyproject.line('tool', 'poetry', 'name')),
        ),
        (view.setup_cfg.get('metadata', 'name'), at('setup.cfg', view.setup_cfg.line('metadata', 'name'))),
        (call.text('name'), at(call.path, call.lines.get('name', 0))),
    ]
    return ((normalise(name).replace('-', '_'), place) for name, place in stated if name)


def _has_application(module: Module) -> bool:
    return any(name.split('.')[-1] in APPLICATIONS for name, _ in module.calls)


def _best(candidates: list[Candidate], modules: list[Module]) -> Candidate | None:
    """The one package that stands out; None when the code is loose files or several packages side by side."""
    if not candidates:
        return None
    best = candidates[0]
    if best.declared:
        return best
    loose = [module for module in modules if '/' not in module.path]
    used = {item.top for module in loose for item in module.imports} | {
        name for module in loose for item in module.imports if not item.source for name in (item.name,)
    }
    if any(_has_application(module) for module in loose) and posixpath.basename(best.folder) not in used:
        return None
    if len(candidates) == 1:
        return best
    total = sum(item.files for item in candidates)
    return best if best.files / total >= DOMINANT else None


def _layout(best: Candidate) -> str:
    depth = best.folder.count('/')
    if depth == 1 and best.folder.startswith('src/'):
        return 'src'
    if depth:
        return 'nested'
    if not best.initialised:
        return 'namespace'
    return 'app' if best.folder == 'app' else 'flat'


def _loose(view: View, candidates: list[Candidate], scripts: list[str]) -> Iterator[Fact]:
    """Facts of a service that is no single package."""
    parents = {posixpath.dirname(item.folder) for item in candidates} | ({''} if scripts else set())
    parent = posixpath.commonpath(parents) if parents and '' not in parents else ''
    places = tuple(at(path) for path in [*(item.folder for item in candidates), *scripts][:5])
    yield Fact('layout', 'several' if len(candidates) > 1 else 'scripts', places, 0.8)
    yield Fact('package_path', parent or '.', places, 0.7)
    built = view.pyproject.get('build-system') is not None or setup_call(view).line
    note = 'a build is declared, but no package of that name exists' if built else ''
    yield Fact('is_package', False, places, 0.8, note)


def _installable(view: View, best: Candidate) -> Fact:
    poetry = view.pyproject.table('tool', 'poetry')
    if poetry.get('package-mode') is False:
        line = view.pyproject.line('tool', 'poetry', 'package-mode')
        return Fact('is_package', False, (at('pyproject.toml', line),))
    if view.pyproject.get('build-system') is not None or poetry.get('name'):
        line = view.pyproject.line('build-system') or view.pyproject.line('tool', 'poetry', 'name')
        return Fact('is_package', True, (at('pyproject.toml', line), *best.evidence), 1.0 if best.declared else 0.6)
    call = setup_call(view)
    if call.line:
        packed = bool(call.texts('packages')) or best.declared is not None
        return Fact('is_package', True, (at(call.path, call.line),), 1.0 if packed else 0.6)
    if view.setup_cfg.get('metadata', 'name'):
        return Fact('is_package', True, (at('setup.cfg', view.setup_cfg.line('metadata', 'name')),))
    return Fact('is_package', False, best.evidence, 0.9, 'no build is declared')

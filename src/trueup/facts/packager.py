"""Which tool manages the service's dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.facts._declared import requirement_files
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at
from trueup.model import Evidence, Fact

BACKENDS = {
    'poetry': 'poetry',
    'hatchling': 'hatch',
    'pdm': 'pdm',
    'flit': 'flit',
    'uv_build': 'uv',
    'maturin': 'maturin',
    'setuptools': 'setuptools',
}
LOCKS = (('poetry.lock', 'poetry'), ('uv.lock', 'uv'), ('pdm.lock', 'pdm'), ('Pipfile.lock', 'pipenv'))


def read(view: View) -> Iterator[Fact]:
    """`packaging` (and `packagings` when there are several), `packaging_dialect` of Poetry, `lock_file`."""
    found = list(_found(view))
    if not found:
        yield Fact('packaging', 'none', (), 0.9, 'nothing declares a dependency')
        return
    yield Fact('packaging', found[0][0], (found[0][1],))
    names = tuple(dict.fromkeys(name for name, _ in found))
    if len(names) > 1:
        yield Fact('packagings', names, tuple(dict(reversed(found))[name] for name in names))
    if found[0][0] == 'poetry':
        dialect = 'pep621' if view.pyproject.table('project') else 'old'
        line = view.pyproject.line(
            'project' if dialect == 'pep621' else 'tool', *(() if dialect == 'pep621' else ('poetry',))
        )
        yield Fact('packaging_dialect', dialect, (at('pyproject.toml', line),))
    locks = [path for path, _ in LOCKS if path in view] + [
        path for path in ('conda-lock.yml', 'pylock.toml') if path in view
    ]
    if locks:
        yield Fact('lock_file', tuple(locks), tuple(at(path) for path in locks))


def _found(view: View) -> Iterator[tuple[str, Evidence]]:
    project = view.pyproject
    for tool in ('poetry', 'pdm'):
        if project.table('tool', tool):
            yield tool, at('pyproject.toml', project.line('tool', tool))
    if project.table('tool', 'uv') or 'uv.lock' in view:
        yield 'uv', at('pyproject.toml', project.line('tool', 'uv')) if project.table('tool', 'uv') else at('uv.lock')
    if project.table('tool', 'hatch', 'envs'):
        yield 'hatch', at('pyproject.toml', project.line('tool', 'hatch', 'envs'))
    pinned = any(project.table('tool', tool) for tool in ('poetry', 'pdm', 'uv')) or 'uv.lock' in view
    backend = project.text_at('build-system', 'build-backend')
    known = next((tool for word, tool in BACKENDS.items() if backend.startswith(word)), '')
    if known or project.text_at('build-system', 'build-backend') or project.table('project') and not pinned:
        line = project.line('build-system', 'build-backend') or project.line('project')
        yield known or 'setuptools', at('pyproject.toml', line)
    call = setup_call(view)
    if call.line or 'setup.py' in view:
        yield 'setuptools', at('setup.py', call.line)
    if view.setup_cfg.get('metadata', 'name'):
        yield 'setuptools', at('setup.cfg', view.setup_cfg.line('metadata'))
    if 'Pipfile' in view:
        yield 'pipenv', at('Pipfile')
    for path in view.named(r'(conda|environment[\w-]*)\.ya?ml')[:1]:
        yield 'conda', at(path)
    for path in requirement_files(view)[:1]:
        yield 'requirements', at(path)

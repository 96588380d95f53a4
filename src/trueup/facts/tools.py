"""Which configuration file of each quality tool really applies, and which ones it shadows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from trueup.facts._declared import declared_dependencies
from trueup.facts._view import View, at
from trueup.model import Evidence, Fact


class Place(NamedTuple):
    """A file that may configure a tool; `section` is an INI section or dotted TOML table, empty for the whole file."""

    path: str
    section: str = ''


# In the order in which each tool itself looks; the first that has its section wins (read in the tools' own sources:
# flake8 options/config.py, pylint config/find_default_config_files.py, isort settings.py, coverage config.py,
# mypy defaults.py, pytest config/findpaths.py, ruff resolver).
ORDER: dict[str, tuple[Place, ...]] = {
    'bandit': (Place('.bandit'), Place('bandit.yaml'), Place('pyproject.toml', 'tool.bandit')),
    'black': (Place('pyproject.toml', 'tool.black'),),
    'coverage': (
        Place('.coveragerc'),
        Place('setup.cfg', 'coverage:'),
        Place('tox.ini', 'coverage:'),
        Place('pyproject.toml', 'tool.coverage'),
    ),
    'flake8': (Place('setup.cfg', 'flake8'), Place('tox.ini', 'flake8'), Place('.flake8', 'flake8')),
    'isort': (
        Place('.isort.cfg'),
        Place('pyproject.toml', 'tool.isort'),
        Place('setup.cfg', 'isort'),
        Place('setup.cfg', 'tool:isort'),
        Place('tox.ini', 'isort'),
    ),
    'mypy': (
        Place('mypy.ini', 'mypy'),
        Place('.mypy.ini', 'mypy'),
        Place('pyproject.toml', 'tool.mypy'),
        Place('setup.cfg', 'mypy'),
    ),
    'nox': (Place('noxfile.py'),),
    'pre-commit': (Place('.pre-commit-config.yaml'),),
    'pylint': (
        Place('pylintrc'),
        Place('pylintrc.toml'),
        Place('.pylintrc'),
        Place('.pylintrc.toml'),
        Place('pyproject.toml', 'tool.pylint'),
        Place('setup.cfg', 'pylint'),
        Place('tox.ini', 'pylint'),
    ),
    'pytest': (
        Place('pytest.ini'),
        Place('.pytest.ini'),
        Place('pyproject.toml', 'tool.pytest'),
        Place('tox.ini', 'pytest'),
        Place('setup.cfg', 'tool:pytest'),
    ),
    'pyright': (Place('pyrightconfig.json'), Place('pyproject.toml', 'tool.pyright')),
    'ruff': (Place('.ruff.toml'), Place('ruff.toml'), Place('pyproject.toml', 'tool.ruff')),
    'tox': (Place('tox.ini', 'tox'), Place('setup.cfg', 'tox:tox'), Place('pyproject.toml', 'tool.tox')),
    'yapf': (Place('.style.yapf'), Place('setup.cfg', 'yapf'), Place('pyproject.toml', 'tool.yapf')),
}
FLAKE8_PLUGINS = frozenset({'flake8-pyproject', 'pyproject-flake8'})
TOOLS = frozenset(
    {*ORDER, 'autopep8', 'pydocstyle', 'pycodestyle', 'nbstripout', 'pip-tools', 'commitizen', 'interrogate'}
)


def read(view: View) -> Iterator[Fact]:
    """`tool.<name>` with the file that applies (its note names the shadowed ones), or `defaults` without one."""
    declared: dict[str, Evidence] = {}
    for item in declared_dependencies(view):
        declared.setdefault(item.name, at(item.path, item.line))
    for tool in sorted(TOOLS):
        order = ORDER.get(tool, ())
        if tool == 'flake8' and view.pyproject.table('tool', 'flake8'):
            yield from _flake8_pyproject(view, plugged=bool(FLAKE8_PLUGINS & declared.keys()))
            order = () if FLAKE8_PLUGINS & declared.keys() else order
        found = [place for spot in order if (place := _stands(view, spot))]
        if found:
            shadowed = ', '.join(dict.fromkeys(place.path for place in found[1:] if place.path != found[0].path))
            yield Fact(f'tool.{tool}', found[0].path, (found[0],), 1.0, f'shadows {shadowed}' if shadowed else '')
        elif tool in declared and not (tool == 'flake8' and view.pyproject.table('tool', 'flake8')):
            yield Fact(f'tool.{tool}', 'defaults', (declared[tool],), 0.9, 'installed, not configured')
    yield from _elsewhere(view)


def _flake8_pyproject(view: View, *, plugged: bool) -> Iterator[Fact]:
    place = at('pyproject.toml', view.pyproject.line('tool', 'flake8'))
    if plugged:
        others = [spot.path for spot in ORDER['flake8'] if _stands(view, spot)]
        note = f'shadows {", ".join(others)}' if others else ''
        yield Fact('tool.flake8', 'pyproject.toml', (place,), 1.0, note)
    else:
        yield Fact(
            'dead_configuration', 'pyproject.toml: tool.flake8', (place,), 0.9, 'flake8 reads it only with a plugin'
        )


def _stands(view: View, spot: Place) -> Evidence | None:
    if spot.path not in view:
        return None
    if not spot.section:
        return at(spot.path)
    if spot.path.endswith('.toml'):
        keys = spot.section.split('.')
        return at(spot.path, view.pyproject.line(*keys)) if view.pyproject.get(*keys) is not None else None
    document = view.ini(spot.path)
    for section in document.sections if document else ():
        exact = section == spot.section or section.startswith(
            (f'{spot.section}.', f'{spot.section}:', f'{spot.section}-')
        )
        if document and (exact or spot.section.endswith(':') and section.startswith(spot.section)):
            return at(spot.path, document.line(section))
    return None


def _elsewhere(view: View) -> Iterator[Fact]:
    """Configuration in a sub-folder, which applies only to runs that start or point there."""
    for path in view.named(
        r'([^/]+/)+(\.flake8|\.?pylintrc|\.isort\.cfg|mypy\.ini|pytest\.ini|\.coveragerc|\.?ruff\.toml)'
    ):
        tool = (
            path.rsplit('/', 1)[-1]
            .strip('.')
            .removesuffix('.ini')
            .removesuffix('.toml')
            .removesuffix('rc')
            .removesuffix('.cfg')
        )
        yield Fact('tool_in_folder', path, (at(path),), 0.9, f'{tool} reads it only when run or pointed there')

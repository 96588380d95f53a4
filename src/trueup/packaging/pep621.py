"""Reads a pyproject.toml that already has `[project]`, so that other inputs can be held against it."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement

from trueup.model import Evidence
from trueup.packaging._model import PYPROJECT, Dependency, Reading, Source
from trueup.packaging._toml import blocks, parse
from trueup.repo import Repo

MANAGERS = ('poetry', 'uv', 'hatch', 'pdm', 'flit', 'maturin', 'scikit-build', 'setuptools', 'pixi')
LOCKS = {'uv.lock': 'uv', 'pdm.lock': 'pdm', 'pixi.lock': 'pixi', 'poetry.lock': 'poetry'}


def read(repo: Repo, earlier: tuple[Reading, ...]) -> Reading | None:
    """Requirements of `[project]` and `[dependency-groups]`, None without `[project]`."""
    del earlier
    text = repo.text(PYPROJECT)
    if text is None:
        return None
    data = parse(text, PYPROJECT)
    project = data.get('project')
    if not isinstance(project, Mapping):
        return None
    entries = {entry.path: entry.line for block in blocks(text) for entry in block.entries}
    found: list[Dependency] = []
    for path, items, group, extra in _arrays(data, project):
        where = Evidence(PYPROJECT, entries.get(path, 0))
        for item in items if isinstance(items, list) else []:
            if isinstance(item, str):
                found += _dependency(item, group, extra, where)
    return Reading(
        'pep621',
        dependencies=tuple(found),
        sources=(Source(PYPROJECT, 'main', f'[project], left as it is: {len(found)}'),),
    )


def managers(repo: Repo) -> tuple[str, ...]:
    """The tools that the file and the locks speak of, the build backend's last."""
    data = parse(repo.text(PYPROJECT) or '', PYPROJECT)
    tool = data.get('tool')
    build = data.get('build-system')
    backend = str(build.get('build-backend', '')) if isinstance(build, Mapping) else ''
    named = [name for name in MANAGERS if isinstance(tool, Mapping) and name in tool]
    named += [name for file, name in LOCKS.items() if file in repo]
    named += [name for name in MANAGERS if backend.replace('hatchling', 'hatch').startswith(name)]
    return tuple(dict.fromkeys(named))


def _arrays(
    data: Mapping[str, object], project: Mapping[str, object]
) -> list[tuple[tuple[str, ...], object, str, str]]:
    found: list[tuple[tuple[str, ...], object, str, str]] = [
        (('project', 'dependencies'), project.get('dependencies'), '', '')
    ]
    optional = project.get('optional-dependencies')
    for name, items in optional.items() if isinstance(optional, Mapping) else ():
        found.append((('project', 'optional-dependencies', name), items, '', name))
    groups = data.get('dependency-groups')
    for name, items in groups.items() if isinstance(groups, Mapping) else ():
        found.append((('dependency-groups', name), items, name, ''))
    return found


def _dependency(item: str, group: str, extra: str, where: Evidence) -> list[Dependency]:
    try:
        requirement = Requirement(item)
    except InvalidRequirement:
        return []
    return [
        Dependency(
            requirement.name,
            str(requirement.specifier),
            tuple(sorted(requirement.extras)),
            str(requirement.marker or ''),
            requirement.url or '',
            group,
            extra,
            before=item,
            evidence=where,
        )
    ]

"""poetry-core as the oracle: what an old and a new pyproject.toml mean, in comparable values."""

from __future__ import annotations

import re
from pathlib import Path

from poetry.core.constraints.version import Version as PoetryVersion
from poetry.core.factory import Factory
from poetry.core.packages.dependency import Dependency
from poetry.core.packages.project_package import ProjectPackage

PYTHONS = (
    [f'2.{minor}.{patch}' for minor in (6, 7) for patch in (0, 9)]
    + [f'3.{minor}.{patch}' for minor in range(15) for patch in (0, 1, 2, 9)]
    + ['4.0.0', '4.1.0']
)
RELEASES = [f'{major}.{minor}.{patch}' for major in range(6) for minor in range(8) for patch in (0, 1, 6)]


def meaning(text: str, folder: Path) -> dict[str, object]:
    """Everything that installing and building depend on."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'pyproject.toml').write_text(text)
    package = Factory().create_poetry(folder).package
    return {
        'python': pythons(package),
        'groups': groups(package),
        'optional groups': optional_groups(package),
        'extras': {str(name): sorted({item.name for item in items}) for name, items in package.extras.items()},
        'scripts': package.entry_points,
        'name': package.name,
        'version': str(package.version),
        'description': package.description,
        'authors': sorted(package.authors),
        'keywords': sorted(package.keywords),
        'urls': package.urls,
    }


def pythons(package: ProjectPackage) -> list[str]:
    """The Python versions, out of all that ever mattered, on which the service is locked."""
    constraint = package.python_constraint
    return [text for text in PYTHONS if constraint.allows(PoetryVersion.parse(text))]


def groups(package: ProjectPackage) -> dict[str, list[str]]:
    """Requirements of each group as they are locked; empty groups are no groups."""
    found: dict[str, list[str]] = {}
    for name in package.dependency_group_names(include_optional=True):
        for dependency in package.dependency_group(name).dependencies_for_locking:
            found.setdefault(str(name), []).append(requirement(dependency))
    return {name: sorted(set(items)) for name, items in found.items()}


def optional_groups(package: ProjectPackage) -> list[str]:
    """Groups that are installed only on request and hold something."""
    every = package.dependency_group_names(include_optional=True)
    return sorted(str(name) for name in every if package.dependency_group(name).is_optional())


def requirement(dependency: Dependency) -> str:
    """One requirement: name, extras, versions, place, environment."""
    extras = ','.join(sorted(dependency.features))
    place = dependency.source_name or ''
    if dependency.source_type:
        reference = dependency.source_reference or ''
        folder = dependency.source_subdirectory or ''
        place = f'{dependency.source_type} {same_address(str(dependency.source_url))}@{reference}#{folder}'
        place += ' develop' if getattr(dependency, '_develop', False) else ''
    marker = str(dependency.marker.without_extras())
    prereleases = ' pre' if dependency.allows_prereleases() else ''
    return f'{dependency.name}[{extras}] {versions(dependency)} {place}; {marker}{prereleases}'


def versions(dependency: Dependency) -> str:
    """The constraint in one spelling; unions by the releases that they allow (PEP 440 says them with holes)."""
    if dependency.source_type:
        return ''
    constraint = dependency.constraint
    if '||' in str(constraint):
        return ' '.join(text for text in RELEASES if constraint.allows(PoetryVersion.parse(text)))
    return re.sub(r'(\.0)+(?=,|$)', '', str(constraint))


def same_address(url: str) -> str:
    """`git@host:path` and `ssh://git@host/path` are one address."""
    found = re.fullmatch(r'([\w.-]+@)?([\w.-]+):(?!//)(.+)', url)
    return f'ssh://{found[1] or "git@"}{found[2]}/{found[3]}' if found else url

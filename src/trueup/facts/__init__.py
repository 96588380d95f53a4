"""What is known about a service: one module per kind of fact, listed here."""

from __future__ import annotations

from dataclasses import replace

from trueup.facts import (
    authors,
    charts,
    containers,
    dependencies,
    description,
    entry_points,
    frameworks,
    habits,
    indexes,
    linters,
    members,
    model_files,
    name,
    notebooks,
    odd_files,
    package,
    packager,
    pipelines,
    ports,
    python,
    requirement_mentions,
    test_suite,
    tools,
    undeclared,
    version,
)
from trueup.facts._requirements import mask
from trueup.facts._view import Reader, View
from trueup.model import Fact
from trueup.repo import Repo

READERS: dict[str, Reader] = {
    'authors': authors.read,
    'charts': charts.read,
    'containers': containers.read,
    'dependencies': dependencies.read,
    'description': description.read,
    'entry_points': entry_points.read,
    'frameworks': frameworks.read,
    'habits': habits.read,
    'indexes': indexes.read,
    'linters': linters.read,
    'members': members.read,
    'model_files': model_files.read,
    'name': name.read,
    'notebooks': notebooks.read,
    'odd_files': odd_files.read,
    'package': package.read,
    'packager': packager.read,
    'pipelines': pipelines.read,
    'ports': ports.read,
    'python': python.read,
    'requirement_mentions': requirement_mentions.read,
    'test_suite': test_suite.read,
    'tools': tools.read,
    'undeclared': undeclared.read,
    'version': version.read,
}
"""Every kind of fact, by the name of its module, sorted."""


def read_facts(repo: Repo, *, outer: Repo | None = None, service_root: str = '.', folder: str = '') -> tuple[Fact, ...]:
    """All facts of a service, by name.

    `outer` is the whole repository when the service is the folder `service_root` of one; pipelines and documents there
    count too, and their evidence reads `../path:line`. `folder` is the name of the folder that holds the repository.
    """
    view = View(repo, outer=outer, service_root=service_root, folder=folder)
    found = (_masked(fact) for read in READERS.values() for fact in read(view))
    return tuple(sorted(found, key=lambda fact: fact.name))


def _masked(fact: Fact) -> Fact:
    """A fact without the credentials that a command or an address may carry."""
    value = fact.value
    if isinstance(value, str):
        value = mask(value)
    elif isinstance(value, tuple):
        value = tuple(mask(item) for item in value)
    return replace(fact, value=value, note=mask(fact.note))

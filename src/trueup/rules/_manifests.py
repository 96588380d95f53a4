"""Kubernetes objects and values of charts as they stand in YAML files, with their lines."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from trueup.repo import Repo

WORKLOAD = re.compile(r'^kind:[ \t]*["\']?(?:Deployment|StatefulSet|DaemonSet|Job|CronJob|Pod|Secret)\b', re.MULTILINE)
SERVING = ('Deployment', 'StatefulSet', 'DaemonSet')
CHART = re.compile(r'(?:(.*)/)?Chart\.ya?ml')
VALUES = re.compile(r'[\w.-]*values[\w.-]*\.ya?ml', re.IGNORECASE)
LARGE, MANY = 200_000, 200
LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


class Entry(NamedTuple):
    """One value: its keys from the top (numbers in lists), the scalar's text ('' for a mapping or list), its line."""

    keys: tuple[str, ...]
    value: str
    line: int
    node: yaml.Node


class Workload(NamedTuple):
    """One object of a file, as a node."""

    path: str
    kind: str
    node: yaml.MappingNode

    @property
    def pod(self) -> yaml.MappingNode | None:
        """The specification of its pods."""
        steps = {'Pod': ('spec',), 'CronJob': ('spec', 'jobTemplate', 'spec', 'template', 'spec')}
        found: yaml.Node | None = self.node
        for step in steps.get(self.kind, ('spec', 'template', 'spec')):
            found = get(found, step)
        return found if isinstance(found, yaml.MappingNode) else None

    @property
    def containers(self) -> Iterator[tuple[str, yaml.MappingNode]]:
        """Name and node of each container that stays."""
        listed = get(self.pod, 'containers')
        for node in listed.value if isinstance(listed, yaml.SequenceNode) else ():
            if isinstance(node, yaml.MappingNode):
                name = get(node, 'name')
                yield (name.value if isinstance(name, yaml.ScalarNode) else 'container'), node


def get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """What stands under a key of a mapping."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next((value for name, value in node.value if getattr(name, 'value', None) == key), None)


def line(node: yaml.Node) -> int:
    """The line that it begins in."""
    return int(node.start_mark.line) + 1


def entries(node: yaml.Node, keys: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Everything below a node."""
    if isinstance(node, yaml.MappingNode):
        pairs = [(str(getattr(name, 'value', '')), value, line(name)) for name, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(str(number), value, line(value)) for number, value in enumerate(node.value)]
    else:
        return
    for key, value, place in pairs:
        yield Entry((*keys, key), value.value if isinstance(value, yaml.ScalarNode) else '', place, value)
        yield from entries(value, (*keys, key))


@functools.lru_cache(maxsize=256)
def documents(text: str) -> tuple[yaml.Node, ...]:
    """The documents of a file; none where it is not YAML, as templates are before they are rendered."""
    try:
        return tuple(yaml.compose_all(text, Loader=LOADER))
    except (yaml.YAMLError, RecursionError):
        return ()


def charts(repo: Repo) -> tuple[str, ...]:
    """Folders of the service's own charts ('' for the top), without those that a chart brings along."""
    folders = [match[1] or '' for path in repo.paths if (match := CHART.fullmatch(path))]
    return tuple(each for each in folders if '/charts/' not in f'/{each}/' or not _is_brought(each, folders))


def _is_brought(folder: str, folders: list[str]) -> bool:
    return any(folder.startswith(f'{other}/charts/' if other else 'charts/') for other in folders if other != folder)


def values(repo: Repo) -> Iterator[tuple[str, yaml.Node]]:
    """The values files of each chart, read."""
    folders = set(charts(repo))
    for path in repo.paths:
        parent, _, name = path.rpartition('/')
        if parent in folders and VALUES.fullmatch(name):
            yield from ((path, node) for node in documents(repo.text(path) or ''))


def templates(repo: Repo, folder: str) -> dict[str, str]:
    """The templates of a chart, as text: they are YAML only after Helm has rendered them."""
    prefix = f'{folder}/templates/' if folder else 'templates/'
    found = (path for path in repo.paths if path.startswith(prefix) and path.endswith(('.yaml', '.yml', '.tpl')))
    return {path: repo.text(path) or '' for path in found}


def workloads(repo: Repo) -> Iterator[Workload]:
    """The objects of plain manifests, outside of charts."""
    folders = [f'{folder}/' if folder else '' for folder in charts(repo)]
    listed = [path for path in repo.paths if path.endswith(('.yaml', '.yml')) and not path.startswith('.')]
    for path in listed[:MANY]:
        text = '' if any(path.startswith(folder) for folder in folders) else repo.text(path) or ''
        if len(text) > LARGE or not WORKLOAD.search(text):
            continue
        for node in documents(text):
            kind = get(node, 'kind')
            if isinstance(node, yaml.MappingNode) and isinstance(kind, yaml.ScalarNode) and get(node, 'apiVersion'):
                yield Workload(path, kind.value, node)

"""How much of the standard a service has already, topic by topic."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.lifecycle.service import ANSWERS_FILE
from trueup.merge import document_of
from trueup.model import Action, KeyPath, Plan, Score, Tree
from trueup.plan import pending
from trueup.policy import parse_target
from trueup.text.encoding import decode
from trueup.text.tree import Node

TOPICS = (
    ('format and lint', ('pyproject.toml::tool.black', 'pyproject.toml::tool.isort', 'pyproject.toml::tool.flake8')),
    ('format and lint', ('pyproject.toml::tool.pylint', 'pyproject.toml::tool.ruff', 'ruff.toml')),
    ('tests', ('pyproject.toml::tool.pytest', 'pyproject.toml::tool.coverage', 'tests/**')),
    ('hooks', ('.pre-commit-config.yaml',)),
    ('sessions', ('noxfile.py', 'Makefile')),
    ('pipeline', ('Jenkinsfile', '.github/**', '.gitlab-ci.yml')),
    ('image', ('Dockerfile', '.dockerignore')),
    ('deployment', ('helm/**', 'monitoring/**', 'alerts/**', 'charts/**')),
    ('packaging', ('pyproject.toml',)),
)
"""Topic -> what belongs to it; the first that covers a key counts. Anything else is `other files`."""
REST = 'other files'


def scores(plan: Plan, theirs: Tree, prefix: str) -> tuple[Score, ...]:
    """For each topic how many of the standard's entries the service has as they should be."""
    total: dict[str, set[tuple[str, KeyPath]]] = {}
    for path, file in theirs.items():
        if path == ANSWERS_FILE:
            continue
        text = decode(file.data)
        for key in _entries(path, None if text is None else text.text):
            total.setdefault(_topic(path, key), set()).add((path, key))
    missing = [(each.path.removeprefix(prefix), each.key) for each in pending(plan) if each.action is not Action.REMOVE]
    order = dict.fromkeys([*(topic for topic, _ in TOPICS), REST])
    return tuple(
        Score(topic, sum(not _below(entry, missing) for entry in total[topic]), len(total[topic]))
        for topic in order
        if topic in total
    )


def _below(entry: tuple[str, KeyPath], missing: list[tuple[str, KeyPath]]) -> bool:
    path, key = entry
    return any(path == other and key[: len(above)] == above for other, above in missing)


def _topic(path: str, key: KeyPath) -> str:
    for topic, targets in TOPICS:
        if any(parse_target(target).covers(path, key) for target in targets):
            return topic
    return REST


def _entries(path: str, text: str | None) -> Iterator[KeyPath]:
    """The keys of a file that have no keys below them; the file itself where it has none."""
    document = document_of(path, text)
    found = [] if document is None else list(_leaves(document.root, ()))
    yield from found or [()]


def _leaves(node: Node, key: KeyPath) -> Iterator[KeyPath]:
    if not node.children:
        yield key
    for child in node.children:
        yield from _leaves(child, (*key, child.key))

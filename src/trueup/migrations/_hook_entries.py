"""Hooks of a pre-commit configuration that run one of the standard's tools from elsewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from trueup.model import KeyPath
from trueup.text.tree import Document, Node
from trueup.text.yaml import Yaml

CONFIG = '.pre-commit-config.yaml'
REPOSITORIES = {
    'psf/black': 'black',
    'psf/black-pre-commit-mirror': 'black',
    'ambv/black': 'black',
    'python/black': 'black',
    'pycqa/isort': 'isort',
    'timothycrosley/isort': 'isort',
    'pre-commit/mirrors-isort': 'isort',
    'pycqa/flake8': 'flake8',
    'pycqa/pylint': 'pylint',
    'pylint-dev/pylint': 'pylint',
    'pre-commit/mirrors-pylint': 'pylint',
}
"""Where the tools have lived, without host and case."""
RUNNER = r'(?:(?:poetry|pipenv|uv|pdm|hatch|rye) run |python3? -m |env )*'
ENTRY = re.compile(rf'{RUNNER}(?P<tool>black|isort|flake8|pylint)(?P<rest>\s.*)?$', re.DOTALL)


class Entry(NamedTuple):
    """One such hook: the tool, where it stands, and the arguments in its `entry`."""

    tool: str
    path: KeyPath
    document: Document
    node: Node
    arguments: tuple[str, ...]
    line: int


def entries(document: Document) -> Iterator[Entry]:
    """All of them, in the order of the file."""
    repos = document.find(('repos',))
    for repo in repos.children if repos else ():
        hooks = repo.child('hooks')
        for hook in hooks.children if hooks else ():
            tool, arguments = _tool(repo, hook)
            if tool:
                line = document.text.count('\n', 0, hook.body) + 1
                yield Entry(tool, ('repos', repo.key, 'hooks', hook.key), document, hook, arguments, line)


def read(text: str) -> Document:
    """The document; raises Malformed."""
    return Yaml().parse(text)


def _tool(repo: Node, hook: Node) -> tuple[str, tuple[str, ...]]:
    address = repo.fields.get('repo', '')
    name = hook.fields.get('id', '')
    if address == 'local':
        found = ENTRY.match(hook.fields.get('entry', '').strip())
        if found is None or hook.fields.get('language') not in ('system', 'unsupported', 'python', 'script'):
            return '', ()
        try:
            return found['tool'], tuple(shlex.split(found['rest'] or ''))
        except ValueError:
            return '', ()
    place = '/'.join(address.removesuffix('.git').rstrip('/').split('/')[-2:]).lower()
    tool = REPOSITORIES.get(place, '')
    return (tool, ()) if tool and name in (tool, f'{tool}-jupyter') else ('', ())

"""Package indexes other than the public one; credentials are never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

from trueup.facts._declared import requirement_files
from trueup.facts._documents import Toml
from trueup.facts._requirements import has_credentials, mask
from trueup.facts._view import View, at
from trueup.model import Evidence, Fact

PUBLIC = (('pypi', 'org'), ('pythonhosted', 'org'), ('python', 'org'))
OPTION = (
    r'(?:^|\s)(?:--(?:extra-)?index-url|--find-links|PIP_(?:EXTRA_)?INDEX_URL|UV_INDEX_URL)["\']?[= ]\s*["\']?'
    r'(?P<url>[a-z]+://[^\s"\'\\]+)'
)
SHORT = r'^\s*(?P<option>-i|-f)\s*(?P<url>[a-z]+://[^\s"\'\\]+)'
READERS = r'(\.\./)*(makefile|tox\.ini|[^/]+\.sh|\.env[\w.]*|([^/]+/)*(docker-)?compose[\w.-]*\.ya?ml|readme(\.\w+)?)'


class Index(NamedTuple):
    """One index as one file states it; `role` is primary, supplemental or explicit."""

    address: str
    role: str
    place: Evidence


def read(view: View) -> Iterator[Fact]:
    """`private_index` for each, and `index_credentials` where one carries a user or token in the open."""
    seen: set[str] = set()
    for index in _found(view):
        masked = mask(index.address)
        if has_credentials(index.address):
            yield Fact('index_credentials', masked, (index.place,), note='a user, password or token is committed')
        if not is_public(index.address) and masked not in seen:
            seen.add(masked)
            yield Fact('private_index', masked, (index.place,), 1.0, index.role)


def is_public(address: str) -> bool:
    """Whether an address is the public index or its test instance."""
    labels = tuple((urlsplit(address).hostname or '').split('.'))
    return labels[-2:] in PUBLIC


def _found(view: View) -> Iterator[Index]:
    yield from _tables(view.pyproject, ('tool', 'poetry', 'source'), 'primary')
    yield from _tables(view.pyproject, ('tool', 'pdm', 'source'), 'primary')
    yield from _tables(view.pyproject, ('tool', 'uv', 'index'), 'supplemental')
    pipfile = view.toml('Pipfile')
    if pipfile:
        yield from _tables(pipfile, ('source',), 'primary')
    for key, role in (('index-url', 'primary'), ('extra-index-url', 'supplemental')):
        address = view.pyproject.get('tool', 'uv', key)
        for item in address if isinstance(address, list) else [address]:
            if isinstance(item, str):
                yield Index(item, role, at('pyproject.toml', view.pyproject.line('tool', 'uv', key)))
    for path in view.named(r'(\.pip/)?pip\.(conf|ini)|\.pypirc'):
        for line, found in view.search(path, r'^\s*(extra-)?(?:index-url|repository|find-links)\s*[=:]\s*(\S+)'):
            yield Index(found[2], 'supplemental' if found[1] else 'primary', at(path, line))
    for path in requirement_files(view):
        for line, found in view.search(path, SHORT):
            role = 'primary' if found['option'] == '-i' else 'supplemental'
            yield Index(found['url'], role, at(path, line))
    for path in (*requirement_files(view), *view.dockerfiles, *view.pipelines, *view.named(READERS, outer=True)):
        for line, found in view.search(path, OPTION, re.IGNORECASE):
            yield Index(
                found['url'],
                'supplemental' if re.search('extra|find-links', found[0], re.I) else 'primary',
                at(path, line),
            )


def _tables(toml: Toml, keys: tuple[str, ...], role: str) -> Iterator[Index]:
    listed = toml.get(*keys)
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, dict) and isinstance(item.get('url'), str):
            stated = (
                'explicit'
                if item.get('explicit')
                else str(item.get('priority') or ('primary' if item.get('default') else role))
            )
            yield Index(item['url'], stated, at(toml.path, toml.line(*keys, needle=item['url'])))

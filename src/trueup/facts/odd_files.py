"""Files that tools stumble over: malformed, unmerged, not UTF-8, mixed line endings, names that break elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._documents import decode
from trueup.facts._view import SOURCE_BYTES, View, at
from trueup.model import Fact, File, Mode
from trueup.repo import LARGE

TEXTS = re.compile(
    r'.*\.(py|toml|cfg|ini|txt|in|ya?ml|md|rst|sh|json)|(.*/)?(Dockerfile|Makefile|Jenkinsfile|Pipfile|\.[\w-]+)', re.I
)
CONFIGURATION = re.compile(
    r'.*\.(toml|cfg|ini|txt|in|ya?ml|py|sh)|(.*/)?(Dockerfile|Makefile|Jenkinsfile|Pipfile)', re.I
)
MARKER = re.compile(rb'^<{7} .*?^={7}\r?$.*?^>{7} ', re.MULTILINE | re.DOTALL)
FORBIDDEN = re.compile(r'[:*?"<>|\\]|[. ]$')
LISTED = 10


def read(view: View) -> Iterator[Fact]:
    """`unreadable`, `conflict_markers`, `encoding`, `line_endings`, `odd_name`, `links` and `partly_read`."""
    yield from _malformed(view)
    if (
        len(view.modules) < len(view.python_paths)
        and sum(len(module.text) for module in view.modules) > SOURCE_BYTES // 2
    ):
        left = len(view.python_paths) - len(view.modules)
        yield Fact('partly_read', left, (), 1.0, 'Python files that were too many to look into')
    carriage: list[str] = []
    links: list[str] = []
    for path in view.paths:
        if FORBIDDEN.search(path.rsplit('/', 1)[-1]):
            yield Fact('odd_name', path, (at(path),), note='cannot be checked out on Windows')
        found = view.repo.file(path) if TEXTS.fullmatch(path) else None
        if found is None or len(found.data) > LARGE:
            continue
        if found.mode is Mode.LINK:
            links.append(path)
            continue
        yield from _of_text(path, found)
        carriage += [path] if b'\r\n' in found.data else []
    if carriage:
        yield Fact('line_endings', 'CRLF', tuple(at(path) for path in carriage[:LISTED]), note=f'{len(carriage)} files')
    if links:
        yield Fact('links', tuple(links[:LISTED]), tuple(at(path) for path in links[:3]))


def _malformed(view: View) -> Iterator[Fact]:
    for toml in (view.pyproject, view.toml('Pipfile')):
        if toml and toml.error:
            yield Fact('unreadable', toml.path, (at(toml.path, toml.error_line),), note=toml.error)
    for name in ('setup.cfg', 'tox.ini', '.flake8', 'mypy.ini', 'pytest.ini'):
        ini = view.ini(name)
        if ini and ini.error:
            yield Fact('unreadable', name, (at(name, ini.error_line),), note=ini.error)
    for module in view.modules:
        if module.tree is None:
            yield Fact('unreadable', module.path, (at(module.path, module.error_line),), note=module.error)


def _of_text(path: str, found: File) -> Iterator[Fact]:
    if b'<<<<<<< ' in found.data and (marker := MARKER.search(found.data)):
        line = found.data.count(b'\n', 0, marker.start()) + 1
        yield Fact('conflict_markers', path, (at(path, line),), note='a merge was committed unresolved')
    if not CONFIGURATION.fullmatch(path):
        return
    decoded = decode(found.data)
    if decoded and decoded[1] != 'UTF-8':
        yield Fact('encoding', decoded[1], (at(path),), note='not UTF-8')
    elif found.data.startswith(b'\xef\xbb\xbf'):
        yield Fact('encoding', 'UTF-8 with BOM', (at(path),))

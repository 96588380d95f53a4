"""Hands a PEP 621 file that only setuptools (or nothing) builds over to Poetry, editing it where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import tomlkit
from tomlkit.items import Array, Table

from trueup.model import Action, Decision, Owner
from trueup.packaging import _write
from trueup.packaging._model import PYPROJECT, Dependency
from trueup.packaging._toml import parse
from trueup.packaging._write import Content


def obstacle(text: str, managers: Iterable[str]) -> str:
    """Why the file must stay with what builds it now, empty if nothing is in the way."""
    others = [name for name in managers if name != 'setuptools']
    if others:
        return f'{", ".join(others)} manages it'
    project = parse(text, PYPROJECT).get('project')
    dynamic = project.get('dynamic', []) if isinstance(project, Mapping) else []
    return f'{", ".join(dynamic)} is computed by setuptools (dynamic)' if dynamic else ''


def hand_over(text: str, content: Content) -> tuple[str, tuple[Decision, ...]]:
    """The file with poetry-core as its builder and the requirements that other files add."""
    document = tomlkit.parse(text)
    decision = _build(document)
    for item in content.dependencies:
        _array(document, item).append(item.requirement)
    body = document.as_string()
    tables = [_write.poetry(content), *_write.enrichments(content), *map(_write.source, content.indexes)]
    pieces = [body if body.endswith('\n') else f'{body}\n', *(f'\n{table}' for table in tables if table)]
    return ''.join(pieces), (decision,)


def _build(document: tomlkit.TOMLDocument) -> Decision:
    old = document.get('build-system')
    before = old.as_string().strip() if isinstance(old, Table) else None
    table = old if isinstance(old, Table) else tomlkit.table()
    kept = [str(item) for item in table.get('requires', []) if not str(item).startswith(('setuptools', 'wheel'))]
    table['requires'] = [_write.REQUIRES, *kept]
    table['build-backend'] = _write.BACKEND
    if before is None:
        document['build-system'] = table
    after = f'requires = {[_write.REQUIRES, *kept]}'
    action = Action.CHANGE if before else Action.ADD
    return Decision(
        PYPROJECT, ('build-system',), action, before, after, Owner.TEAM, 'Poetry builds the service now', 'answers'
    )


def _array(document: tomlkit.TOMLDocument, item: Dependency) -> Array:
    path = item.key_path[:-1]
    node: Table = document  # type: ignore[assignment]
    for part in path[:-1]:
        node = node.setdefault(part, tomlkit.table())
    if path[-1] not in node:
        node[path[-1]] = tomlkit.array().multiline(True)
    found = node[path[-1]]
    assert isinstance(found, Array)
    return found

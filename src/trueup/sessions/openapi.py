"""The API that clients were promised: `openapi.json` against the one of the last release, or of the main branch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import nox

from trueup.errors import UserError
from trueup.git import answers, text_of, tree_file
from trueup.sessions._breaking import breaking
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._version import line_of

FILE = 'openapi.json'
BRANCHES = ('origin/HEAD', 'origin/main', 'origin/master', 'main', 'master')
ADVICE = (
    'leave /v1 as it is and add a /v2 beside it; or, where every client can follow, '
    'copy the line into openapi_accept under [tool.trueup.sessions]'
)


class Verdict(NamedTuple):
    """Lines that break clients, accepted ones, and acceptances that nothing needs any more."""

    broken: tuple[str, ...]
    accepted: tuple[str, ...]
    idle: tuple[str, ...]


def judge(old: Mapping[str, Any], new: Mapping[str, Any], accept: tuple[str, ...] = ()) -> Verdict:
    """What became of the promise."""
    found = breaking(old, new)
    return Verdict(
        tuple(line for line in found if line not in accept),
        tuple(line for line in found if line in accept),
        tuple(line for line in accept if line not in found),
    )


def base_of(options: Options) -> str:
    """The newest release, else where this branch left the main one; empty if there is neither."""
    line = line_of(options)
    newest = line.newest()
    if newest is not None:
        return line.tag(newest)
    for name in BRANCHES:
        if answers(options.root, 'rev-parse', '--verify', '--quiet', f'{name}^{{commit}}'):
            return text_of(options.root, 'merge-base', name, 'HEAD')
    return ''


def _run(handle: nox.Session, options: Options) -> Details | None:
    try:
        return _compare(handle, options)
    except UserError as error:
        handle.error(f'{error}; {error.hint}')


def _compare(handle: nox.Session, options: Options) -> Details:
    path = options.root / FILE
    if not path.is_file():
        return _nothing(handle, f'no {FILE}: the API is not described')
    base = handle.posargs[0] if handle.posargs else base_of(options)
    if not base:
        return _nothing(handle, 'neither a release nor a main branch to compare with')
    prefix = text_of(options.root, 'rev-parse', '--show-prefix')
    before = tree_file(options.root, f'{base}^{{commit}}', f'{prefix}{FILE}')
    if before is None:
        return _nothing(handle, f'{base} has no {FILE} yet')
    old = _read(before.data, f'{base}:{FILE}')
    verdict = judge(old, _read(path.read_bytes(), FILE), options.openapi_accept)
    for line in verdict.accepted:
        handle.log('accepted: %s', line)
    for line in verdict.idle:
        handle.warn(f'openapi_accept: nothing breaks so any more: {line}')
    if verdict.broken:
        for line in verdict.broken:
            handle.warn(line)
        handle.error(f'clients of {base} break: {len(verdict.broken)} changes in {FILE}; {ADVICE}')
    return Details(note=f'clients of {base} are safe')


def _nothing(handle: nox.Session, note: str) -> Details:
    handle.log(note)
    return Details(note=note, skipped=True)


def _read(content: bytes, where: str) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except ValueError as error:
        raise UserError(f'not valid JSON: {error}', where=where, hint='write it anew: make docs') from error
    if not isinstance(document, Mapping) or 'paths' not in document:
        raise UserError('no OpenAPI document', where=where, hint='it needs a member "paths"')
    return document


SESSION = Session('openapi', f'Clients of the last release still work, by `{FILE}`.', _run)

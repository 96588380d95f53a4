"""Hands the sessions to Nox with the options that the whole team shares."""

from __future__ import annotations

import ast
import importlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nox

from trueup.errors import UserError
from trueup.sessions._interpreters import allowed, extended_path, find_all, matrix, without_uv
from trueup.sessions._options import Options, read_options
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import record
from trueup.sessions._watch import watch

NAMES = (
    'audit',
    'build',
    'check',
    'contract',
    'docs',
    'format',
    'helm',
    'image',
    'lint',
    'load',
    'openapi',
    'publish',
    'release',
    'sbom',
    'tests',
    'typecheck',
)
"""Sessions by name; each is the module of that name beside this one."""

ORDER = (
    'lint',
    'format',
    'tests',
    'typecheck',
    'check',
    'openapi',
    'contract',
    'load',
    'audit',
    'sbom',
    'build',
    'image',
    'helm',
    'docs',
    'publish',
    'release',
)


def register(skip: Collection[str] = ()) -> None:
    """Register the standard's sessions for the noxfile in the current folder, but those named in `skip`.

    A mistake in the noxfile or in pyproject.toml ends the run with one line of what, one of hint, and exit code 2.
    """
    try:
        _register(frozenset([skip] if isinstance(skip, str) else skip))
    except UserError as error:
        print(f'error: {error}\nhint: {error.hint}', file=sys.stderr)
        raise SystemExit(int(error.exit_code)) from error


def load(name: str) -> Session:
    """The session of that name."""
    session = importlib.import_module(f'trueup.sessions.{name}').SESSION
    assert isinstance(session, Session)
    return session


def _register(skip: frozenset[str]) -> None:
    if unknown := sorted(skip - set(NAMES)):
        raise UserError(
            f'register(skip=...) names {unknown[0]!r}', where='noxfile.py', hint=f'sessions: {", ".join(NAMES)}'
        )
    _share_options()
    options = read_options(Path.cwd())
    own = _own_names(Path.cwd() / 'noxfile.py')
    sessions = [session for name in ORDER if name not in skip and _is_wanted(session := load(name), own)]
    pythons: tuple[str, ...] = ()
    if any(session.place != 'none' for session in sessions):
        uv = shutil.which('uv') is not None
        wanted = options.pythons or allowed(options.requires_python, uv=uv)
        if not uv and (old := without_uv(wanted, options.requires_python)):
            print(f'not verified: Python {", ".join(old)}; only uv makes an environment for it', file=sys.stderr)
            options = replace(options, pythons=tuple(each for each in options.pythons if each not in old))
            wanted = tuple(each for each in wanted if each not in old)
        interpreters = find_all(wanted)
        os.environ['PATH'] = extended_path(os.environ.get('PATH', ''), interpreters.values())
        pythons = matrix(options.pythons, options.requires_python, interpreters.get, uv=uv) if wanted else ()
        options = replace(options, absent=tuple(version for version in wanted if version not in interpreters))
    known = _known_names(sessions, pythons)
    for session in sessions:
        nox.session(
            name=session.name,
            python=_pythons(session, pythons, options.absent),
            default=session.default,
            allow_parallel=session.parallel,
        )(_recorded(session, options, known) if pythons or session.place == 'none' else _unverified(session, options))
    watch(options.root / options.reports, known)


def _own_names(noxfile: Path) -> frozenset[str]:
    """Names of the sessions that the noxfile defines itself; Nox knows one session of a name."""
    try:
        tree = ast.parse(noxfile.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()  # Nox itself says what is wrong with it
    return frozenset(name for node in tree.body if isinstance(node, ast.FunctionDef) for name in _session_names(node))


def _session_names(node: ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        call = decorator if isinstance(decorator, ast.Call) else None
        if ast.unparse(call.func if call else decorator) in ('nox.session', 'session', 'nox_session'):
            named = [word.value for word in (call.keywords if call else ()) if word.arg == 'name']
            yield str(named[0].value) if named and isinstance(named[0], ast.Constant) else node.name


def _is_wanted(session: Session, own: Collection[str]) -> bool:
    """Whether the standard's session is registered; one that a bare `nox` leaves out gives way to the service's own."""
    if session.default or session.name not in own:
        return True
    print(f"noxfile.py has a session {session.name} of its own: the standard's is left out", file=sys.stderr)
    return False


def _pythons(session: Session, pythons: tuple[str, ...], absent: tuple[str, ...]) -> list[str] | str | bool | None:
    """As Nox takes it: every Python of the matrix, the newest of those present, or False for no environment."""
    if not pythons:
        return False
    if session.place == 'each':
        return list(pythons)
    if session.place == 'none':
        return False
    return max((each for each in pythons if each not in absent), key=_number, default=pythons[-1])


def _unverified(session: Session, options: Options) -> Callable[[nox.Session], None]:
    """What stands in for a session that no Python here can run."""

    def run(handle: nox.Session) -> None:
        handle.skip(f'not verified: no environment can be made here for Python {options.requires_python}')

    run.__doc__ = session.description
    return run


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split('.'))


def _share_options() -> None:
    nox.options.default_venv_backend = 'uv|virtualenv'
    nox.options.reuse_venv = 'yes'
    nox.options.download_python = 'never'
    nox.options.error_on_missing_interpreters = bool(os.environ.get('CI'))


def _known_names(sessions: Collection[Session], pythons: Collection[str]) -> tuple[str, ...]:
    names: list[str] = []
    for session in sessions:
        names += [f'{session.name}-{python}' for python in pythons] if session.place == 'each' else [session.name]
    return tuple(names)


def _recorded(session: Session, options: Options, known: tuple[str, ...]) -> Callable[[nox.Session], None]:
    """The session as Nox calls it: however it ends, the summary says so."""

    def run(handle: nox.Session) -> None:
        started = time.monotonic()
        details: Details | None = None
        status = 'failed'
        try:
            details = session.run(handle, options)
            status = 'not run' if details is None else 'skipped' if details.skipped else 'passed'
        finally:
            if status != 'not run':
                details = details or session.read(handle, options)
                entry = _entry(handle, details) | {'status': status, 'seconds': round(time.monotonic() - started, 2)}
                record(options.root / options.reports, entry, known=known)

    run.__doc__ = session.description
    return run


def _entry(handle: nox.Session, details: Details) -> dict[str, object]:
    entry: dict[str, object] = {'name': handle.name, 'finished': datetime.now(UTC).isoformat(timespec='seconds')}
    if isinstance(handle.python, str):
        entry['python'] = handle.python
    if details.tests:
        entry['tests'] = dict(details.tests)
    if details.coverage is not None:
        entry['coverage'] = details.coverage
    if details.note:
        entry['note'] = details.note
    if details.reports:
        entry['reports'] = list(details.reports)
    return entry

"""One adoption of a copy of a service, and everything that is looked at afterwards."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import _oracle
import yaml
from _lost import Piece, lost

TRUEUP = (sys.executable, '-m', 'trueup')
SECONDS = 1800
CRASH = 70
WAITING = {'trueup check', 'poetry check'}
"""Hooks that fail as long as a decision is open: that is what they are for."""
HOOKS = '.pre-commit-config.yaml'
LOCK = 'poetry.lock'


@dataclass(slots=True)
class Ran:
    """One command: its exit code (-1 when it was stopped), what it took, and what it printed."""

    code: int
    cpu: float
    wall: float
    memory: float
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Options:
    """What every service of a run is measured with."""

    standard: str
    work: Path
    verify: str = 'none'
    skip: frozenset[str] = frozenset()
    dates: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Row:
    """What came of one service; None is what was not looked at."""

    name: str
    files: int = 0
    lines: int = 0
    python3: bool = True
    exit: int = -1
    seconds: float = 0.0
    cpu: float = 0.0
    light_cpu: float = 0.0
    light_memory: float = 0.0
    untouched: bool = False
    check: int | None = None
    exact: bool | None = None
    poetry: int | None = None
    lint: int | None = None
    hooks: int | None = None
    only_open: bool = False
    as_before: bool = False
    oracle: _oracle.Verdict | None = None
    tests: str = '-'
    added: int | None = None
    undone: bool | None = None
    lost: tuple[Piece, ...] = ()
    shown: tuple[Piece, ...] = ()
    notes: list[str] = field(default_factory=list)


def measure(source: Path, root: str, options: Options) -> Row:
    """Adopt a copy of the service and look at everything that was asked for."""
    name = source.name if root == '.' else f'{source.name}/{root}'
    copy = options.work / name.replace('/', '--') / source.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir(parents=True)
    shutil.copytree(source, copy, symlinks=True)
    row = Row(name)
    row.files, row.lines, row.python3 = _size(copy / root)
    before = picture(copy)
    light = run([*TRUEUP, 'adopt', '--plan', *_common(root, options)], copy)
    row.light_cpu, row.light_memory = light.cpu, light.memory
    given = ['--defaults', '--verify', options.verify, '--format', 'json']
    ran = run([*TRUEUP, 'adopt', *given, *_common(root, options), *_date(copy, options)], copy)
    row.exit, row.seconds, row.cpu = ran.code, ran.wall, ran.cpu
    row.untouched = picture(copy) == before
    report = _report(ran, row)
    branch = str(report.get('branch') or '')
    if branch:
        _branch(row, copy, (root, branch, report), options)
    undo = run([*TRUEUP, 'undo', '--service-root', root], copy)
    row.undone = undo.code == 0 and picture(copy) == before
    return row


def _common(root: str, options: Options) -> list[str]:
    return ['--standard', options.standard, '--service-root', root]


def _date(copy: Path, options: Options) -> list[str]:
    """Installers see the index as it was on the day of the last commit, where a date is known."""
    date = options.dates.get(copy.name)
    return ['--verify-date', date] if date else []


def _report(ran: Ran, row: Row) -> dict[str, Any]:
    if ran.code in (CRASH, -1) or 'Traceback' in ran.err:
        row.notes.append(ran.err.strip().splitlines()[-1] if ran.err.strip() else f'exit {ran.code}')
    try:
        data = json.loads(ran.out)
    except ValueError:
        row.notes.append((ran.err.strip() or 'no report').splitlines()[0])
        return {}
    outcome: dict[str, Any] = data['outcomes'][0]
    return outcome


def _branch(row: Row, copy: Path, made: tuple[str, str, Mapping[str, Any]], options: Options) -> None:
    """Look at the branch as a developer who switched to it would."""
    root, branch, report = made
    start = git(copy, 'rev-parse', 'HEAD').strip()
    origin = git(copy, 'symbolic-ref', '--short', 'HEAD').strip()
    added = git(copy, 'diff', '--name-only', '--diff-filter=A', '--no-renames', start, branch).splitlines()
    row.added = len(added)
    found = lost(tree(copy, start), tree(copy, branch), report)
    row.lost, row.shown = found.unsaid, found.shown
    row.tests = _tests(report)
    old = _read_before(row, copy / root, report)
    _switch(copy, branch)
    try:
        row.oracle = _compare(old, copy / root, report) if old else None
        row.notes += [f'oracle: {text[:160]}' for text in (row.oracle.wrong if row.oracle else ())]
        _look(row, copy, (root, report), options.skip)
        if 'hooks' not in options.skip:
            _hooks(row, copy, (origin, branch))
    finally:
        _switch(copy, origin)


def _switch(copy: Path, branch: str) -> None:
    """Go to a branch; what hooks and sessions left in the tree is no part of it."""
    git(copy, 'checkout', '--quiet', '--', '.')
    git(copy, 'switch', '--quiet', branch)


def _read_before(row: Row, folder: Path, report: Mapping[str, Any]) -> _oracle.Reading | None:
    cited = {str(item['source']).partition(':')[0] for item in report.get('decisions', ())}
    try:
        return _oracle.before(folder, [path for path in cited if _oracle.FILES.fullmatch(path.rpartition('/')[2])])
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        row.notes.append(f'oracle: the old packaging can not be read: {error}')
        return None


def _compare(old: _oracle.Reading, folder: Path, report: Mapping[str, Any]) -> _oracle.Verdict | None:
    try:
        new = _oracle.after(folder) if (folder / 'pyproject.toml').is_file() else None
    except ValueError as error:
        return _oracle.Verdict(len(old.requirements), (f'not readable: {error}',))
    return _oracle.compare(old, new, report) if new else None


def _look(row: Row, copy: Path, made: tuple[str, Mapping[str, Any]], skip: frozenset[str]) -> None:
    root, report = made
    checked = run([*TRUEUP, 'check', '--service-root', root, '--format', 'json'], copy)
    row.check = checked.code
    row.exact = checked.code == 0 or _found(checked.out) == _open(report)
    if not row.exact:
        row.notes += [f'check: {name}' for name in sorted(_found(checked.out) ^ _open(report))[:6]]
    folder = copy / root
    waits = any(name.endswith(LOCK) for name in _open(report))
    if 'lock' not in skip and (folder / LOCK).is_file() and not waits:
        row.poetry = run(['poetry', 'check', '--lock', '--no-interaction'], folder).code
    if 'lint' not in skip:
        row.lint = _said(row, 'lint', run([sys.executable, '-m', 'nox', '-s', 'lint'], folder))


def _hooks(row: Row, copy: Path, branches: tuple[str, str]) -> None:
    """All hooks; a team's own that fail on the branch were perhaps failing on the branch it was made from."""
    origin, branch = branches
    ran = _run_hooks(row, copy)
    failed = _failed(ran)
    row.only_open = bool(row.check) and bool(row.exact) and failed <= WAITING
    row.hooks = ran.code
    if ran.code and not row.only_open:
        _switch(copy, origin)
        earlier = _failed(_run_hooks(row, copy)) if (copy / HOOKS).is_file() else set()
        _switch(copy, branch)
        row.as_before = bool(failed) and failed <= earlier
        row.notes += [f'hooks: {name} failed before too' for name in sorted(failed & earlier)]
    _said(row, 'hooks', ran)


def _run_hooks(row: Row, copy: Path) -> Ran:
    """Those of other repositories are left out when their address can't be reached from here."""
    command = [sys.executable, '-m', 'pre_commit', 'run', '--all-files']
    ran = run(command, copy)
    if 'unable to access' in ran.out + ran.err:
        reduced = copy.parent / 'reachable.yaml'
        row.notes.append(f'hooks of unreachable repositories left out: {_reduce(copy / HOOKS, reduced)}')
        ran = run([*command, '--config', str(reduced)], copy)
    return ran


def _failed(ran: Ran) -> set[str]:
    return {line.partition('...')[0] for line in ran.out.splitlines() if line.endswith('Failed')}


def _reduce(path: Path, to: Path) -> str:
    """Write the hooks without those of repositories that are not on this machine; returns the latter's names."""
    data = yaml.safe_load(path.read_text(encoding='utf-8'))
    near = [each for each in data['repos'] if str(each['repo']).startswith(('local', 'meta', 'file://', '/'))]
    far = [hook['id'] for each in data['repos'] if each not in near for hook in each['hooks']]
    to.write_text(yaml.safe_dump({**data, 'repos': near}), encoding='utf-8')
    return ', '.join(far)


def _said(row: Row, what: str, ran: Ran) -> int:
    if ran.code != 0:
        lines = [line for line in (ran.out + ran.err).splitlines() if line.strip()]
        row.notes += [f'{what}: {line[:160]}' for line in lines[-6:]]
    return ran.code


def _found(text: str) -> set[str]:
    """File and key of each finding of `check`; an open decision has its key in the message."""
    try:
        found = json.loads(text)['outcomes'][0].get('findings', ())
    except (ValueError, LookupError):
        return {'unreadable'}
    counted = [item for item in found if item['severity'] != 'note']
    return {_named(item['path'], item['name'], item['message'].partition(' waits for')) for item in counted}


def _named(path: str, name: str, message: tuple[str, str, str]) -> str:
    return f'{path}::{message[0]}' if message[1] else name


def _open(report: Mapping[str, Any]) -> set[str]:
    return {item['name'] for item in report.get('conflicts', ())}


def _tests(report: Mapping[str, Any]) -> str:
    for item in report.get('verifications', ()):
        if item.get('name') == 'tests':
            return str(item.get('status'))
    return '-'


def _size(folder: Path) -> tuple[int, int, bool]:
    """Files, lines of Python, and whether any module of it is Python 3."""
    names = [name for name in git(folder, 'ls-files', '-z').split('\0') if name]
    python = [folder / name for name in names if name.endswith('.py') and (folder / name).is_file()]
    sources = [path.read_bytes() for path in python]
    return len(names), sum(source.count(b'\n') for source in sources), any(map(_is_python3, sources))


def _is_python3(source: bytes) -> bool:
    try:
        compile(source, 'module', 'exec', dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return bool(source.strip())


def picture(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file and link with mode and content, what HEAD is, and what Git has to say about the state."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(root):
        if '.git' in folders:
            folders.remove('.git')
        for name in [*files, *(each for each in folders if os.path.islink(os.path.join(folder, each)))]:
            path = Path(folder, name)
            content = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()
            found[str(path.relative_to(root))] = (path.lstat().st_mode, content)
    found['HEAD'] = (0, git(root, 'rev-parse', 'HEAD', '--symbolic-full-name', 'HEAD').encode())
    found['status'] = (0, git(root, 'status', '--porcelain', '--ignored').encode())
    return found


def tree(root: Path, commit: str) -> dict[str, bytes]:
    """The files of a commit."""
    listed = git(root, 'ls-tree', '-r', '-z', commit).split('\0')
    entries = [line.partition('\t')[::2] for line in listed if line and ' blob ' in line.partition('\t')[0]]
    command = ['git', 'cat-file', '--batch']
    wanted = '\n'.join(meta.split()[2] for meta, _ in entries).encode() + b'\n'
    blobs = subprocess.run(command, cwd=root, input=wanted, capture_output=True, check=True).stdout
    found, start = {}, 0
    for _, path in entries:
        end = blobs.index(b'\n', start)
        size = int(blobs[start:end].split()[2])
        found[path] = blobs[end + 1 : end + 1 + size]
        start = end + size + 2
    return found


def git(folder: Path, *arguments: str) -> str:
    """What Git prints."""
    command = ['git', '-c', 'core.quotePath=false', *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return done.stdout.decode('utf-8', 'surrogateescape')


def run(command: Sequence[str], folder: Path, *, environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command with its children in a process group of its own, and stop all of them when it hangs."""
    env = {**os.environ, 'NO_COLOR': '1', **(environment or {})}
    start = time.perf_counter()
    with tempfile.TemporaryFile() as to_out, tempfile.TemporaryFile() as to_err:
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=to_out, stderr=to_err, start_new_session=True
        )
        status, usage = _wait(process.pid, start)
        process.returncode = code = os.waitstatus_to_exitcode(status) if status is not None else -1
        cost = (usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)
        return Ran(code, *cost, _text(to_out), _text(to_err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode('utf-8', 'replace')


def _wait(pid: int, start: float) -> tuple[int | None, Any]:
    while True:
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if found:
            return status, usage
        if time.perf_counter() - start > SECONDS:
            os.killpg(pid, signal.SIGKILL)
            _, _, usage = os.wait4(pid, 0)
            return None, usage
        time.sleep(0.05)

"""A second work tree in which a verb does its work, so that the user's own stays as it is until all is well."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import Refusal
from trueup.git import GitError, common_dir, run_git, text_of
from trueup.lifecycle.service import Service
from trueup.model import Change, File, Mode
from trueup.settings import cache_folder

NO_HOOKS = ('-c', f'core.hooksPath={os.devnull}', '-c', 'commit.gpgsign=false', '-c', 'core.autocrlf=false')


@dataclass(frozen=True, slots=True)
class Workspace:
    """A detached work tree of the repository; `root` is its top, `prefix` the service's folder in it."""

    root: Path
    prefix: str
    date: str
    identity: tuple[str, ...]

    @property
    def service(self) -> Path:
        """The service's folder."""
        return self.root / self.prefix if self.prefix else self.root

    def write(self, changes: Iterable[Change]) -> None:
        """Carry out changes, paths from the top."""
        for change in changes:
            write_file(self.root / change.path, change.after)

    def commit(self, message: str) -> str | None:
        """Commit all that differs; None when nothing does. The date is the base commit's, so a repeat is identical."""
        run_git(self.root, 'add', '--all', '--', '.')
        if not run_git(self.root, 'status', '--porcelain', '-z', '--untracked-files=no').strip(b'\0'):
            return None
        run_git(
            self.root,
            *NO_HOOKS,
            *self.identity,
            'commit',
            '--quiet',
            '--no-verify',
            '-m',
            message,
            environment={'GIT_AUTHOR_DATE': self.date, 'GIT_COMMITTER_DATE': self.date},
        )
        return text_of(self.root, 'rev-parse', 'HEAD')

    def force_add(self, path: str) -> None:
        """Stage a file that the service's ignore rules would hide."""
        run_git(self.root, 'add', '--force', '--', path)


@contextmanager
def workspace(service: Service, commit: str) -> Iterator[Workspace]:
    """A fresh detached work tree at `commit`, gone afterwards whatever happens; a killed run leaves only litter in the cache."""
    parent = sweep(service)
    # The folder has the repository's name: tools show it, and a service may be named after its folder.
    scratch = Path(tempfile.mkdtemp(prefix=f'{os.getpid()}-', dir=parent)).resolve()
    root = scratch / service.top.name
    try:
        run_git(
            service.top,
            *NO_HOOKS,
            'worktree',
            'add',
            '--quiet',
            '--detach',
            str(root),
            commit,
            environment={'GIT_LFS_SKIP_SMUDGE': '1'},
        )
        yield Workspace(root, service.prefix, _date_of(service, commit), _identity(service))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        run_git(service.top, 'worktree', 'prune')


def sweep(service: Service) -> Path:
    """Remove the work trees of runs that were killed; returns the folder of all work trees."""
    parent = cache_folder() / 'worktrees'
    parent.mkdir(parents=True, exist_ok=True)
    for folder in parent.iterdir():
        _remove_if_left(folder, folder.name.partition('-')[0])
    for folder in Path(tempfile.gettempdir()).glob('trueup-*-*-*'):
        _remove_if_left(folder, folder.name.split('-')[2])
    if (common_dir(service.top) / 'worktrees').is_dir():
        run_git(service.top, 'worktree', 'prune')
    return parent


def _remove_if_left(folder: Path, number: str) -> None:
    if number.isdigit() and not alive(int(number)):
        shutil.rmtree(folder, ignore_errors=True)


def alive(process: int) -> bool:
    """Whether a process still runs."""
    if os.name == 'nt':  # there, signal 0 would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _date_of(service: Service, commit: str) -> str:
    return text_of(service.top, 'show', '-s', '--format=%cI', commit)


def _identity(service: Service) -> tuple[str, ...]:
    """The user's identity, or ours where Git knows none."""
    try:
        run_git(service.top, 'var', 'GIT_AUTHOR_IDENT')
    except GitError:
        return ('-c', 'user.name=trueup', '-c', 'user.email=trueup@localhost')
    return ()


def write_file(path: Path, file: File | None) -> None:
    """Write one file atomically with its mode, or remove it and the folders that become empty."""
    if file is None:
        path.unlink(missing_ok=True)
        for parent in path.parents:
            try:
                parent.rmdir()
            except OSError:
                break
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() and file.mode is not Mode.LINK:
        raise Refusal('a symbolic link stands where a file would be written', where=str(path), hint='remove the link')
    handle, name = tempfile.mkstemp(dir=path.parent, prefix='.trueup-')
    try:
        with os.fdopen(handle, 'wb') as stream:
            stream.write(b'' if file.mode is Mode.LINK else file.data)
        if file.mode is Mode.LINK:
            os.unlink(name)
            os.symlink(os.fsdecode(file.data), name)
        else:
            os.chmod(name, 0o755 if file.mode is Mode.EXECUTABLE else 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

"""Git, as a program: the one module that runs it, and the only one that writes refs, worktrees and commits."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trueup.errors import ExitCode, Missing, Refusal, UserError

if TYPE_CHECKING:
    from trueup.model import File, Mode

QUIET_ENVIRONMENT = {'GIT_TERMINAL_PROMPT': '0', 'LC_ALL': 'C', 'GIT_OPTIONAL_LOCKS': '0'}
# Set while a hook runs; they would bend every call to the hook's repository.
LEAKING = ('GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX', 'GIT_COMMON_DIR')


class GitError(UserError):
    """A Git command failed; `message` is the last line that Git said."""


def run_git(
    folder: Path, *arguments: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None
) -> bytes:
    """Standard output of `git ARGUMENTS` in `folder`; raises GitError, or Missing if there is no Git."""
    env = {name: value for name, value in os.environ.items() if name not in LEAKING}
    env |= QUIET_ENVIRONMENT | dict(environment or {})
    try:
        done = subprocess.run(['git', *arguments], cwd=folder, input=stdin, capture_output=True, env=env, check=False)
    except FileNotFoundError as error:
        if folder.is_dir():
            raise Missing('Git was not found', hint='install git and have it on PATH') from error
        raise UserError('no such folder', where=str(folder), hint='check the path') from error
    if done.returncode:
        lines = done.stderr.decode(errors='replace').strip().splitlines() or [f'exit code {done.returncode}']
        raise GitError(
            f'git {arguments[0]} failed: {lines[-1]}',
            where=str(folder),
            hint='run the same command to see more',
            exit_code=ExitCode.REFUSED,
        )
    return done.stdout


def text_of(folder: Path, *arguments: str) -> str:
    """Like run_git, as stripped text."""
    return run_git(folder, *arguments).decode(errors='surrogateescape').strip()


def answers(folder: Path, *arguments: str) -> bool:
    """Whether the Git command ends well."""
    try:
        run_git(folder, *arguments)
    except GitError:
        return False
    return True


def toplevel(folder: Path) -> Path:
    """Root of the work tree that holds `folder`; raises Refusal if there is none."""
    try:
        return Path(text_of(folder, 'rev-parse', '--show-toplevel'))
    except GitError as error:
        raise Refusal('not a Git repository', where=str(folder), hint='run `git init` and commit first') from error


def common_dir(folder: Path) -> Path:
    """Git's own folder, shared by all worktrees; journals and reports live below it."""
    if (folder / '.git').is_dir():
        return (folder / '.git').resolve()
    return (folder / text_of(folder, 'rev-parse', '--git-common-dir')).resolve()


def head_commit(folder: Path) -> str | None:
    """Full name of HEAD's commit, None in a repository without commits."""
    try:
        return text_of(folder, 'rev-parse', '--verify', '--quiet', 'HEAD^{commit}')
    except GitError:
        return None


def branch(folder: Path) -> str | None:
    """Name of the current branch, None when HEAD is detached."""
    try:
        return text_of(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD')
    except GitError:
        return None


def tracked_paths(folder: Path) -> tuple[str, ...]:
    """Paths below `folder` in the index, relative to it; submodules are left out."""
    names: list[str] = []
    for entry in run_git(folder, 'ls-files', '-s', '-z', '--', '.').split(b'\0'):
        meta, _, path = entry.partition(b'\t')
        if path and not meta.startswith(b'160000'):
            names.append(os.fsdecode(path))
    return tuple(dict.fromkeys(names))


def dirty_paths(folder: Path) -> tuple[str, ...]:
    """Paths relative to the repository's root with uncommitted changes or untracked; ignored files don't count."""
    entries = run_git(folder, 'status', '--porcelain', '-z', '--untracked-files=all', '--no-renames').split(b'\0')
    return tuple(os.fsdecode(entry[3:]) for entry in entries if entry)


def tree_entries(folder: Path, revision: str) -> dict[str, tuple[str, str]]:
    """Path -> (mode, blob) of all files of a commit or tree, submodules left out."""
    found: dict[str, tuple[str, str]] = {}
    for entry in run_git(folder, 'ls-tree', '-r', '-z', '--full-tree', revision).split(b'\0'):
        meta, _, path = entry.partition(b'\t')
        if path:
            mode, kind, blob = meta.decode().split()
            if kind == 'blob':
                found[os.fsdecode(path)] = (mode, blob)
    return found


def blobs(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Contents of blobs by name, read in one Git process; those that the repository lacks are absent."""
    if not names:
        return {}
    stream = run_git(folder, 'cat-file', '--batch', stdin=''.join(f'{name}\n' for name in names).encode())
    found: dict[str, bytes] = {}
    position = 0
    while position < len(stream):
        end = stream.index(b'\n', position)
        words = stream[position:end].split()
        position = end + 1
        if words[1] == b'missing':
            continue
        size = int(words[2])
        found[words[0].decode()] = stream[position : position + size]
        position += size + 1
    return found


def tree_files(folder: Path, revision: str, prefix: str = '') -> dict[str, File]:
    """All files of a revision below `prefix`, by path relative to it."""
    from trueup.model import File  # thirty classes that a commit hook has no use for

    entries = {path: entry for path, entry in tree_entries(folder, revision).items() if path.startswith(prefix)}
    contents = blobs(folder, sorted({blob for _, blob in entries.values()}))
    return {
        path[len(prefix) :]: File(contents[blob], mode_of(mode))
        for path, (mode, blob) in entries.items()
        if blob in contents
    }


def tree_file(folder: Path, revision: str, path: str) -> File | None:
    """One file of a revision, None if it has none there."""
    from trueup.model import File

    entry = tree_entries(folder, revision).get(path)
    if entry is None:
        return None
    return File(run_git(folder, 'cat-file', 'blob', entry[1]), mode_of(entry[0]))


def mode_of(text: str) -> Mode:
    """A mode as a tree holds it; old histories have some (100664) that Git itself now takes as plain."""
    from trueup.model import Mode

    return Mode(text) if text in set(Mode) else Mode.PLAIN

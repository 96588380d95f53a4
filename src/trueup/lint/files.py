"""The one list of files that hook, session and command line give to every linter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath

from trueup.errors import UserError
from trueup.git import GitError, answers, run_git, tracked_paths
from trueup.lint.configuration import ancestors
from trueup.lint.foreign import is_foreign

SUFFIXES = ('.py', '.pyi')
MARKERS = ('pyproject.toml', '.copier-answers.yml')

LineReader = Callable[[str, int], str]
"""Text of a line (counted from 1) of a file by its relative path; empty if there is none."""


def python_files(root: Path) -> tuple[str, ...]:
    """Tracked Python files of the team below `root`, relative to it; outside Git, all that no hidden folder holds."""
    try:
        names: Iterable[str] = tracked_paths(root)
    except GitError:
        names = _walk(root)
    return tuple(sorted(name for name in names if _is_ours(root, name)))


def left_alone(root: Path) -> tuple[str, ...]:
    """The Python files that would be checked too, did they not say that a program wrote them."""
    try:
        names: Iterable[str] = tracked_paths(root)
    except GitError:
        names = _walk(root)
    return tuple(name for name in names if _is_python(root / name) and is_foreign(root, name))


def index_paths(root: Path) -> tuple[str, ...]:
    """Git's list of tracked files: the file whose stamp changes with it; () outside of Git."""
    git = ancestors(root)[-1] / '.git'
    if git.is_file():
        words = git.read_text(encoding='utf-8', errors='surrogateescape').removeprefix('gitdir:').strip()
        return str(git), os.path.join(git.parent, words, 'index')
    return (str(git / 'index'),)


def select_files(root: Path, files: Sequence[str] | None) -> tuple[str, ...]:
    """The Python files that are meant: all of them, or the given files and those below the given folders.

    Names are relative to `root` or absolute; others than Python files are left out, as generated and vendored ones are;
    a name that is not there raises.
    """
    if files is None:
        return python_files(root)
    chosen: set[str] = set()
    everything: tuple[str, ...] | None = None
    for name in files:
        relative = _relative(root, name)
        if (root / relative).is_dir():
            everything = python_files(root) if everything is None else everything
            chosen.update(path for path in everything if relative == '.' or path.startswith(f'{relative}/'))
        elif _is_ours(root, relative):
            chosen.add(relative)
    return tuple(sorted(chosen))


def changed_files(root: Path, reference: str, files: Sequence[str] = ()) -> list[str]:
    """The tracked Python files below `root` that differ from a commit, staged or not; of `files` only, if given."""
    if reference.startswith('-') or not answers(root, 'rev-parse', '--verify', '--quiet', f'{reference}^{{tree}}'):
        raise UserError('no such commit', where=f'--changed={reference}', hint='give a branch, a tag or a commit')
    told = run_git(root, 'diff', '--name-only', '--relative', '--diff-filter=d', '-z', reference, '--')
    changed = {os.fsdecode(name) for name in told.split(b'\0') if name}
    return [name for name in select_files(root, files or None) if name in changed]


def root_for(folder: Path, files: Sequence[str] = ()) -> Path:
    """The project that a person in `folder` means: the nearest one around it, or the Git root if a file is outside."""
    places = ancestors(folder.absolute())
    nearest = next((place for place in places if is_project(place)), places[-1])
    inside = all(Path(os.path.normpath(folder / name)).is_relative_to(nearest) for name in files)
    return nearest if inside else places[-1]


def group_by_root(root: Path, files: Sequence[str]) -> Mapping[Path, tuple[str, ...]]:
    """Files by the project they belong to: the nearest folder with a pyproject or answers file, else `root`.

    The names in each group are relative to the group's folder, in which the tools are to be run.
    """
    groups: dict[Path, list[str]] = {}
    for name in sorted(files):
        folder = project_folder(root, name)
        groups.setdefault(root / folder, []).append(PurePosixPath(name).relative_to(folder).as_posix())
    return {folder: tuple(names) for folder, names in sorted(groups.items())}


def project_folder(root: Path, name: str) -> str:
    """Folder of the project that a file belongs to, relative to `root`."""
    return next((place for place in folders_of(name) if place == '.' or is_project(root / place)), '.')


def folders_of(name: str) -> tuple[str, ...]:
    """The folders that hold a file, nearest first; the last is `.`."""
    return tuple(parent.as_posix() for parent in PurePosixPath(name).parents)


def is_project(folder: Path) -> bool:
    """Whether a folder is a project of its own."""
    return any((folder / marker).is_file() for marker in MARKERS)


def has_plain_name(name: str) -> bool:
    """Whether a file name is UTF-8; flake8 dies of others, and black prints another name than it was given."""
    return not any('\udc80' <= letter <= '\udcff' for letter in name)


def line_reader(root: Path) -> LineReader:
    """Reads single lines of files below `root`, each file once."""

    @lru_cache(maxsize=64)
    def lines(path: str) -> Sequence[str]:
        try:
            text = (root / path).read_bytes().decode('utf-8-sig', 'replace')
        except OSError:
            return ()
        return text.replace('\r\n', '\n').replace('\r', '\n').split('\n')

    def read(path: str, line: int) -> str:
        found = lines(path)
        return found[line - 1] if 0 < line <= len(found) else ''

    return read


def _relative(root: Path, name: str) -> str:
    path = root / name
    if not path.exists():
        raise UserError('no such file or folder', where=name, hint='check the path')
    # The links of a name that already stands below the root are not followed: it is what the tools are to print.
    inner = Path(os.path.normpath(path))
    if inner.is_relative_to(root):
        return inner.relative_to(root).as_posix()
    try:
        return inner.resolve().relative_to(root.resolve()).as_posix()
    except ValueError as error:
        raise UserError('outside the folder that is checked', where=name, hint=f'run it in {path.parent}') from error


def _is_ours(root: Path, name: str) -> bool:
    path = root / name
    return _is_python(path) and not is_foreign(root, name)


def _is_python(path: Path) -> bool:
    return path.name.endswith(SUFFIXES) and path.is_file() and not path.is_symlink()


def _walk(root: Path) -> Iterable[str]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith('.') and not _is_environment(Path(folder, name))]
        yield from (Path(folder, name).relative_to(root).as_posix() for name in files)


def _is_environment(folder: Path) -> bool:
    return folder.name in {'__pycache__', 'node_modules', 'site-packages'} or (folder / 'pyvenv.cfg').exists()

"""The service at hand: where it lies in its repository, its files, and whether it may be written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from trueup.errors import Refusal, UserError
from trueup.git import branch, common_dir, dirty_paths, head_commit, run_git, text_of, toplevel
from trueup.model import File
from trueup.repo import Repo, read_file

ANSWERS_FILE = '.copier-answers.yml'
UNFINISHED = {
    'MERGE_HEAD': 'a merge',
    'CHERRY_PICK_HEAD': 'a cherry-pick',
    'REVERT_HEAD': 'a revert',
    'rebase-merge': 'a rebase',
    'rebase-apply': 'a rebase',
}


@dataclass(frozen=True, slots=True)
class Service:
    """A Git work tree and the folder in it that is one service; `prefix` is '' or ends with `/`."""

    top: Path
    prefix: str

    @property
    def root(self) -> Path:
        """The service's own folder."""
        return self.top / self.prefix if self.prefix else self.top

    @property
    def name(self) -> str:
        """The folder's name, as reports show it."""
        return self.root.name

    @property
    def service_root(self) -> str:
        """The answer to the template's question of the same name."""
        return self.prefix.rstrip('/') or '.'

    @property
    def state(self) -> Path:
        """Journal, reports and trust of this repository, outside of the tree."""
        return common_dir(self.top) / 'trueup'


def open_service(path: Path, service_root: str = '.') -> Service:
    """The service at `path`; raises UserError or Refusal when there is no such folder or no Git repository."""
    if not path.is_dir():
        raise UserError('no such folder', where=str(path), hint='give the folder of a service')
    top = toplevel(path.resolve())
    folder = (path.resolve() / service_root).resolve()
    if not folder.is_dir():
        raise UserError('no such folder in the repository', where=service_root, hint='check --service-root')
    if service_root == '.' and not (folder / ANSWERS_FILE).is_file():
        folder = _nearest_answers(folder, top)
    try:
        relative = folder.relative_to(top.resolve()).as_posix()
    except ValueError as error:
        raise Refusal(
            'the service lies outside of its repository', where=service_root, hint='check --service-root'
        ) from error
    return Service(top, '' if relative == '.' else f'{relative}/')


def _nearest_answers(folder: Path, top: Path) -> Path:
    """A command given somewhere inside of an adopted service means that service."""
    for parent in (folder, *folder.parents):
        if (parent / ANSWERS_FILE).is_file():
            return parent
        if parent == top:
            break
    return folder


def work_tree(service: Service, *, below: str | None = None) -> Repo:
    """The service's files as they are on disk: tracked, and new ones that Git does not ignore."""
    prefix = service.prefix if below is None else below
    folder = service.top / prefix
    names = run_git(folder, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.').split(b'\0')
    paths = {os.fsdecode(name) for name in names if name}
    return Repo(
        (path for path in paths if (folder / path).is_symlink() or (folder / path).is_file()),
        lambda path: read_file(folder / path),
    )


def files_of(repo: Repo, paths: Iterable[str]) -> dict[str, File]:
    """The files of those paths that there are."""
    found = {path: repo.file(path) for path in paths}
    return {path: file for path, file in found.items() if file is not None}


def require_writable(service: Service) -> str:
    """Name of HEAD's commit; raises Refusal without commits, on a detached HEAD or amid a merge or rebase."""
    where = str(service.top)
    commit = head_commit(service.top)
    if commit is None:
        raise Refusal('the repository has no commit yet', where=where, hint='commit the service first')
    if branch(service.top) is None:
        raise Refusal('HEAD is detached', where=where, hint='switch to a branch first: git switch BRANCH')
    folder = Path(text_of(service.top, 'rev-parse', '--absolute-git-dir'))
    for name, what in UNFINISHED.items():
        if (folder / name).exists():
            raise Refusal(f'{what} is under way', where=where, hint='finish or abort it first')
    return commit


def unclean(service: Service, paths: Iterable[str]) -> tuple[str, ...]:
    """Those of the repository's `paths` that have uncommitted changes, or are there but not in Git."""
    wanted = set(paths)
    tracked = {os.fsdecode(name) for name in run_git(service.top, 'ls-files', '-z', '--full-name').split(b'\0')}
    unknown = {path for path in wanted - tracked if os.path.lexists(service.top / path)}
    return tuple(sorted(set(dirty_paths(service.top)) & wanted | unknown))


def require_clean(service: Service, paths: Iterable[str]) -> None:
    """Raises Refusal naming the first of the repository's `paths` that has uncommitted changes or is not in Git."""
    touched = unclean(service, paths)
    if touched:
        raise Refusal(
            f'{len(touched)} file(s) that would be written have uncommitted changes',
            where=touched[0],
            hint='commit, stash or move them first',
        )


def require_safe(service: Service, paths: Iterable[str]) -> None:
    """Raises Refusal when a path would be written through a link, over a folder, or outside of the repository."""
    for path in paths:
        parts = path.split('/')
        if '..' in parts or path.startswith('/') or '.git' in parts:
            raise Refusal('the standard would write outside of the service', where=path, hint='check the standard')
        parent = service.top
        for part in parts[:-1]:
            parent = parent / part
            if parent.is_symlink():
                raise Refusal('the folder is a symbolic link', where=path, hint='replace the link by a folder first')
            if parent.exists() and not parent.is_dir():
                raise Refusal(
                    'a file stands where a folder is needed', where=path, hint=f'move {parent.name} away first'
                )
        if (service.top / path).is_dir():
            raise Refusal('a folder stands where a file is needed', where=path, hint='move it away first')

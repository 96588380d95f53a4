"""What the index holds unmerged: the sides of each path, what Git left in the work tree, how a path is settled."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

from trueup.git import GitError, blobs, run_git, text_of
from trueup.lifecycle.workspace import write_file
from trueup.model import File, Mode
from trueup.repo import read_file
from trueup.text.encoding import decode

LABEL = re.compile(rb'^(<{7}|\|{7}|>{7}) [^\r\n]*', re.MULTILINE)
STYLES = ('merge', 'diff3', 'zdiff3')
"""How Git can show a conflict (merge.conflictStyle)."""


class Unmerged(NamedTuple):
    """One path with the files of its stages; `foreign` says that a stage is no file, such as a submodule."""

    path: str
    base: File | None
    ours: File | None
    theirs: File | None
    foreign: bool = False


def read_unmerged(top: Path, below: str) -> tuple[Unmerged, ...]:
    """All unmerged paths at or below a path of the repository, which is relative to its root."""
    stages: dict[str, dict[int, tuple[str, str]]] = {}
    listed = run_git(top, '--literal-pathspecs', 'ls-files', '-u', '-z', '--', below)
    for entry in filter(None, listed.split(b'\0')):
        meta, _, raw = entry.partition(b'\t')
        mode, blob, stage = meta.decode().split()
        stages.setdefault(os.fsdecode(raw), {})[int(stage)] = (mode, blob)
    names = {blob for found in stages.values() for _, blob in found.values()}
    data = blobs(top, sorted(names)) if names else {}
    return tuple(_one(path, found, data) for path, found in sorted(stages.items()))


def _one(path: str, stages: Mapping[int, tuple[str, str]], data: Mapping[str, bytes]) -> Unmerged:
    if any(mode not in set(Mode) or blob not in data for mode, blob in stages.values()):
        return Unmerged(path, None, None, None, foreign=True)
    files = {number: File(data[blob], Mode(mode)) for number, (mode, blob) in stages.items()}
    return Unmerged(path, files.get(1), files.get(2), files.get(3))


def untouched(top: Path, found: Iterable[Unmerged]) -> frozenset[str]:
    """Those of the paths that are in the work tree as Git or Copier left them: nobody has begun to edit them."""
    disk = {item.path: normal(read_file(top / item.path)) for item in found}
    both = [item for item in found if item.ours is not None and item.theirs is not None]
    same = {item.path for item in found if _one_side(item) and disk[item.path] in map(normal, item[1:4])}
    same -= {path for path, data in disk.items() if data is None}
    for style in STYLES:
        asked = [item.path for item in both if item.path not in same]
        shown = _as_git_shows(top, asked, style)
        same |= {path for path in asked if shown.get(path) is not None and shown[path] == disk[path]}
    same |= {item.path for item in both if item.path not in same and disk[item.path] == merged_by_line(top, item)}
    return frozenset(same)


def _one_side(item: Unmerged) -> bool:
    """Whether Git can only leave one of the sides as it is, without markers."""
    sides = (item.ours, item.theirs)
    return any(file is None or file.mode is Mode.LINK or decode(file.data) is None for file in sides)


def normal(file: File | None) -> bytes | None:
    """Bytes without what depends on who calls Git and on which system."""
    return LABEL.sub(rb'\1', file.data.replace(b'\r\n', b'\n')) if file is not None else None


def _as_git_shows(top: Path, paths: list[str], style: str) -> dict[str, bytes | None]:
    """The paths as `git merge` writes them, made once more in a folder of their own."""
    if not paths:
        return {}
    with tempfile.TemporaryDirectory(prefix='trueup-') as name:
        folder = Path(name).resolve()
        copyfile(top / text_of(top, 'rev-parse', '--git-path', 'index'), folder / 'index')
        (folder / 'tree').mkdir()
        environment = {
            'GIT_DIR': text_of(top, 'rev-parse', '--absolute-git-dir'),
            'GIT_INDEX_FILE': str(folder / 'index'),
            'GIT_WORK_TREE': str(folder / 'tree'),
            'GIT_LITERAL_PATHSPECS': '1',
        }
        command = ('-c', f'core.hooksPath={os.devnull}', 'checkout', '--merge', f'--conflict={style}')
        names = b'\0'.join(map(os.fsencode, paths))
        try:
            run_git(
                folder / 'tree', *command, '--pathspec-from-file=-', '--pathspec-file-nul',
                stdin=names, environment=environment,
            )  # fmt: skip
        except GitError:  # an older Git that does not know the style
            return {}
        return {path: normal(read_file(folder / 'tree' / path)) for path in paths}


def merged_by_line(top: Path, item: Unmerged) -> bytes | None:
    """The path as Copier leaves it: `git merge-file` decides a little differently than `git merge`."""
    with tempfile.TemporaryDirectory(prefix='trueup-') as name:
        sides = [Path(name) / side for side in ('ours', 'base', 'theirs')]
        for path, file in zip(sides, (item.ours, item.base, item.theirs), strict=True):
            path.write_bytes(file.data if file is not None else b'')
        try:
            run_git(top, 'merge-file', '--quiet', *map(str, sides))
        except GitError:  # its exit code is the number of conflicts
            pass
        return normal(read_file(sides[0]))


def settle(top: Path, path: str, file: File | None) -> None:
    """Make a file, or its absence, the one version of a path: in the index, and in the work tree as checked out."""
    if file is None:
        run_git(top, 'update-index', '--force-remove', '--', path)
        write_file(top / path, None)
        return
    blob = run_git(top, 'hash-object', '-w', '--stdin', stdin=file.data).decode().strip()
    run_git(top, 'update-index', '--add', '--cacheinfo', f'{file.mode},{blob},{path}')
    run_git(top, 'checkout-index', '--force', '--', path)


def smudged(top: Path, path: str, file: File) -> File:
    """A file as Git would check it out under that path: with the line endings that the user asked for."""
    blob = run_git(top, 'hash-object', '-w', '--stdin', stdin=file.data).decode().strip()
    return File(run_git(top, 'cat-file', '--filters', f'--path={path}', blob), file.mode)

"""What a repository looks like: to say that nothing at all was changed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def picture(root: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content of each file and link, links not followed, where HEAD is, the state, and all branches."""
    found: dict[str, tuple[int, bytes]] = {}
    for folder, folders, files in os.walk(root):
        if Path(folder) == root:
            folders.remove('.git')
        for name in [*files, *(each for each in folders if Path(folder, each).is_symlink())]:
            path = Path(folder, name)
            content = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes()
            found[str(path.relative_to(root))] = (path.lstat().st_mode, content)
    return found | {name: (0, _git(root, *words)) for name, words in STATES.items()}


def tree(root: Path, commit: str) -> dict[str, bytes]:
    """The files of a commit."""
    listed = [line for line in _git(root, 'ls-tree', '-r', '-z', commit).split(b'\0') if b' blob ' in line]
    pairs = [(line.partition(b'\t')[0].split()[2].decode(), os.fsdecode(line.partition(b'\t')[2])) for line in listed]
    return {path: _git(root, 'cat-file', 'blob', blob) for blob, path in pairs}


STATES = {
    'HEAD': ('symbolic-ref', 'HEAD'),
    'status': ('status', '--porcelain', '--ignored'),
    'branches': ('for-each-ref', 'refs/heads'),
    'worktrees': ('worktree', 'list', '--porcelain'),
}


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(['git', *arguments], cwd=root, check=True, capture_output=True).stdout

"""Makes a Git repository with tagged versions of the whole standard out of the checkout.

Tests and the demo never rely on the checkout's own tags: each builds its standard with this. The commits carry a fixed
author and date, so the same checkout gives the same commits.

    python -m tests.support.standard DEST [VERSION...]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = ('0.1.0', '0.2.0')
PYPROJECT = 'template/pyproject.toml.jinja'
HOOKS = 'template/{% if at_root %}.pre-commit-config.yaml{% endif %}.jinja'
MAKEFILE = 'template/{% if full %}Makefile{% endif %}.jinja'
HANDOVER = 'template/{% if full %}docs{% endif %}/handover.md.jinja'
OPERATIONS = 'template/{% if full %}docs{% endif %}/operations.md.jinja'
DOCKERFILE = 'template/{% if full %}Dockerfile{% endif %}.jinja'
IGNORES = 'template/{% if quality %}.gitignore{% endif %}'
JENKINSFILE = 'template/{% if jenkins %}Jenkinsfile{% endif %}.jinja'
NOXFILE = 'template/noxfile.py.jinja'
DELIVERY = 'copier/questions/delivery.yml'
POLICIES = 'policies.toml'
HANDOVER_TEXT = """# Handover of {{ service_name }}

1. Is it alive? `GET /livez` answers 200 as long as the process runs.
2. Is it ready? `GET /readyz` answers 503 with the reason while there is no model.
3. What runs there? `GET /version` names the service's and the model's version.
"""
HOOKS_HEAD = """minimum_pre_commit_version: "3.5.0"
repos:
"""
WORKERS = """
workers:
  type: int
  help: Processes in one container
  default: 1
"""
MOVES = """
[[moves]]
version = "0.3.0"
files = { "docs/handover.md" = "docs/operations.md" }
keys = { 'pyproject.toml::tool.pylint."messages control"' = "pyproject.toml::tool.pylint.messages_control" }
"""
FIXED = {
    'GIT_AUTHOR_NAME': 'trueup',
    'GIT_AUTHOR_EMAIL': 'trueup@example.com',
    'GIT_COMMITTER_NAME': 'trueup',
    'GIT_COMMITTER_EMAIL': 'trueup@example.com',
    'GIT_CONFIG_GLOBAL': os.devnull,
    'GIT_CONFIG_SYSTEM': os.devnull,
}


def build_standard(dest: Path, *, versions: Sequence[str] = VERSIONS) -> Path:
    """Write a repository to `dest` (absent or empty) with one commit and tag `vX.Y.Z` per version; returns `dest`.

    Each tag holds the checkout as it is on disk (tracked and untracked, not ignored) with that version; 0.2.0 and 0.3.0
    also change the template.
    """
    dest = dest.resolve()
    if dest.exists() and any(dest.iterdir()):
        raise FileExistsError(f'{dest} is not empty')
    dest.mkdir(parents=True, exist_ok=True)
    copy_checkout(dest)
    _git(dest, 'init', '--quiet', '--initial-branch=main')
    for number, version in enumerate(versions):
        if change := CHANGES.get(version):
            change(dest)
        _set_version(dest, version)
        date = f'2026-01-{number + 1:02d}T12:00:00+0000'
        _git(dest, 'add', '--all', '--force', '.')
        _git(dest, 'commit', '--quiet', '--message', f'chore: release {version}', date=date)
        _git(dest, 'tag', f'v{version}')
    return dest


def second_version(dest: Path) -> None:
    """Give the template in `dest` what 0.2.0 brings: a required key, a hook, a Makefile target changed, a file added."""
    _edit(dest / PYPROJECT, 'min-similarity-lines = 10\n', 'min-similarity-lines = 8\n')
    _edit(dest / HOOKS, '      - id: trueup-check\n', '      - id: trueup-check\n        verbose: true\n')
    _edit(dest / MAKEFILE, '\trm -rf build dist ', '\trm -rf build dist .hypothesis ')
    handover = dest / HANDOVER
    if handover.exists():
        raise AssertionError(f'{HANDOVER} is already there: 0.2.0 would add nothing')
    handover.parent.mkdir(parents=True, exist_ok=True)
    handover.write_text(HANDOVER_TEXT, encoding='utf-8')


def third_version(dest: Path) -> None:
    """Give the template in `dest` what 0.3.0 brings: keys of most files, a question, a renamed and a dropped file."""
    pyproject = dest / PYPROJECT
    _edit(pyproject, 'min-similarity-lines = 8\n', 'min-similarity-lines = 6\n')
    _edit(pyproject, '[tool.pylint."messages control"]\n', '[tool.pylint.messages_control]\n')
    _edit(pyproject, '    "fixme",\n', '    "fixme",\n    "too-many-lines",\n')
    _edit(pyproject, 'fail_under = 80\n', 'fail_under = 82\nexclude_also = ["if TYPE_CHECKING:"]\n')
    _edit(pyproject, '    "httpx2>=2",\n', '    "httpx2>=2",\n    "hypothesis>=6.100",\n')
    _edit(dest / HOOKS, 'repos:\n', HOOKS_HEAD)
    _edit(dest / HOOKS, '      - id: flake8\n', '      - id: flake8\n        require_serial: true\n')
    _edit(dest / NOXFILE, '`nox -l` lists them."""', '`nox -l` lists them, the pipeline runs `lint` and `tests`."""')
    _edit(dest / MAKEFILE, ' monitoring clean\n', ' monitoring audit clean\n')
    _edit(dest / MAKEFILE, 'clean: ## ', 'audit: ## Look for known weaknesses\n\t$(NOX) -s audit\n\nclean: ## ')
    _edit(dest / MAKEFILE, ' .hypothesis ', ' .hypothesis htmlcov ')
    _edit(dest / DOCKERFILE, '--start-period=20s', '--start-period=40s')
    _edit(dest / DOCKERFILE, 'EXPOSE {{ port }}\n', 'ENV WEB_CONCURRENCY={{ workers }}\nEXPOSE {{ port }}\n')
    _edit(dest / IGNORES, '.coverage.*\n', '.coverage.*\n.hypothesis/\n')
    _append(dest / DELIVERY, WORKERS)
    _append(dest / POLICIES, MOVES)
    (dest / JENKINSFILE).unlink()
    (dest / HANDOVER).rename(dest / OPERATIONS)
    _append(dest / OPERATIONS, '4. Who is called? The owner that `/version` names.\n')


CHANGES: dict[str, Callable[[Path], None]] = {'0.2.0': second_version, '0.3.0': third_version}


def commit_all(folder: Path, message: str = 'chore: start') -> None:
    """Make `folder` a repository if it is none, and commit all that Git doesn't ignore."""
    if not (folder / '.git').exists():
        _git(folder, 'init', '--quiet', '--initial-branch=main')
    _git(folder, 'add', '--all', '.')
    _git(folder, 'commit', '--quiet', '--allow-empty', '--message', message)


def tag_head(folder: Path, name: str) -> None:
    """Tag the newest commit."""
    _git(folder, 'tag', name)


def _set_version(dest: Path, version: str) -> None:
    _substitute(dest / 'pyproject.toml', r'(?m)^version = ".*"$', f'version = "{version}"')


def copy_checkout(dest: Path) -> None:
    """The checkout as it is on disk, without Git's own files and what it ignores."""
    listed = subprocess.run(
        ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
        cwd=ROOT,
        env=_environment(),
        check=True,
        capture_output=True,
    ).stdout
    for name in filter(None, map(os.fsdecode, listed.split(b'\0'))):
        source, target = ROOT / name, dest / name
        if dest in source.parents or source.is_dir() or not (source.exists() or source.is_symlink()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding='utf-8')
    if text.count(old) != 1:
        raise AssertionError(f'{path}: {old!r} stands there {text.count(old)} times, not once')
    path.write_text(text.replace(old, new), encoding='utf-8')


def _append(path: Path, text: str) -> None:
    with path.open('a', encoding='utf-8') as stream:
        stream.write(text)


def _substitute(path: Path, pattern: str, new: str) -> None:
    replace: Callable[[re.Match[str]], str] = lambda _: new
    text, count = re.subn(pattern, replace, path.read_text(encoding='utf-8'))
    if count != 1:
        raise AssertionError(f'{path}: {pattern!r} matches {count} times, not once')
    path.write_text(text, encoding='utf-8')


def _environment() -> dict[str, str]:
    """Without what Git sets while a hook runs: it would bend every call to the hook's repository."""
    return {name: value for name, value in os.environ.items() if not name.startswith('GIT_')} | FIXED


def _git(folder: Path, *arguments: str, date: str = '2026-01-01T12:00:00+0000') -> None:
    dates = {'GIT_AUTHOR_DATE': date, 'GIT_COMMITTER_DATE': date}
    subprocess.run(
        ['git', '-c', 'core.autocrlf=false', '-c', 'commit.gpgsign=false', *arguments],
        cwd=folder,
        env=_environment() | dates,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Build into the folder given first, with the versions given after it."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    if not arguments:
        sys.stderr.write('usage: python -m tests.support.standard DEST [VERSION...]\n')
        return 2
    sys.stdout.write(f'{build_standard(Path(arguments[0]), versions=arguments[1:] or VERSIONS)}\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())

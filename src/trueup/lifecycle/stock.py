"""What stands in for trueup's hooks and sessions when a service leaves: the same tools, pinned, from their own homes."""

from __future__ import annotations

import re
from importlib import metadata

from trueup.repo import Repo

HOMES = {
    'black': ('https://github.com/psf/black-pre-commit-mirror', 'black', ''),
    'isort': ('https://github.com/PyCQA/isort', 'isort', ''),
    'flake8': ('https://github.com/PyCQA/flake8', 'flake8', 'Flake8-pyproject'),
    'pylint': ('https://github.com/pylint-dev/pylint', 'pylint', ''),
}
PREFIXED = {'pylint': 'v'}
RUFF = 'https://github.com/astral-sh/ruff-pre-commit'
RUFF_PIN = re.compile(r'\bruff==(\d[\w.]*)')


def stock_hooks(text: str, hooks_repo: str) -> str:
    """The hook configuration with our repository's entry replaced by the tools' own; other entries keep every byte."""
    blocks = re.split(r'(?m)^(?=[ ]*- repo:)', text)
    kept: list[str] = []
    for block in blocks:
        head = re.match(r'[ ]*- repo:\s*["\']?(?P<url>[^\s"\']+)', block)
        if head is None or head['url'] != hooks_repo:
            kept.append(block)
            continue
        indent = block[: len(block) - len(block.lstrip())]
        used = re.findall(r'(?m)^\s*- id:\s*["\']?([\w-]+)', block)
        kept += [_entry(name, indent) for name in HOMES if name in used or 'trueup-lint' in used]
        kept += _ruff_entry(block, indent, [name for name in used if name.startswith('ruff-')])
    return ''.join(kept)


def _entry(name: str, indent: str) -> str:
    url, hook, needs = HOMES[name]
    extra = f'{indent}        additional_dependencies: [{needs}=={metadata.version(needs)}]\n' if needs else ''
    return (
        f'{indent}- repo: {url}\n{indent}  rev: {PREFIXED.get(name, "")}{metadata.version(name)}\n'
        f'{indent}  hooks:\n{indent}    - id: {hook}\n{extra}'
    )


def _ruff_entry(block: str, indent: str, hooks: list[str]) -> list[str]:
    """ruff's own repository, at the version that our hooks ran."""
    pin = RUFF_PIN.search(block)
    if not hooks or pin is None:
        return []
    lines = ''.join(f'{indent}    - id: {hook}\n' for hook in hooks)
    return [f'{indent}- repo: {RUFF}\n{indent}  rev: v{pin[1]}\n{indent}  hooks:\n{lines}']


def plain_noxfile(repo: Repo) -> str:
    """Sessions `lint` and `tests` with nothing but nox."""
    pins, runs = _linting(repo)
    install = (
        "session.run_install('poetry', 'sync', external=True)"
        if 'poetry.lock' in repo
        else "session.install('-e', '.')"
    )
    if 'uv.lock' in repo and 'poetry.lock' not in repo:
        install = "session.run_install('uv', 'sync', '--active', '--all-groups', external=True)"
    elif 'poetry.lock' not in repo and not repo.text('pyproject.toml'):
        install = "session.install('-r', 'requirements.txt')"
    return f'''"""Lint and test this service: `nox -s lint tests`."""

import nox


@nox.session
def lint(session):
    """Lint all tracked Python files."""
    session.install({pins})
    files = session.run('git', 'ls-files', '*.py', external=True, silent=True).splitlines()
{runs}


@nox.session
def tests(session):
    """Install the service and run its tests."""
    {install}
    session.run('python', '-m', 'pytest', *session.posargs)
'''


def _linting(repo: Repo) -> tuple[str, str]:
    """What the lint session installs and runs: the four tools, or a team's ruff (and black, where that formats)."""
    pinned = RUFF_PIN.search(repo.text('noxfile.py') or '')
    if pinned is None:
        names = ('black', 'isort', 'flake8', 'Flake8-pyproject', 'pylint')
        runs = [
            "'black', '--check'",
            "'isort', '--check-only'",
            "'flake8'",
            "'pylint', '--disable=import-error,no-member,no-name-in-module'",
        ]
        pins = [f"'{name}=={metadata.version(name)}'" for name in names]
    else:
        black = 'ruff_format: false' in (repo.text('.copier-answers.yml') or '')
        runs = ["'ruff', 'check'", "'black', '--check'" if black else "'ruff', 'format', '--check'"]
        pins = [f"'ruff=={pinned[1]}'", *([f"'black=={metadata.version('black')}'"] if black else [])]
    return ', '.join(pins), '\n'.join(f'    session.run({words}, *files)' for words in runs)

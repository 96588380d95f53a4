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
    return ''.join(kept)


def _entry(name: str, indent: str) -> str:
    url, hook, needs = HOMES[name]
    extra = f'{indent}        additional_dependencies: [{needs}=={metadata.version(needs)}]\n' if needs else ''
    return (
        f'{indent}- repo: {url}\n{indent}  rev: {PREFIXED.get(name, "")}{metadata.version(name)}\n'
        f'{indent}  hooks:\n{indent}    - id: {hook}\n{extra}'
    )


def plain_noxfile(repo: Repo) -> str:
    """Sessions `lint` and `tests` with nothing but nox."""
    pins = ', '.join(
        f"'{name}=={metadata.version(name)}'" for name in ('black', 'isort', 'flake8', 'Flake8-pyproject', 'pylint')
    )
    install = (
        "session.run_install('poetry', 'sync', external=True)"
        if 'poetry.lock' in repo
        else "session.install('-e', '.')"
    )
    if 'poetry.lock' not in repo and not repo.text('pyproject.toml'):
        install = "session.install('-r', 'requirements.txt')"
    return f'''"""Lint and test this service: `nox -s lint tests`."""

import nox


@nox.session
def lint(session):
    """Run the four linters over all tracked Python files."""
    session.install({pins})
    files = session.run('git', 'ls-files', '*.py', external=True, silent=True).splitlines()
    session.run('black', '--check', *files)
    session.run('isort', '--check-only', *files)
    session.run('flake8', *files)
    session.run('pylint', '--disable=import-error,no-member,no-name-in-module', *files)


@nox.session
def tests(session):
    """Install the service and run its tests."""
    {install}
    session.run('python', '-m', 'pytest', *session.posargs)
'''

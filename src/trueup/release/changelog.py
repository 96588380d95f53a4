"""Fragments of changelog.d become a section of CHANGELOG.md."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from trueup.errors import UserError

FILE = 'CHANGELOG.md'
FOLDER = 'changelog.d/'
HEAD = '# Changelog\n'
KINDS = {'added': 'Added', 'changed': 'Changed', 'fixed': 'Fixed', 'removed': 'Removed'}
NAME = re.compile(r'changelog\.d/[^/]+\.(?P<kind>[a-z]+)\.md')


def fragments(files: Mapping[str, str]) -> dict[str, str]:
    """Those of a repository's texts that are fragments; raises UserError for one of an unknown kind."""
    found = {}
    for path in sorted(files):
        if not path.startswith(FOLDER) or path == f'{FOLDER}README.md':
            continue
        named = NAME.fullmatch(path)
        if named is None or named['kind'] not in KINDS:
            raise UserError('no changelog fragment', where=path, hint=f'name it <topic>.<{"|".join(KINDS)}>.md')
        found[path] = files[path]
    return found


def with_section(changelog: str, version: str, day: date, found: Mapping[str, str]) -> str:
    """The changelog with a section for the release on top; raises UserError without a fragment, or for a second one."""
    if not found:
        raise UserError(
            'no change is told', where=FOLDER, hint='add a fragment: one or two sentences for those who use it'
        )
    if f'\n## {version} ' in changelog:
        raise UserError(f'{version} has its section already', where=FILE, hint='release a new version')
    parts = [f'\n## {version} ({day})\n']
    for kind, title in KINDS.items():
        texts = [text.strip() for path, text in found.items() if path.endswith(f'.{kind}.md')]
        if texts:
            parts.append(f'\n### {title}\n\n' + ''.join(_item(text) for text in texts))
    _, mark, older = (changelog or HEAD).partition(HEAD)
    if not mark:
        raise UserError(f'does not begin with {HEAD.strip()!r}', where=FILE, hint='put that line at its top')
    return HEAD + ''.join(parts) + older


def _item(text: str) -> str:
    lines = text.splitlines()
    return '\n'.join([f'* {lines[0]}', *(f'  {line}'.rstrip() for line in lines[1:])]) + '\n'

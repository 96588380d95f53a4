"""What changed since the last release, from conventional commits; git-cliff reads them.

https://www.conventionalcommits.org, https://git-cliff.org
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import nox

from trueup.sessions._environment import add_tool
from trueup.sessions._version import Line

TOOL = 'git-cliff>=2.8'
FILE = 'CHANGELOG.md'
HEAD = '# Changelog\n'
CONFIGURATION = """
[changelog]
header = ""
footer = ""
trim = true
body = '''
{% for group, commits in commits | group_by(attribute="group") -%}
### {{ group | striptags | trim }}

{% for commit in commits -%}
- {% if commit.breaking %}**breaking** {% endif %}{% if commit.scope %}{{ commit.scope }}: {% endif -%}
{{ commit.message | split(pat="\n") | first | trim }}
{% endfor %}
{% endfor %}
'''

[git]
conventional_commits = true
filter_unconventional = false
protect_breaking_commits = true
sort_commits = "oldest"
commit_parsers = [
    { message = "^Merge ", skip = true },
    { message = "^feat", group = "<!-- 0 -->Added" },
    { message = "^fix", group = "<!-- 1 -->Fixed" },
    { message = "^(build|perf|refactor|revert)", group = "<!-- 2 -->Changed" },
    { message = "^[a-z]+(\\\\([^)]*\\\\))?!:", group = "<!-- 2 -->Changed" },
    { footer = "^BREAKING[ -]CHANGE", group = "<!-- 2 -->Changed" },
    { message = "^(chore|ci|docs|style|test)(\\\\([^)]*\\\\))?!?:", skip = true },
    { message = ".*", group = "<!-- 3 -->Other" },
]

[bump]
features_always_bump_minor = true
breaking_always_bump_major = false
"""
"""Before 1.0.0 a breaking change raises the second number: Semantic Versioning, section 4."""


class Cliff:
    """git-cliff in an environment of its own, on the part of the history that belongs to one service."""

    def __init__(self, handle: nox.Session, line: Line, scratch: Path) -> None:
        self._handle = handle
        configuration = scratch / 'cliff.toml'
        configuration.write_text(CONFIGURATION, encoding='utf-8')
        program = add_tool(handle, TOOL).with_name('git-cliff')
        self._command = [str(program), '--config', str(configuration), '--offline', '--tag-pattern', line.pattern]
        if line.folder:
            top = line.root.joinpath(*('..' for _ in line.folder.split('/')))
            self._command += ['--repository', str(top.resolve()), '--include-path', f'{line.folder}/**']

    def next_tag(self) -> str:
        """The tag that the commits since the last one ask for; the last one itself if they ask for nothing."""
        return self._ask('--bumped-version')

    def section(self, tag: str) -> str:
        """The changes since the last release, under headings."""
        return self._ask('--unreleased', '--tag', tag, '--strip', 'all')

    def _ask(self, *words: str) -> str:
        quiet = {'RUST_LOG': 'error'}  # what it says goes where the answer goes
        said = self._handle.run(*self._command, *words, env=quiet, external=True, silent=True, log=False)
        return said.strip() if isinstance(said, str) else ''


def with_section(text: str, title: str, body: str, day: date) -> str:
    """A changelog with a new section before the newest one; what stands above the first section stays there."""
    new = f'## {title} - {day.isoformat()}\n\n{body.strip() or "No change that a user sees."}\n'
    text = text or HEAD
    first = re.search(r'(?m)^## (?!\[?unreleased)', text, re.IGNORECASE)
    place = first.start() if first else len(text)
    before = text[:place].rstrip('\n')
    return f'{before}\n\n{new}' + (f'\n{text[place:]}' if first else '')

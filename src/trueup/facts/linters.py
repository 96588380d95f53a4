"""Whether a team checks its code with ruff, in which version, and which tool lays it out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._declared import declared_dependencies
from trueup.facts._view import View, at
from trueup.model import Evidence, Fact

HOOKS = '.pre-commit-config.yaml'
ENTRY = r'^\s*-?\s*(?:id|alias):\s*["\']?(ruff-format|ruff-check|ruff|black)\b(?!-)'
HOME = r'^\s*-?\s*repo:\s*\S*ruff-pre-commit'
REVISION = r'^\s*rev:\s*["\']?v?(\d+(?:\.\d+){1,2})\b'
LOCKS = ('uv.lock', 'poetry.lock', 'pdm.lock')
LOCKED = re.compile(r'\[\[package\]\]\nname = "ruff"\nversion = "([\d.]+)"')
PINNED = re.compile(r'==\s*(\d+(?:\.\d+){1,2})\b')
TABLES = ('.ruff.toml', 'ruff.toml')
RUNS = r'\bruff (format|check)\b|\b(black) (?:--check|--diff|\.|\w)'


def read(view: View) -> Iterator[Fact]:
    """`linter` and `formatter` of a team on ruff, `ruff_version`, and `ruff_hooks` where it has such hooks of its own."""
    configured = _configured(view)
    hooks = {found[1]: at(HOOKS, line) for line, found in reversed(list(view.search(HOOKS, ENTRY)))}
    own = hooks.get('ruff-check') or hooks.get('ruff') or hooks.get('ruff-format')
    declared = [item for item in declared_dependencies(view) if item.name == 'ruff']
    if not (configured or own or declared):
        return
    rivals = 'flake8' in {item.name for item in declared_dependencies(view)} or '.flake8' in view
    sure = 1.0 if configured or own else 0.4 if rivals else 0.8
    evidence = configured or own or at(declared[0].path, declared[0].line)
    yield Fact('linter', 'ruff', (evidence,), sure, '' if configured or own else 'installed, not configured')
    yield _formatter(view, hooks, evidence)
    if own:
        yield Fact('ruff_hooks', 'team', (own,))
    version = _version(view)
    if version:
        yield version


def _configured(view: View) -> Evidence | None:
    place = next((path for path in TABLES if path in view), '')
    if place:
        return at(place)
    table = view.pyproject.get('tool', 'ruff')
    return at('pyproject.toml', view.pyproject.line('tool', 'ruff')) if table is not None else None


def _formatter(view: View, hooks: dict[str, Evidence], evidence: Evidence) -> Fact:
    """What is written down decides: hooks, then what the pipelines run, then whose table is there; else ruff's."""
    for tool, hook in (('ruff', 'ruff-format'), ('black', 'black')):
        if hook in hooks:
            return Fact('formatter', tool, (hooks[hook],))
    runs = {
        (found[1] or found[2]): at(path, line)
        for path in (*view.pipelines, 'Makefile')
        for line, found in view.search(path, RUNS)
    }
    for tool, word in (('ruff', 'format'), ('black', 'black')):
        if word in runs:
            return Fact('formatter', tool, (runs[word],), 0.95)
    if view.pyproject.get('tool', 'ruff', 'format') is None:
        if view.pyproject.get('tool', 'black') is not None:
            return Fact('formatter', 'black', (at('pyproject.toml', view.pyproject.line('tool', 'black')),), 0.95)
        declared = next((item for item in declared_dependencies(view) if item.name == 'black'), None)
        if declared:
            return Fact('formatter', 'black', (at(declared.path, declared.line),), 0.8, 'installed, not configured')
    return Fact('formatter', 'ruff', (evidence,), 0.7)


def _version(view: View) -> Fact | None:
    homes = [line for line, _ in view.search(HOOKS, HOME)]
    for line, found in view.search(HOOKS, REVISION):
        if homes and homes[0] < line <= homes[0] + 3:
            return Fact('ruff_version', found[1], (at(HOOKS, line),))
    for path in LOCKS:
        text = view.text(path) or ''
        if locked := LOCKED.search(text.replace('\r\n', '\n')):
            return Fact('ruff_version', locked[1], (at(path, text.count('\n', 0, locked.start()) + 2),))
    for item in declared_dependencies(view):
        if item.name == 'ruff' and (pinned := PINNED.search(str(item.specifier))):
            return Fact('ruff_version', pinned[1], (at(item.path, item.line),))
    return None

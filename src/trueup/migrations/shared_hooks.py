"""Hooks that run one of the standard's tools from elsewhere give way to the standard's, which take over what is the team's.

`exclude`, `files`, `exclude_types` and `stages` go with the hook, and so do the plug-ins of flake8 and pylint in
`additional_dependencies`. Arguments that say where a tool looks go to pyproject.toml; thresholds don't, the standard has
its own. Source: pre-commit, "Adding pre-commit plugins to your project".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from trueup.migrations._contract import Migrated, Migration
from trueup.migrations._hook_entries import CONFIG, Entry, entries, read
from trueup.migrations._tool_options import PYPROJECT, Setting, option_name, place
from trueup.model import Action, Change, Decision, Evidence, File, KeyPath, Mode, Owner, Tree
from trueup.repo import Repo
from trueup.text.encoding import decode, encode, restore_endings, to_unix
from trueup.text.keys import item_value
from trueup.text.tree import Document, Malformed, Node
from trueup.text.yaml import Yaml

CARRIED = ('exclude', 'files', 'exclude_types', 'stages')
PLUGINS = {'flake8': 'additional_dependencies', 'pylint': 'additional_dependencies'}
STAGES = {'commit': 'pre-commit', 'push': 'pre-push', 'merge-commit': 'pre-merge-commit'}
WORDS = re.compile(r'black|isort|flake8|pylint')
MOST = 50
GONE = 'the hook of the standard does this; thresholds and code lists are its own'


def needed(repo: Repo) -> tuple[Evidence, ...]:
    """The lines of such hooks."""
    document = _document(repo)
    return tuple(Evidence(CONFIG, entry.line) for entry in entries(document)) if document else ()


def carry_out(repo: Repo, theirs: Tree) -> Migrated:
    """The configuration with the standard's hooks in their place; nothing where the standard has no such hook."""
    before, ours = repo.file(CONFIG), _document(repo)
    decoded = decode(before.data) if before else None
    wanted = decode(theirs[CONFIG].data) if CONFIG in theirs else None
    if before is None or ours is None or decoded is None or wanted is None or before.mode is Mode.LINK:
        return Migrated()
    try:
        work = _Work(ours, read(to_unix(wanted.text)))
        work.run()
    except Malformed:
        return Migrated()
    if work.document.text == ours.text:
        return Migrated()
    text = restore_endings(work.document.text, decoded.text)
    change = Change(CONFIG, before, File(encode(text, decoded), before.mode))
    placed, told = _placed(repo, work.settings)
    return Migrated((change, *placed), (*work.decisions, *told))


class _Offer(NamedTuple):
    """The standard's own repository of hooks."""

    key: str
    tools: frozenset[str]


class _Work:
    def __init__(self, ours: Document, wanted: Document) -> None:
        self.document = ours
        self.wanted = wanted
        self.offer = _offer(wanted)
        self.decisions: list[Decision] = []
        self.settings: list[Setting] = []

    def run(self) -> None:
        """One hook after the other, each on the text that the last one left."""
        for _ in range(MOST):
            entry = next((item for item in entries(self.document) if item.tool in self.offer.tools), None)
            if entry is None:
                return
            self._provide(entry)
            self._carry(entry)
            self._drop(entry)

    @property
    def _home(self) -> KeyPath:
        return 'repos', self.offer.key

    def _provide(self, entry: Entry) -> None:
        """The standard's repository stands before the first old hook, and has this hook."""
        if self.document.find(self._home) is None:
            made = read(Yaml().insert(self.document, self._home, self.wanted))
            new = made.find(self._home)
            old = self.document.find(entry.path[:2])
            assert new is not None and old is not None
            chunk = made.text[new.start : new.end]
            chunk = chunk if chunk.endswith('\n') else f'{chunk}\n'
            text = self.document.text
            self.document = read(text[: old.start] + chunk + text[old.start :])
        path = (*self._home, 'hooks', f'[id={entry.tool}]')
        if self.document.find(path) is None:
            self.document = read(Yaml().insert(self.document, path, self.wanted))

    def _carry(self, entry: Entry) -> None:
        path = (*self._home, 'hooks', f'[id={entry.tool}]')
        for key in (PLUGINS.get(entry.tool, ''), *reversed(CARRIED)):  # each goes directly behind `id`
            node = entry.node.child(key)
            if node is None:
                continue
            value = entry.document.source(node).strip()
            if self.document.find((*path, key)) is not None:
                self._say((*path, key), (value, None), 'the standard says where and when this hook runs', entry)
                continue
            snippet = read(_snippet(path, _lines(entry, node)))
            self.document = read(Yaml().insert(self.document, (*path, key), snippet))
            self._say((*path, key), (value, value), 'it goes with the hook', entry)
        self.settings += _settings(entry)

    def _drop(self, entry: Entry) -> None:
        now = next(item for item in entries(self.document) if item.tool in self.offer.tools)
        hooks = self.document.find(now.path[:3])
        alone = hooks is not None and len(hooks.children) == 1
        path = now.path[:2] if alone else now.path
        node = self.document.find(path)
        before = self.document.text[node.start : node.end].strip('\n') if node else ''
        self._say(path, (before, None), GONE, entry)
        self.document = read(Yaml().remove(self.document, path))

    def _say(self, key: KeyPath, values: tuple[str, str | None], reason: str, entry: Entry) -> None:
        action = Action.MOVE if values[1] is not None else Action.REMOVE
        source = f'{CONFIG}:{entry.line}'
        self.decisions.append(Decision(CONFIG, key, action, *values, Owner.TEAM, reason, source, 'migration'))


def _document(repo: Repo) -> Document | None:
    text = repo.text(CONFIG)
    if text is None or not WORDS.search(text):
        return None
    try:
        return read(to_unix(text))
    except Malformed:
        return None


def _offer(wanted: Document) -> _Offer:
    """Of the standard's repositories the one that is no tool's own; raises Malformed without one."""
    repos = wanted.find(('repos',))
    foreign = {entry.path[1] for entry in entries(wanted)}
    for repo in repos.children if repos else ():
        hooks = repo.child('hooks')
        tools = {hook.fields.get('id', '') for hook in hooks.children} if hooks else set()
        if repo.key not in foreign and tools & {'black', 'isort', 'flake8', 'pylint'}:
            return _Offer(repo.key, frozenset(tools))
    raise Malformed('the standard has no hooks of its own')


def _lines(entry: Entry, node: Node) -> str:
    """`key: value` with its further lines moved to the left, old names of stages replaced."""
    text = entry.document.text[node.body : node.end].rstrip('\n')
    if entry.node.flow:
        text = f'{node.key}: {entry.document.source(node)}'
    first, *rest = text.split('\n')
    moved = [line[node.column :] if not line[: node.column].strip() else line.lstrip() for line in rest]
    text = '\n'.join([first.strip(), *moved])
    if node.key == 'stages':
        text = re.sub(r'(?<![\w-])(commit|push|merge-commit)(?![\w-])', lambda found: STAGES[found[1]], text)
    return text


def _snippet(path: KeyPath, lines: str) -> str:
    """A small configuration that holds one key of one hook."""
    repo, hook = item_value(path[1]), item_value(path[3])
    inner = '\n'.join(f'        {line}' if line.strip() else '' for line in lines.split('\n'))
    return f'repos:\n  - repo: {repo}\n    hooks:\n      - id: {hook}\n{inner}\n'


def _settings(entry: Entry) -> Iterator[Setting]:
    """Arguments that say where the tool looks, as options; one given several times is a list."""
    node = entry.node.child('args')
    given = [str(item.data) for item in node.children] if node else []
    if node is not None and not node.children and isinstance(node.data, tuple):
        given = [str(item) for item in node.data[1]]
    found: dict[str, list[str]] = {}
    waiting = ''
    for word in (*entry.arguments, *given):
        name, mark, value = word.partition('=')
        option = option_name(entry.tool, name.removeprefix('--')) if name.startswith('--') else ''
        if waiting and not word.startswith('-'):
            found.setdefault(waiting, []).append(word)
        elif option and mark:
            found.setdefault(option, []).append(value)
        waiting = option if option and not mark else ''
        if option == 'skip_gitignore':
            found[option] = ['true']
    for option, values in found.items():
        lines = '\n'.join(values)
        lines = re.sub(r'[\s,]+(?=[^\s:,]+:)', '\n', lines) if option == 'per-file-ignores' else lines
        yield Setting(entry.tool, option, lines, f'{CONFIG}:{entry.line}')


def _placed(repo: Repo, settings: Iterable[Setting]) -> tuple[tuple[Change, ...], tuple[Decision, ...]]:
    """The options in pyproject.toml; none where it can't be read."""
    wanted = tuple(settings)
    before = repo.file(PYPROJECT)
    found = decode(before.data) if before else None
    if not wanted or before is None or found is None or before.mode is Mode.LINK:
        return (), ()
    try:
        text, decisions = place(found.text, wanted)
    except Malformed:
        return (), ()
    return (Change(PYPROJECT, before, File(encode(text, found), before.mode)),), decisions


MIGRATION = Migration(
    'shared-hooks',
    'MIG003',
    'The hooks of black, isort, flake8 and pylint come from the standard',
    'tools from one repository',
    needed,
    carry_out,
)

"""policies.toml: who owns a file or a key, which tables are closed, what is retired, what has moved."""

from __future__ import annotations

import difflib
import functools
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from trueup.errors import UserError
from trueup.model import KeyPath, Owner
from trueup.text.keys import format_key, parse_key

SCHEMA = 1
TOP_KEYS = frozenset({'schema', 'migrations', 'retired', 'policy', 'moves', 'team'})
POLICY_KEYS = frozenset({'keys', 'owner', 'closed', 'reason'})
MOVE_KEYS = frozenset({'version', 'files', 'keys'})
TEAM_KEYS = frozenset({'answer', 'value', 'keys', 'migrations'})
PLACEHOLDER = re.compile(r'\{([A-Za-z_]\w*)\}')


class Target(NamedTuple):
    """A file pattern and a key path; () is the whole file."""

    glob: str
    key: KeyPath = ()

    def __str__(self) -> str:
        return f'{self.glob}::{format_key(self.key)}' if self.key else self.glob

    def covers(self, path: str, key: KeyPath) -> bool:
        """Whether this target speaks about a key of a file."""
        return key[: len(self.key)] == self.key and matches(self.glob, path)


class Rule(NamedTuple):
    """What is said about one key: its owner, whether additions below need a waiver, why, and by which pattern."""

    owner: Owner = Owner.DEFAULT
    closed: bool = False
    reason: str = ''
    pattern: str = ''


class Entry(NamedTuple):
    """One pattern of policies.toml."""

    target: Target
    rule: Rule
    line: int = 0

    @property
    def weight(self) -> tuple[int, int]:
        """Longest wins: more key segments, then more literal characters in the file pattern."""
        return len(self.target.key), sum(char not in '*?' for char in self.target.glob)


class Retired(NamedTuple):
    """A file, or a key of a file, that must be gone."""

    path: str
    key: KeyPath = ()

    def __str__(self) -> str:
        return str(Target(self.path, self.key))


class Move(NamedTuple):
    """A renamed file (keys empty) or a key that has a new place, since a version."""

    version: str
    old: Target
    new: Target


class Choice(NamedTuple):
    """What is the team's while an answer has a value: no such key is written, closed or retired, no such step runs."""

    answer: str
    value: str
    targets: tuple[Target, ...] = ()
    migrations: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileRules:
    """The rules of one file, ready to be asked about its keys."""

    path: str
    entries: tuple[Entry, ...] = ()
    waived: tuple[Target, ...] = ()
    once: str = ''
    """The pattern of `_skip_if_exists` that matches the file."""

    def rule(self, key: KeyPath = ()) -> Rule:
        """The rule with the longest pattern that covers the key."""
        for target in self.waived:
            if key[: len(target.key)] == target.key:
                return Rule(Owner.TEAM, False, 'waived', str(target))
        found = self.entry(key)
        if found is None and self.once:
            return Rule(Owner.SEED, False, 'Copier writes it once (_skip_if_exists)', self.once)
        return found.rule if found is not None else Rule()

    def entry(self, key: KeyPath = ()) -> Entry | None:
        """The line of policies.toml that wins for a key; a waiver is none."""
        covering = [entry for entry in self.entries if key[: len(entry.target.key)] == entry.target.key]
        return max(covering, key=lambda entry: entry.weight, default=None)

    def divided(self, key: KeyPath) -> bool:
        """Whether a rule or a waiver speaks about something below the key only."""
        deeper = (*(entry.target for entry in self.entries), *self.waived)
        return any(len(target.key) > len(key) and target.key[: len(key)] == key for target in deeper)


@dataclass(frozen=True)
class Policies:
    """The whole of policies.toml; what nothing speaks about is `default`."""

    entries: tuple[Entry, ...] = ()
    retired: tuple[Retired, ...] = ()
    moves: tuple[Move, ...] = ()
    waived: tuple[Target, ...] = ()
    migrations: tuple[str, ...] = ()
    """Ids of the steps that this standard wants carried out; none without a policies.toml."""
    once: tuple[str, ...] = ()
    """Patterns of files that Copier itself never writes again; where no policy speaks they are `seed`."""
    choices: tuple[Choice, ...] = ()
    _files: dict[str, FileRules] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def empty() -> Policies:
        """Policies that say nothing: every key is `default`."""
        return Policies()

    @staticmethod
    def parse(text: str, *, where: str = 'policies.toml', placeholders: Mapping[str, str] | None = None) -> Policies:
        """Read policies.toml; raises UserError that names the line."""
        return _Reader(text.removeprefix('\ufeff'), where, placeholders or {}).read()

    def file(self, path: str) -> FileRules:
        """The rules that speak about one file."""
        found = self._files.get(path)
        if found is None:
            entries = tuple(entry for entry in self.entries if matches(entry.target.glob, path))
            waived = tuple(target for target in self.waived if matches(target.glob, path))
            once = next((glob for glob in self.once if matches(glob, path)), '')
            found = self._files[path] = FileRules(path, entries, waived, once)
        return found

    def rule(self, path: str, key: KeyPath = ()) -> Rule:
        """Owner, closedness, reason and pattern for one key."""
        return self.file(path).rule(key)

    def owner(self, path: str, key: KeyPath = ()) -> Owner:
        """Who owns a key (or, without one, the file)."""
        return self.rule(path, key).owner

    def closed(self, path: str, key: KeyPath) -> bool:
        """Whether a key that the service adds here needs a waiver."""
        return self.rule(path, key).closed

    def written_once(self, path: str) -> bool:
        """Whether the file is a seed that no version writes again, not even where the service never edited it."""
        return bool(self.file(path).once) and self.owner(path) is Owner.SEED

    def with_once(self, globs: tuple[str, ...]) -> Policies:
        """A copy that knows which files Copier itself never writes again."""
        return replace(self, once=globs, _files={}) if globs else self

    def chosen(self, answers: Mapping[str, object]) -> Policies:
        """A copy in which the team owns what these answers leave to it."""
        mine = [choice for choice in self.choices if str(answers.get(choice.answer)) == choice.value]
        if not mine:
            return self
        waived = (*self.waived, *(target for choice in mine for target in choice.targets))
        steps = tuple(step for step in self.migrations if not any(step in choice.migrations for choice in mine))
        return replace(self, waived=waived, migrations=steps, _files={})

    def waive(self, targets: Iterable[str]) -> Policies:
        """A copy in which the given `FILEGLOB::KEY` targets, and all below them, belong to the team."""
        waived = tuple(parse_target(target) for target in targets)
        return replace(self, waived=(*self.waived, *waived), _files={})


def parse_target(text: str) -> Target:
    """Read `FILEGLOB` or `FILEGLOB::KEYPATH`; raises UserError."""
    glob, mark, key = text.partition('::')
    if not glob or (mark and not key):
        raise UserError(f'not a target: {text!r}', hint='write FILEGLOB or FILEGLOB::KEYPATH')
    return Target(glob, parse_key(key))


@functools.lru_cache(maxsize=4096)
def _pattern(glob: str) -> re.Pattern[str]:
    text = ''
    for part in re.split(r'(\*\*/|\*\*|\*|\?)', glob):
        text += {'**/': '(?:.*/)?', '**': '.*', '*': '[^/]*', '?': '[^/]'}.get(part, re.escape(part))
    return re.compile(text, re.DOTALL)


def matches(glob: str, path: str) -> bool:
    """Whether a file pattern (`*`, `**`, `?`) matches a whole path."""
    return _pattern(glob).fullmatch(path) is not None


def overlap(first: str, second: str) -> bool:
    """Whether two file patterns can match the same path (`**` and `*` are both taken as any text: on the safe side)."""
    return _overlap(re.sub(r'\*\*/|\*+', '*', first), re.sub(r'\*\*/|\*+', '*', second))


@functools.lru_cache(maxsize=16384)
def _overlap(first: str, second: str) -> bool:
    if not first or not second:
        return not (first + second).strip('*')
    if second[0] == '*':
        first, second = second, first
    if first[0] == '*':
        return _overlap(first[1:], second) or _overlap(first, second[1:])
    return (first[0] == second[0] or '?' in (first[0], second[0])) and _overlap(first[1:], second[1:])


def _said(entry: Entry) -> str:
    return f'{entry.rule.owner}, closed' if entry.rule.closed else str(entry.rule.owner)


def _meant(name: str, names: Sequence[str]) -> str:
    found = difflib.get_close_matches(name, names, 1)
    return f'did you mean {found[0]}?' if found else ''


class _Reader:
    """One reading of policies.toml, which knows the line of each entry."""

    def __init__(self, text: str, where: str, placeholders: Mapping[str, str]) -> None:
        self.text = text
        self.where = where
        self.placeholders = placeholders
        self.lines = text.split('\n')

    def read(self) -> Policies:
        """Check everything, then build."""
        try:
            data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r'line (\d+)', str(error))
            raise self.error(f'not valid TOML: {error}', int(line[1]) if line else 0) from error
        self.known(data, TOP_KEYS, 1)
        if data.get('schema') != SCHEMA:
            raise self.error(f'schema is {data.get("schema")!r}, not {SCHEMA}', self.find('schema'), 'update trueup')
        entries = self.entries(self.tables(data, 'policy'))
        self.ties(entries)
        retired = tuple(Retired(*target) for target in self.targets(data.get('retired', []), 'retired'))
        moves = tuple(self.moves(self.tables(data, 'moves')))
        choices = tuple(self.choice(table, line) for table, line in self.tables(data, 'team'))
        steps = self.migrations(data.get('migrations', []))
        return Policies(entries, retired, moves, migrations=steps, choices=choices)

    def choice(self, table: Mapping[str, Any], line: int) -> Choice:
        """One `[[team]]` table."""
        self.known(table, TEAM_KEYS, line)
        answer, value = table.get('answer'), table.get('value')
        if not isinstance(answer, str) or not isinstance(value, str):
            raise self.error('a [[team]] table needs `answer` and `value`, both strings', line)
        targets = tuple(self.targets(table.get('keys', []), 'keys'))
        return Choice(answer, value, targets, self.migrations(table.get('migrations', [])))

    def migrations(self, names: object) -> tuple[str, ...]:
        """The ids as they stand; what they mean is known further up."""
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self.error('`migrations` is a list of ids', self.find('migrations'))
        return tuple(names)

    def tables(self, data: Mapping[str, Any], name: str) -> list[tuple[dict[str, Any], int]]:
        """The `[[name]]` tables, each with its line."""
        found = data.get(name, [])
        if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
            raise self.error(f'`{name}` is not a list of tables', self.find(name), f'write [[{name}]]')
        header = re.compile(rf'\s*\[\[\s*["\']?{name}["\']?\s*\]\]')
        starts = [number for number, line in enumerate(self.lines, 1) if header.match(line)]
        if len(starts) != len(found):
            starts = [self.find(name)] * len(found)
        return list(zip(found, starts, strict=True))

    def entries(self, policies: list[tuple[dict[str, Any], int]]) -> tuple[Entry, ...]:
        """All patterns of all `[[policy]]` tables."""
        found = []
        for policy, start in policies:
            self.known(policy, POLICY_KEYS, start)
            rule = self.rule(policy, start)
            for target, line in self.placed(policy['keys'], start):
                found.append(Entry(target, rule._replace(pattern=str(target)), line))
        return tuple(found)

    def targets(self, texts: object, name: str) -> Iterator[Target]:
        """The targets of a list at the top."""
        if not isinstance(texts, list):
            raise self.error(f'`{name}` is not a list', self.find(name), 'write ["FILE", "FILE::KEY"]')
        return (target for target, _ in self.placed(texts, self.find(name)))

    def placed(self, texts: list[object], start: int) -> Iterator[tuple[Target, int]]:
        """Each target of a list with its line."""
        for text in texts:
            line = self.find(str(text), start)
            if not isinstance(text, str):
                raise self.error(f'{text!r} is not a target', line, 'write "FILEGLOB" or "FILEGLOB::KEYPATH"')
            yield self.target(text, line), line

    def rule(self, policy: Mapping[str, Any], line: int) -> Rule:
        """Owner, closedness and reason of one table."""
        if not isinstance(policy.get('keys'), list):
            raise self.error('a policy needs `keys`, a list', line)
        if policy.get('owner') not in tuple(Owner):
            hint = _meant(str(policy.get('owner')), tuple(Owner)) or f'one of {", ".join(Owner)}'
            raise self.error(
                f'unknown owner {policy.get("owner")!r}', self.find('owner', line) if 'owner' in policy else line, hint
            )
        if not isinstance(policy.get('closed', False), bool):
            raise self.error('`closed` is true or false', self.find('closed', line))
        return Rule(Owner(policy['owner']), policy.get('closed', False), str(policy.get('reason', '')))

    def moves(self, moves: list[tuple[dict[str, Any], int]]) -> Iterable[Move]:
        """All renamed files and moved keys."""
        for move, line in moves:
            self.known(move, MOVE_KEYS, line)
            if not isinstance(move.get('version'), str):
                raise self.error('a move needs `version`, a string', line)
            for kind in ('files', 'keys'):
                if not isinstance(move.get(kind, {}), dict):
                    raise self.error(f'`{kind}` of a move is a table, old = new', self.find(kind, line))
                for old, new in move.get(kind, {}).items():
                    yield self.move(move['version'], (old, new), kind, self.find(old, line))

    def move(self, version: str, pair: tuple[str, object], kind: str, line: int) -> Move:
        """One renamed file or moved key."""
        if not isinstance(pair[1], str):
            raise self.error(f'{pair[0]!r} moves to {pair[1]!r}, which is no target', line)
        old, new = (self.target(text, line) for text in pair)
        if bool(old.key) is not (kind == 'keys') or bool(new.key) is not (kind == 'keys'):
            raise self.error(f'{old} -> {new} stands under `{kind}`', line, 'files have no ::KEY, keys have one')
        return Move(version, old, new)

    def target(self, text: object, line: int) -> Target:
        """One `FILEGLOB::KEY` with its placeholders filled in."""
        try:
            return parse_target(PLACEHOLDER.sub(lambda found: self.fill(found, line), str(text)))
        except UserError as error:
            raise self.error(error.message, line, error.hint) from error

    def fill(self, found: re.Match[str], line: int) -> str:
        """The value of one placeholder."""
        if found[1] not in self.placeholders:
            known = ', '.join(sorted(self.placeholders)) or 'none'
            raise self.error(f'unknown placeholder {found[0]}', line, f'known: {known}')
        return self.placeholders[found[1]]

    def ties(self, entries: Iterable[Entry]) -> None:
        """Two patterns of one weight for the same keys must agree on the owner, and on whether they are closed."""
        groups: dict[tuple[KeyPath, int], list[Entry]] = {}
        for entry in entries:
            groups.setdefault((entry.target.key, entry.weight[1]), []).append(entry)
        for first, second in (pair for group in groups.values() for pair in itertools.combinations(group, 2)):
            if _said(first) != _said(second) and overlap(first.target.glob, second.target.glob):
                raise self.error(
                    f'{first.target} ({_said(first)}) and {second.target} ({_said(second)}, '
                    f'line {second.line}) say different things about the same keys',
                    first.line,
                    'make one pattern longer',
                )

    def known(self, table: Mapping[str, Any], allowed: frozenset[str], line: int) -> None:
        """No key that has no meaning."""
        for key in table:
            if key not in allowed:
                hint = _meant(key, sorted(allowed)) or f'known: {", ".join(sorted(allowed))}'
                raise self.error(f'unknown key {key!r}', self.find(key, line), hint)

    def find(self, text: str, start: int = 1) -> int:
        """Line of a string or a key from a line on, else of the first mention of the text."""
        name = re.escape(text)
        for pattern in (rf'["\']{name}["\']|^\s*{name}\s*=', name, re.escape(text.replace('"', '\\"'))):
            for number, line in enumerate(self.lines[start - 1 :], start):
                if re.search(pattern, line):
                    return number
        return start

    def error(self, message: str, line: int, hint: str = '') -> UserError:
        """A mistake on a line."""
        return UserError(message, where=f'{self.where}:{line}' if line else self.where, hint=hint)

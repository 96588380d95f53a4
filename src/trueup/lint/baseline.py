"""The recorded findings of before adoption, `.trueup/baseline.json`: known ones don't fail a run, and it only shrinks.

A finding is known by what it says about which text, not by its line number, so that it stays known when lines move:
tool, rule, file, symbol and a digest of the line without its white space. Some findings are about a file as a whole
and are known by the file alone; duplicate code and cyclic imports are about a set of modules, and known by the set.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from trueup.errors import UserError
from trueup.lint.files import LineReader
from trueup.lint.model import Message

if TYPE_CHECKING:
    from trueup.model import Debt

BASELINE_FILE = '.trueup/baseline.json'
SCHEMA = 1
DIGITS = 16

WHOLE_FILE = frozenset(
    'black isort '
    'C0114 C0302 C0304 C0305 E0001 F0002 W2402 '  # pylint's: docstring, size, end of the file, syntax, name
    'E902 E999 W292 W391 D100 D104 N999'.split()  # flake8's and its usual plug-ins'
)
"""Rules whose line says nothing: it is the first or the last of the file."""
WHOLE_SET = {
    'R0801': re.compile(r'^==(?P<module>.+):\[\d+:\d+\]$', re.MULTILINE),
    'R0401': re.compile(r'(?:\(|-> )(?P<module>[^()]+?)(?= ->|\))'),
}
"""Rules about several files, with where their text names the modules; each run may tell them at another file."""
BLOCK = '='
"""Before the digest of the lines that a duplicate shares."""


class Entry(NamedTuple):
    """One recorded finding and how often it occurs; `line` is a digest, or the modules of a whole-set rule."""

    path: str
    tool: str
    rule: str
    symbol: str
    line: str
    count: int = 1  # type: ignore[assignment]  # a tuple counts too, which nobody asks it to

    @property
    def modules(self) -> frozenset[str]:
        """Modules that a whole-set rule is about."""
        return frozenset(word for word in _words(self) if not word.startswith(BLOCK))

    def covers(self, other: Entry) -> bool:
        """Whether a finding of a whole-set rule is this one, told of some of its modules or of the same lines.

        pylint tells three equal files as one pair, and another pair of them where only some files are checked.
        """
        if (self.tool, self.rule) != (other.tool, other.rule):
            return False
        return other.modules <= self.modules or any(word.startswith(BLOCK) for word in _words(self) & _words(other))


FIELDS = Entry._fields


class Baseline(NamedTuple):
    """All recorded findings of one service, sorted."""

    entries: tuple[Entry, ...] = ()

    @classmethod
    def load(cls, root: Path) -> Baseline | None:
        """The baseline of a service, None if it has none; raises UserError where it is malformed."""
        place = root / BASELINE_FILE
        try:
            text = place.read_bytes().decode('utf-8-sig')
            return cls(_entries(json.loads(text)))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (UnicodeDecodeError, ValueError) as error:
            marked = b'<<<<<<<' in place.read_bytes()
            hint = 'end the merge: keep the lines of both sides' if marked else 'restore it from Git'
            raise UserError(f'not a baseline: {error}', where=str(place), hint=hint) from error

    @classmethod
    def make(cls, messages: Iterable[Message], read_line: LineReader) -> Baseline:
        """A baseline that knows exactly these messages."""
        found = Counter(entry_of(message, read_line) for message in messages)
        return cls(_sorted(entry._replace(count=1 if entry.modules else count) for entry, count in found.items()))

    def dump(self) -> str:
        """JSON with one entry per line, sorted, so that Git shows and merges single findings."""
        lines = ',\n'.join(f'    {json.dumps(entry._asdict(), ensure_ascii=False)}' for entry in _sorted(self.entries))
        entries = f'[\n{lines}\n  ]' if lines else '[]'
        return f'{{\n  "schema": {SCHEMA},\n  "entries": {entries}\n}}\n'

    def split(
        self, messages: Iterable[Message], read_line: LineReader
    ) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        """The messages that are new, and those that are known; of equal ones the first are the known."""
        left = Counter({entry._replace(count=1): entry.count for entry in self.entries})
        new: list[Message] = []
        known: list[Message] = []
        for message in messages:
            entry = entry_of(message, read_line)
            if entry.modules:
                (known if any(old.covers(entry) for old in self.entries) else new).append(message)
            elif left[entry] > 0:
                left[entry] -= 1
                known.append(message)
            else:
                new.append(message)
        return tuple(new), tuple(known)

    def shrunk(
        self, messages: Iterable[Message], read_line: LineReader, *, unchecked: Collection[str] = ()
    ) -> Baseline:
        """The baseline without what these messages of a whole run no longer say; it never grows.

        `unchecked` names tools, rules or symbols that the run could not look at: their entries stay.
        """
        found = Counter(entry_of(message, read_line) for message in messages)
        sets = [entry for entry in found if entry.modules]
        kept: list[Entry] = []
        for entry in self.entries:
            count = min(entry.count, found[entry._replace(count=1)])
            if {entry.tool, entry.rule, entry.symbol} & set(unchecked):
                count = entry.count
            elif entry.modules:
                count = int(any(entry.covers(other) for other in sets))
            if count:
                kept.append(entry._replace(count=count))
        return Baseline(_sorted(kept))

    def debt(self) -> Debt:
        """How much is recorded, by rule and by file."""
        from trueup.model import Debt  # thirty classes that a commit has no use for

        rules: Counter[str] = Counter()
        paths: Counter[str] = Counter()
        for entry in self.entries:
            rules[entry.rule] += entry.count
            paths[entry.path or '(several files)'] += entry.count
        return Debt(dict(sorted(rules.items())), dict(sorted(paths.items())))

    @property
    def total(self) -> int:
        """Number of recorded findings."""
        return sum(entry.count for entry in self.entries)


def entry_of(message: Message, read_line: LineReader) -> Entry:
    """What a message is known by."""
    named = WHOLE_SET.get(message.rule)
    if named:
        words = sorted({match['module'].replace(' ', '') for match in named.finditer(message.text)}) + _block(message)
        return Entry('', message.tool, message.rule, message.symbol, ' '.join(words))
    whole = not message.line or message.rule in WHOLE_FILE or _names_module(message)
    line = '' if whole else digest(read_line(message.path, message.line))
    return Entry(message.path, message.tool, message.rule, message.symbol, line)


def digest(line: str) -> str:
    """A short digest of a line that does not see white space."""
    return sha256(''.join(line.split()).encode('utf-8', 'surrogateescape')).hexdigest()[:DIGITS]


def _names_module(message: Message) -> bool:
    """pylint's invalid-name about the file's own name stands at line 1 like any other."""
    return message.rule == 'C0103' and message.text.startswith('Module name ')


def _words(entry: Entry) -> frozenset[str]:
    return frozenset(entry.line.split()) if entry.rule in WHOLE_SET else frozenset()


def _block(message: Message) -> list[str]:
    """Digest of the lines that a duplicate shares, without blank and comment lines: these may differ."""
    if message.rule != 'R0801':
        return []
    last = [match.end() for match in WHOLE_SET['R0801'].finditer(message.text)][-1:]
    lines = [line.strip() for line in message.text[sum(last) :].split('\n')]
    return [BLOCK + digest(''.join(line for line in lines if not line.startswith('#')))]


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries))


def _entries(document: object) -> tuple[Entry, ...]:
    if not isinstance(document, dict) or not isinstance(document.get('entries'), list):
        raise ValueError('no list "entries"')
    if document.get('schema') != SCHEMA:
        raise ValueError(f'schema {document.get("schema")!r} is not {SCHEMA}; another version of trueup wrote it')
    return _sorted(_merged(_entry(item) for item in document['entries']))


def _entry(item: object) -> Entry:
    if not isinstance(item, dict) or set(item) != set(FIELDS):
        raise ValueError(f'an entry needs exactly {", ".join(FIELDS)}: {item!r}')
    count = item['count']
    texts = all(isinstance(item[name], str) for name in FIELDS[:-1])
    # True is an int in Python.
    if not texts or isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ValueError(f'an entry has texts and a count of at least 1: {item!r}')
    return Entry(**item)


def _merged(entries: Iterator[Entry]) -> Sequence[Entry]:
    """A Git merge may leave the same entry twice; the larger count is what either side knew."""
    found: dict[Entry, int] = {}
    for entry in entries:
        key = entry._replace(count=1)
        found[key] = max(entry.count, found.get(key, 0))
    return [key._replace(count=count) for key, count in found.items()]

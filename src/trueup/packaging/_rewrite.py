"""Rewrites an old Poetry file in place: each table's PEP 621 counterpart stands where the old table stood."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.requirements import InvalidRequirement, Requirement

from trueup.model import Action, Decision, KeyPath, Owner
from trueup.packaging import _write
from trueup.packaging._address import clean, credential_note
from trueup.packaging._constraints import lift
from trueup.packaging._model import PYPROJECT, normalise
from trueup.packaging._toml import Block, Entry, blocks, literal, parse, quote, remarks, value_text
from trueup.packaging._write import Content, Remarks
from trueup.packaging.old_poetry import PEOPLE, ROOT, SAME, URLS, console_script

PRIORITIES = {'default': 'primary', 'secondary': 'supplemental'}
MOVED = {*SAME, *PEOPLE, *URLS, 'urls', 'plugins', 'extras', 'dev-dependencies'}
CORES = ['0.12.17', *(f'{major}.{minor}.0' for major in (1, 2) for minor in range(20))]
COUNTERPARTS = {'extras': ('optional-dependencies',), 'urls': ('urls',), 'scripts': ('scripts',)}


def rewrite(text: str, content: Content) -> tuple[str, tuple[Decision, ...], tuple[str, ...]]:
    """The new text, what was decided about tables that are no metadata, and notes."""
    data = parse(text, PYPROJECT)
    job = _Rewriter(blocks(text), data, content)
    return job.run(), tuple(job.decisions), tuple(job.notes)


class _Rewriter:
    def __init__(self, cut: tuple[Block, ...], data: Mapping[str, object], content: Content) -> None:
        self.cut = cut
        self.tool: Mapping[str, object] = _table(data.get('tool'))
        self.poetry = _table(self.tool.get('poetry'))
        self.content = content
        taken = any(field.key == ('version',) for field in content.fields)
        self.kept = _kept_names(self.poetry, 'version' in self.poetry and not taken)
        self.decisions: list[Decision] = []
        self.notes: list[str] = []
        self.pieces: list[str] = []
        self.written: set[KeyPath] = set()
        self.homes = {self._home(block) for block in cut}

    def run(self) -> str:
        """All blocks in their order."""
        for block in self.cut:
            if block.path[:2] == ROOT and ('project',) not in self.written:
                self._project()
            self._block(block)
        for index in self.content.indexes:
            self._add(_write.source(index))
        if not self.content.unbuilt and not any(block.path == ('build-system',) for block in self.cut):
            self._add(_write.BUILD_SYSTEM)
        return ''.join(self.pieces)

    def _block(self, block: Block) -> None:
        if block.path == (*ROOT, 'source') and block.is_list:
            self._add(block.lead + block.header + ''.join(self._source_entry(block, entry) for entry in block.entries))
            self._add(block.tail, gap=False)
        elif block.path == ('build-system',):
            entries = ''.join(entry.lead + self._build_entry(entry) for entry in block.entries)
            self._add(block.lead + block.header + entries + block.tail)
        elif block.path[:2] == ROOT and not self._stays(block):
            self._counterpart(block)
        else:
            self._add(block.text, gap=bool(block.header))

    def _add(self, piece: str, *, gap: bool = True) -> None:
        """Append a piece, one blank line before it unless it brings its own."""
        if not piece:
            return
        before = ''.join(self.pieces[-2:])
        if before and not before.endswith('\n'):
            self.pieces.append('\n')
        if gap and before.strip():
            piece = piece if re.match(r'[ \t]*\r?\n', piece) else f'\n{piece}'
        self.pieces.append(piece if before.strip() or not gap else piece.lstrip('\n'))

    def _stays(self, block: Block) -> bool:
        """A table that Poetry 2 still reads as it is."""
        if block.is_list:
            return block.path[2] != 'dependencies'
        return len(block.path) > 2 and not self._home(block) and not any(map(self._consumed, block.entries))

    def _home(self, block: Block) -> KeyPath:
        """The new table that takes the place of a block."""
        if block.path[:2] != ROOT or len(block.path) < 3:
            return ()
        area = block.path[2]
        if area == 'plugins' and len(block.path) > 3:
            return 'entry-points', block.path[3]
        if area == 'dev-dependencies' or (area == 'group' and block.path[4:5] == ('dependencies',)):
            return ('dependency-groups',)
        if area == 'dependencies':
            return ('dependencies',)
        return COUNTERPARTS.get(area, ())

    def _consumed(self, entry: Entry) -> bool:
        """Whether a key now stands elsewhere."""
        path = entry.path
        if path in self.kept or path[:-1] in self.kept:
            return False
        area = path[2]
        if area == 'scripts':
            return len(path) < 4 or bool(console_script(_table(self.poetry['scripts'])[path[3]]))
        if area == 'group':
            return path[4:5] == ('dependencies',)
        return area in MOVED or area == 'dependencies' or area in {'license', 'readme'}

    def _project(self) -> None:
        """The `[project]` table and those of its sub-tables that have no old counterpart."""
        self.written.add(('project',))
        block = next((block for block in self.cut if block.path == ROOT), None)
        lead = remarks(block.lead) if block else ()
        tail = remarks(block.tail) if block and not self._rest(block) else ()
        self._add(_write.project(self.content, Remarks(lead, tail), self._array_remarks('dependencies')))
        for path in dict.fromkeys(field.key[:-1] for field in self.content.fields if len(field.key) > 1):
            self._sub_table(path, only_homeless=True)
        if self.content.extra_names():
            self._sub_table(('optional-dependencies',), only_homeless=True)
        if ('dependency-groups',) not in self.homes:
            self._groups()
        if block is None:
            self._add(_write.poetry(self.content))
        if ('dependencies',) not in self.homes:
            self._add(_write.enrichment(self.content, ''))

    def _sub_table(self, path: KeyPath, around: Remarks = Remarks(), *, only_homeless: bool = False) -> None:
        if path in self.written or (only_homeless and path in self.homes):
            return
        self.written.add(path)
        self._add(_write.sub_table(self.content, path, around, self._extras_remarks()))

    def _groups(self) -> None:
        if ('dependency-groups',) not in self.written:
            self.written.add(('dependency-groups',))
            names = self.content.group_names()
            self._add(_write.groups(self.content, {name: self._group_remarks(name) for name in names}))
            for name in names:
                self._add(_write.enrichment(self.content, name))

    def _counterpart(self, block: Block) -> None:
        home = self._home(block)
        rest = self._rest(block)
        if block.header and not rest:
            self._decide(
                block.path, block.header.strip(), f'[{".".join(self._place(home))}]', 'PEP 621 has a place for it', ''
            )
        if home == ('dependency-groups',):
            self._groups()
        elif home == ('dependencies',):
            if len(block.path) == 3:
                rest = ''.join(_write.enrichment_lines(self.content, '')) + rest
        elif home:
            around = Remarks(remarks(block.lead), () if rest else remarks(block.tail))
            if self._has(home):
                self._sub_table(home, around)
        if rest:
            header = block.header if block.header.strip() else ''
            lead = '\n' + (block.lead.lstrip('\n') if not home and block.path != ROOT else '')
            owned = home in {('dependencies',), ('dependency-groups',)}
            self._add(lead + header + rest + ('' if owned else block.tail))

    @staticmethod
    def _place(home: KeyPath) -> KeyPath:
        return home if home == ('dependency-groups',) else ('project', *(home if home != ('dependencies',) else ()))

    def _has(self, path: KeyPath) -> bool:
        return path == ('optional-dependencies',) or any(field.key[:-1] == path for field in self.content.fields)

    def _rest(self, block: Block) -> str:
        """Entries that stay in the old table, with the new keys of `[tool.poetry]`."""
        text = ''.join(entry.lead + entry.raw for entry in block.entries if not self._consumed(entry))
        if text and not text.endswith('\n'):
            text += '\n'
        if block.path == ROOT:
            text += ''.join(f'{key} = {value}\n' for key, value in self.content.poetry)
        return text

    def _array_remarks(self, area: str) -> Remarks:
        """Remarks of the table that became an array."""
        lead: tuple[str, ...] = ()
        tail: tuple[str, ...] = ()
        for block in self.cut:
            if block.path[:3] == (*ROOT, area):
                lead += remarks(block.lead) if len(block.path) == 3 else ()
                tail += remarks(block.tail)
        return Remarks(lead, tail)

    def _group_remarks(self, name: str) -> Remarks:
        found = [
            block
            for block in self.cut
            if block.path[:5] == (*ROOT, 'group', name, 'dependencies')
            or (name == 'dev' and block.path[:3] == (*ROOT, 'dev-dependencies'))
        ]
        short = [block for block in found if block.path[-1] in {'dependencies', 'dev-dependencies'}]
        return Remarks(
            tuple(remark for block in short for remark in remarks(block.lead)),
            tuple(remark for block in found for remark in remarks(block.tail)),
        )

    def _extras_remarks(self) -> dict[str, Remarks]:
        found: dict[str, Remarks] = {}
        for block in self.cut:
            for entry in block.entries:
                if entry.path[:3] == (*ROOT, 'extras') and len(entry.path) == 4:
                    behind = (entry.comment,) if entry.comment else ()
                    inner = tuple(_inner_only(entry))
                    found[entry.path[3]] = Remarks(remarks(entry.lead) + behind, inner)
        return found

    def _source_entry(self, block: Block, entry: Entry) -> str:
        """A key of an index: old flags become priorities, credentials leave."""
        key = entry.path[-1]
        values = {item.path[-1]: value_text(item.raw) for item in block.entries}
        old = f'{key} = {values[key]}'
        where = f'{PYPROJECT}:{entry.line}'
        new = entry.raw
        if key in PRIORITIES:
            new = (
                ''
                if values[key] == 'false' or 'priority' in values
                else _line(entry, 'priority', quote(PRIORITIES[key]))
            )
        elif key == 'priority' and values[key].strip('"\'').lower() in PRIORITIES:
            new = _line(entry, 'priority', quote(PRIORITIES[values[key].strip('"\'').lower()]))
        elif key == 'url':
            cleaned = clean(values[key].strip('"\''))
            if cleaned.secret:
                old = f'url = "{cleaned.url}" (with credentials)'
                new = _line(entry, 'url', quote(cleaned.url))
                self.notes.append(credential_note(where, values.get('name', '').strip('"\'')))
        if new != entry.raw:
            reason = 'Poetry 2 knows priorities only' if key != 'url' else 'credentials never stand in a tracked file'
            self._decide((*ROOT, 'source', key), old, new.strip() or None, reason, where)
        return entry.lead + new

    def _build_entry(self, entry: Entry) -> str:
        """A key of `[build-system]`: poetry-core 2 builds it."""
        old = value_text(entry.raw)
        new = old
        if entry.path[-1] == 'requires':
            items = [str(item) for item in _list(_value(old))]
            lifted = [_write.REQUIRES if _is_old_core(item) else item for item in items]
            new = literal(list(dict.fromkeys(lifted))) if lifted != items else old
        elif entry.path[-1] == 'build-backend' and old.strip('"\'') == 'poetry.masonry.api':
            new = quote(_write.BACKEND)
        if new == old:
            return entry.raw
        self._decide(entry.path, old, new, 'PEP 621 metadata needs poetry-core 2', f'{PYPROJECT}:{entry.line}')
        return _line(entry, entry.path[-1], new)

    def _decide(self, key: KeyPath, before: str, after: str | None, reason: str, where: str) -> None:
        action = Action.CHANGE if after else Action.REMOVE
        self.decisions.append(Decision(PYPROJECT, key, action, before, after, Owner.TEAM, reason, where or PYPROJECT))


def _kept_names(poetry: Mapping[str, object], dynamic_version: bool) -> set[KeyPath]:
    """Keys that Poetry 2 still reads from their old place."""
    kept: set[KeyPath] = {(*ROOT, 'version')} if dynamic_version else set()
    for key in ('license', 'readme'):
        if key in poetry and not isinstance(poetry[key], str):
            kept.add((*ROOT, key))
    dependencies = _table(poetry.get('dependencies'))
    members = {normalise(str(name)) for names in _table(poetry.get('extras')).values() for name in _list(names)}
    for name, spec in dependencies.items():
        if isinstance(spec, Mapping) and spec.get('optional') and normalise(name) not in members:
            kept.add((*ROOT, 'dependencies', name))
        if name.lower() == 'python' and isinstance(spec, str) and not lift(spec, python=True).exact:
            kept.add((*ROOT, 'dependencies', name))
    return kept


def _is_old_core(item: str) -> bool:
    try:
        requirement = Requirement(item)
    except InvalidRequirement:
        return False
    if normalise(requirement.name) not in {'poetry', 'poetry-core'}:
        return False
    allowed = [version for version in CORES if requirement.specifier.contains(version)]
    return not allowed or allowed[0].startswith(('0', '1'))


def _line(entry: Entry, key: str, text: str) -> str:
    behind = f'  {entry.comment}' if entry.comment else ''
    return f'{key} = {text}{behind}\n'


def _inner_only(entry: Entry) -> list[str]:
    return [line.strip() for line in entry.raw.splitlines()[:-1] if line.strip().startswith('#')]


def _value(text: str) -> object:
    return parse(f'value = {text}\n', PYPROJECT)['value']


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}

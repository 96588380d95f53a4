"""Moves requirements of Poetry's groups into `[dependency-groups]`, text in and text out.

Imported late: only a service that has such groups needs the readers of packaging.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping

from packaging.requirements import InvalidRequirement, Requirement

from trueup.model import KeyPath
from trueup.packaging import _write
from trueup.packaging._model import Dependency, normalise
from trueup.packaging._toml import Block, Entry, blocks, quote_key, remarks
from trueup.packaging._write import Content, Remarks
from trueup.packaging.old_poetry import ROOT, read_groups
from trueup.text.toml import Toml, parse_toml

GROUPS = 'dependency-groups'


def missing(text: str) -> tuple[Dependency, ...]:
    """Requirements of Poetry's groups that `[dependency-groups]` does not have; raises UserError.

    For a group that stands in both, Poetry reads the names of `[dependency-groups]` only: its own table enriches them.
    """
    groups = _filled(text)
    return tuple(item for item in read_groups(text).dependencies if normalise(item.group) not in groups)


def ignored(text: str) -> tuple[Dependency, ...]:
    """Requirements in Poetry's table of a group that stands in `[dependency-groups]` without them; raises UserError."""
    known = set(declared(tomllib.loads(text)))
    groups = _filled(text)
    found = (item for item in read_groups(text).dependencies if normalise(item.group) in groups)
    return tuple(item for item in found if (normalise(item.group), item.key) not in known)


def _filled(text: str) -> set[str]:
    return {group for group, _ in declared(tomllib.loads(text))}


def declared(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Group and name of each requirement in `[dependency-groups]`."""
    groups = data.get(GROUPS)
    for group, entries in groups.items() if isinstance(groups, Mapping) else ():
        for entry in entries if isinstance(entries, list) else ():
            try:
                name = Requirement(entry).name if isinstance(entry, str) else ''
            except InvalidRequirement:
                continue
            yield normalise(group), normalise(name)


def moved(text: str, items: tuple[Dependency, ...]) -> str:
    """The text with the requirements in `[dependency-groups]`, and in Poetry's tables only what it alone can say."""
    return _Move(text, items).run()


class _Move:
    def __init__(self, text: str, items: tuple[Dependency, ...]) -> None:
        self.cut = blocks(text)
        self.items = items
        self.moved = {(item.group, item.key) for item in items}
        self.content = Content((), items)
        self.there = GROUPS in tomllib.loads(text)
        self.pieces: list[str] = []
        self.written = self.there
        self.enriched: set[str] = set()

    def run(self) -> str:
        """All blocks in their order, then what has to join groups that are there already."""
        for block in self.cut:
            self._block(block)
        for name in self.content.group_names():
            self._enrich(name)
        text = ''.join(self.pieces)
        return _joined(text, self.items) if self.there else text

    def _block(self, block: Block) -> None:
        gone = [entry for entry in block.entries if self._consumed(entry)]
        if not gone:
            self.pieces.append(block.text)
            return
        group = _group_of(gone[0].path)
        kept = ''.join(entry.lead + entry.raw for entry in block.entries if entry not in gone)
        home = block.path == (*ROOT, 'group', group, 'dependencies')
        lines = ''.join(_write.enrichment_lines(self.content, group)) if home and group not in self.enriched else ''
        self.enriched |= {group} if lines else set()
        if not self.written:
            self.written = True
            self._add(_write.groups(self.content, {name: self._remarks(name) for name in self.content.group_names()}))
        if kept or lines:
            self._add(block.header + lines + kept if block.header else lines + kept)
            self.pieces.append('' if self._owned(block) else block.tail)

    def _enrich(self, group: str) -> None:
        if group not in self.enriched:
            self._add(_write.enrichment(self.content, group))

    def _add(self, piece: str) -> None:
        """Append a table, with a blank line before it."""
        before = ''.join(self.pieces[-3:])
        if not piece:
            return
        if before and not before.endswith('\n'):
            self.pieces.append('\n')
        if before.strip() and not before.endswith('\n\n'):
            self.pieces.append('\n')
        self.pieces.append(piece)

    def _consumed(self, entry: Entry) -> bool:
        group = _group_of(entry.path)
        at = 5 if entry.path[2:3] == ('group',) else 3
        if not group or len(entry.path) < at:
            return False
        if len(entry.path) == at:  # the whole table in braces
            return all(known == group for known, _ in self.moved)
        return (group, normalise(entry.path[at])) in self.moved

    @staticmethod
    def _owned(block: Block) -> bool:
        return bool(_group_of(block.path))

    def _remarks(self, group: str) -> Remarks:
        """Comments above and at the end of the old tables of a group."""
        found = [block for block in self.cut if _group_of(block.path) == group]
        lead = tuple(remark for block in found if len(block.path) < 6 for remark in remarks(block.lead))
        return Remarks(lead, tuple(remark for block in found for remark in remarks(block.tail)))


def _group_of(path: KeyPath) -> str:
    """The group whose requirements a key is one of, '' for any other key."""
    if path[:3] == (*ROOT, 'dev-dependencies'):
        return 'dev'
    return path[3] if path[:3] == (*ROOT, 'group') and path[4:5] == ('dependencies',) else ''


def _joined(text: str, items: tuple[Dependency, ...]) -> str:
    """The text with new groups in the `[dependency-groups]` that is there, empty ones filled."""
    content = Content((), items)
    for name in content.group_names():
        document = parse_toml(text)
        table = document.find((GROUPS,))
        there = (
            next((node.key for node in table.children if normalise(node.key) == normalise(name)), '') if table else ''
        )
        members = [item for item in items if item.group == name]
        old = document.find((GROUPS, there)) if there else None
        tail = re.findall(r'#.*', document.source(old)) if old else ()
        array = _write.requirement_array(quote_key(there or name), members, name, tail)
        if old is not None:
            text = Toml().set_text(document, (GROUPS, there), array.partition(' = ')[2].rstrip('\n'))
        else:
            text = Toml().insert(document, (GROUPS, name), parse_toml(f'[{GROUPS}]\n{array}'))
    return text

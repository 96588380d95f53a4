"""The walk over three keyed trees: what is to be spliced into ours, and what is to be said about it."""

from __future__ import annotations

from typing import NamedTuple

from trueup.merge._replaced import replaced
from trueup.merge._verdict import Question, Side, Verdict, judge, same
from trueup.model import Action, KeyPath, Level, Owner
from trueup.policy import FileRules, Rule
from trueup.text.identity import holds_requirements
from trueup.text.keys import is_item
from trueup.text.tree import Document, Grammar, Kind, Node

STRENGTH = (Owner.REQUIRED, Owner.FLOOR, Owner.DEFAULT, Owner.SEED, Owner.TEAM)
"""Owners, the one that has most to say first."""


class Edit(NamedTuple):
    """One change of ours: `insert`, `replace` (by theirs), `remove`, or `text` (a third value)."""

    kind: str
    path: KeyPath
    text: str = ''


class Choice(NamedTuple):
    """What was decided about one key."""

    path: KeyPath
    action: Action
    verdict: Verdict
    owner: Owner = Owner.DEFAULT
    values: tuple[str | None, ...] = ()
    """Base, ours, theirs and result, where they do not stand under the same path."""


class Walked(NamedTuple):
    """All edits and choices of one file."""

    edits: tuple[Edit, ...] = ()
    choices: tuple[Choice, ...] = ()


class Three(NamedTuple):
    """The documents of one file; base is None where there is none."""

    base: Document | None
    ours: Document
    theirs: Document


class _Nodes(NamedTuple):
    base: Node | None
    ours: Node | None
    theirs: Node | None

    def child(self, key: str) -> _Nodes:
        """The three nodes one key further down."""
        return _Nodes(*(node.child(key) if node is not None else None for node in self))


def walk(documents: Three, grammar: Grammar, rules: FileRules | None, *, both: bool = False) -> Walked:
    """Compare three documents key by key."""
    walker = _Walker(documents, grammar, rules, both)
    root = _Nodes(documents.base.root if documents.base else None, documents.ours.root, documents.theirs.root)
    walker.children((), root)
    # Neighbours are needed until all is put in; the last of several alike goes first, or the others are renumbered.
    removed = [edit for edit in walker.edits if edit.kind == 'remove']
    others = [edit for edit in walker.edits if edit.kind != 'remove']
    return Walked((*others, *reversed(removed)), tuple(walker.choices))


class _Walker:
    """One walk; collects edits and choices."""

    def __init__(self, documents: Three, grammar: Grammar, rules: FileRules | None, both: bool) -> None:
        self.documents = documents
        self.grammar = grammar
        self.rules = rules
        self.both = both
        self.edits: list[Edit] = []
        self.choices: list[Choice] = []

    def children(self, path: KeyPath, nodes: _Nodes) -> None:
        """Compare all keys of a container, the standard's order first."""
        order = [*(nodes.theirs.keys if nodes.theirs else ()), *(nodes.ours.keys if nodes.ours else ())]
        for key in dict.fromkeys(order):
            self.entry((*path, key), nodes.child(key))
        if nodes.base is not None and nodes.ours is not None and nodes.theirs is not None:
            self.replaced(path, (nodes.base, nodes.ours, nodes.theirs))

    def replaced(self, path: KeyPath, nodes: tuple[Node, Node, Node]) -> None:
        """Take back items of the standard that stand for one which the service edited too, and merge the two."""
        for pair in replaced(nodes, self.text, spoken=self.grammar.spoken):
            added = Edit('insert', (*path, pair.theirs.key))
            if added not in self.edits or self.owner(added.path) is not Owner.DEFAULT:
                continue
            self.edits.remove(added)
            self.choices = [choice for choice in self.choices if choice.path != added.path]
            base, theirs = (self.aligned(at, pair[at], pair.ours.column) for at in (0, 2))
            ours = self.side(1, pair.ours)
            question = Question((*path, pair.base.key), base, ours, theirs, self.rule(added.path), both=self.both)
            self.kept((*path, pair.ours.key), question)

    def kept(self, path: KeyPath, question: Question) -> None:
        """Put the verdict on an item that both sides edited at its place in ours."""
        verdict = judge(question)
        texts = tuple(side.text if side is not None else None for side in question[1:4])
        new = {'ours': texts[1], 'theirs': texts[2]}.get(verdict.take, verdict.text)
        if verdict.take == 'ours':
            self.choices.append(Choice(question.path, Action.KEEP, verdict, self.owner(path), (*texts, new)))
            return
        self.edits.append(Edit('text', path, new or ''))
        self.choices.append(Choice(path, Action.CHANGE, verdict, self.owner(path), (*texts, new)))

    def text(self, number: int, node: Node) -> str:
        """A node of one of the three documents as written."""
        side = self.side(number, node)
        return side.text if side is not None else ''

    def entry(self, path: KeyPath, nodes: _Nodes) -> None:
        """Compare one key."""
        if nodes.ours is not None and nodes.theirs is not None:
            if same(self.side(1, nodes.ours), self.side(2, nodes.theirs)):
                return
            if _containers(nodes.ours, nodes.theirs):
                inner = (
                    nodes
                    if nodes.base is not None and nodes.base.kind is nodes.ours.kind
                    else nodes._replace(base=None)
                )
                if plain(nodes.ours) and plain(nodes.theirs) and nodes.ours.kind is Kind.LIST:
                    self.list(path, inner)
                else:
                    self.children(path, inner)
                return
        if self.rules is not None and self.rules.divided(path):
            if nodes.theirs is None and nodes.ours is not None and nodes.ours.children:
                self.children(path, nodes)
                return
            if (nodes.ours is None or hollow(nodes.ours)) and nodes.theirs is not None and nodes.theirs.children:
                self.divided(path, nodes)
                return
        if self.rules is None and nodes.theirs is None and self.itemised(path, nodes):
            self.children(path, nodes)
            return
        self.settle(path, nodes)

    def itemised(self, path: KeyPath, nodes: _Nodes) -> bool:
        """Whether the standard removed a list of names to which the service has added its own: only those stay."""
        base, ours, _ = nodes
        if base is None or ours is None or same(self.side(0, base), self.side(1, ours)):
            return False
        lists = all(
            node.kind is Kind.LIST and node.children and plain(node) and not node.ordered for node in (base, ours)
        )
        return lists and not holds_requirements(path) and not any(key.startswith('[name=') for key in ours.keys)

    def divided(self, path: KeyPath, nodes: _Nodes) -> None:
        """A container that ours lacks (or has empty), with more than one owner inside: put in what is wanted."""
        wanted, unwanted = self.leaves(path, nodes._replace(ours=None))
        if not wanted:
            self.settle(path, nodes)
            return
        wanted.sort(key=lambda one: STRENGTH.index(self.owner(one)))
        verdict = self.ask(wanted[0], self.at(wanted[0])._replace(ours=None))
        kind, action = ('insert', Action.ADD) if nodes.ours is None else ('replace', Action.CHANGE)
        self.edits.append(Edit(kind, path))
        self.edits.extend(Edit('remove', one) for one in unwanted)
        self.choices.append(Choice(path, action, verdict, self.owner(wanted[0])))

    def leaves(self, path: KeyPath, nodes: _Nodes) -> tuple[list[KeyPath], list[KeyPath]]:
        """The undivided keys below a path which are wanted, and those which are not."""
        if self.rules is not None and self.rules.divided(path) and nodes.theirs is not None and nodes.theirs.children:
            wanted: list[KeyPath] = []
            unwanted: list[KeyPath] = []
            for key in nodes.theirs.keys:
                more = self.leaves((*path, key), nodes.child(key))
                wanted += more[0]
                unwanted += more[1]
            return wanted, [path] if not wanted else unwanted
        if self.ask(path, nodes).take == 'theirs':
            return [path], []
        # A list item is known by a field that nobody has a rule for: it comes along.
        along = len(path) > 1 and is_item(path[-2]) and self.owner(path) not in (Owner.TEAM, Owner.SEED)
        return [], [] if along else [path]

    def at(self, path: KeyPath) -> _Nodes:
        """The three nodes at a path."""
        base, ours, theirs = self.documents
        return _Nodes(base.find(path) if base else None, ours.find(path), theirs.find(path))

    def settle(self, path: KeyPath, nodes: _Nodes) -> None:
        """Judge one key and keep edit and choice."""
        verdict = self.ask(path, nodes)
        if verdict.take == 'ours':
            if verdict.said:
                self.choices.append(Choice(path, Action.KEEP, verdict, self.owner(path)))
            return
        if nodes.theirs is None:
            kind, action = 'remove', Action.REMOVE
        elif nodes.ours is None:
            kind, action = 'insert', Action.ADD
        else:
            kind, action = ('text' if verdict.take == 'text' else 'replace'), Action.CHANGE
        self.edits.append(Edit(kind, path, verdict.text))
        self.choices.append(Choice(path, action, verdict, self.owner(path)))

    def list(self, path: KeyPath, nodes: _Nodes) -> None:
        """Compare a list of plain values item by item, and say it once."""
        inner = _Walker(self.documents, self.grammar, self.rules, self.both)
        inner.children(path, nodes)
        changed = [choice for choice in inner.choices if choice.action is not Action.KEEP]
        self.choices.extend(choice for choice in inner.choices if choice.action is Action.KEEP and self.telling(choice))
        if not changed or nodes.ours is None or nodes.theirs is None:
            return
        removed = {edit.path[-1] for edit in inner.edits if edit.kind == 'remove'}
        stays = [key for key in nodes.ours.keys if key not in removed]
        if not stays and not nodes.ours.flow or not stays:
            self.edits.append(Edit('replace', path))
        else:
            self.edits.extend(inner.edits)
        worst = max(changed, key=lambda choice: tuple(Level).index(choice.verdict.level))
        owners = [choice for choice in changed if choice.owner is not Owner.DEFAULT] or [worst]
        verdict = worst.verdict
        if verdict.heuristic == 'only the standard changed' and self.touched(nodes):
            verdict = verdict._replace(heuristic='list of both', reason='both changed the list, in different items')
        self.choices.append(Choice(path, Action.CHANGE, verdict, owners[0].owner))

    def touched(self, nodes: _Nodes) -> bool:
        """Whether the service changed a list too."""
        return nodes.base is not None and not same(self.side(0, nodes.base), self.side(1, nodes.ours))

    def telling(self, choice: Choice) -> bool:
        """Whether a kept item of a list is worth a line of its own."""
        return choice.verdict.conflict or choice.verdict.level is not Level.APPLIED

    def ask(self, path: KeyPath, nodes: _Nodes) -> Verdict:
        """The verdict on one key."""
        base, ours, theirs = (self.side(number, node) for number, node in enumerate(nodes))
        column = nodes.ours.column if nodes.ours is not None else 0
        if nodes.ours is not None and nodes.theirs is not None:
            base, theirs = (self.aligned(number, node, column) for number, node in ((0, nodes.base), (2, nodes.theirs)))
        first = self.documents.base is None
        return judge(Question(path, base, ours, theirs, self.rule(path), first, self.both))

    def rule(self, path: KeyPath) -> Rule | None:
        """The rule for a key, None without policies."""
        return self.rules.rule(path) if self.rules is not None else None

    def owner(self, path: KeyPath) -> Owner:
        """The owner of a key."""
        return self.rules.rule(path).owner if self.rules is not None else Owner.DEFAULT

    def side(self, number: int, node: Node | None) -> Side | None:
        """A node of one document with its text."""
        document = self.documents[number]
        return Side(node, document.source(node)) if node is not None and document is not None else None

    def aligned(self, number: int, node: Node | None, column: int) -> Side | None:
        """A node of another document with its text moved to the column of ours."""
        document = self.documents[number]
        if node is None or document is None:
            return None
        return Side(node, self.grammar.aligned(document, node, column))


def plain(node: Node) -> bool:
    """Whether all children are single values."""
    return all(child.kind is Kind.LEAF for child in node.children)


def hollow(node: Node) -> bool:
    """Whether a node is an empty list, an empty table or nothing at all."""
    if node.children:
        return False
    return node.kind is not Kind.LEAF or node.data in (('null', ''), ('null', 'null'), ('null', '~'), ('seq', ()))


def _containers(ours: Node, theirs: Node) -> bool:
    """Whether two nodes can be compared child by child."""
    if ours.kind is Kind.LEAF or ours.kind is not theirs.kind or ours.ordered or theirs.ordered:
        return False
    return bool(ours.children and (theirs.children or theirs.kind is Kind.LIST))

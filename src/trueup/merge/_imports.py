"""Imports that a merge of Python would take away from code that needs them, or bring to code that does not."""

from __future__ import annotations

import ast
import functools
from collections.abc import Sequence

from trueup.merge._verdict import Verdict
from trueup.merge._walk import Choice, Edit, Walked
from trueup.model import Action, KeyPath, Level
from trueup.text.keys import item_value
from trueup.text.tree import Document


def needed_imports(walked: Walked, theirs: Document, result: Document) -> Walked:
    """The walk without removals of imports that the result uses, and without imports that only the standard's code uses.

    What the standard itself does stays: it may remove what it still mentions, or import for a side effect.
    """
    here, there = used(result.text), used(theirs.text)
    dropped = {edit.path for edit in walked.edits if _contrary(edit, theirs, (here, there))}
    if not dropped:
        return walked
    edits = tuple(edit for edit in walked.edits if edit.path not in dropped)
    return Walked(edits, tuple(_kept(choice) if choice.path in dropped else choice for choice in walked.choices))


def _kept(choice: Choice) -> Choice:
    """What is said instead: the import stays as the service has it."""
    wanted = choice.action is Action.REMOVE
    reason = 'the code of the service needs it' if wanted else 'only code of the standard that is not here needs it'
    return choice._replace(action=Action.KEEP, verdict=Verdict('ours', 'imports in use', reason, Level.NOTED))


def _contrary(edit: Edit, theirs: Document, uses: tuple[frozenset[str], frozenset[str]]) -> bool:
    here, there = uses
    if edit.kind == 'remove':
        names = _bound(edit.path, ())
        return bool(names) and any(name in here and name not in there for name in names)
    if edit.kind == 'insert':
        node = theirs.find(edit.path)
        names = _bound(edit.path, node.keys if node is not None else ())
        return bool(names) and all(name in there and name not in here for name in names)
    return False


def _bound(path: KeyPath, inner: Sequence[str]) -> list[str]:
    """The names that an import brings; none where the path is no import, or one of `__future__`."""
    if path[0] == 'from __future__' or not path[0].startswith(('import ', 'from ')):
        return []
    if len(path) > 1:
        spelled = [item_value(path[1])]
    elif path[0].startswith('from '):
        spelled = [item_value(key) for key in inner]
    else:
        spelled = path[0].removeprefix('import ').partition('~')[0].split(', ')
    return [name.rpartition(' as ')[2].partition('.')[0] for name in spelled]


@functools.lru_cache(maxsize=16)
def used(text: str) -> frozenset[str]:
    """The names that a module reads, those in `__all__` and in quoted annotations too."""
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    names |= {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return frozenset(names | {word for word in words if word.isidentifier()})

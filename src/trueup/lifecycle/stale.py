"""Old values of the standard in a file that was copied by hand: the lineage tells them from the team's own."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.lineage import Lineage
from trueup.merge import strategy_for
from trueup.merge.targets import target_of, values_of
from trueup.model import File, KeyPath
from trueup.repo import Repo
from trueup.text.encoding import BOM, decode, encode, to_unix
from trueup.text.tree import Grammar, Malformed


def with_old_values(base: Mapping[str, File], repo: Repo, lineage: Lineage) -> dict[str, File]:
    """The bases, so changed that a value of the service which some release had counts as untouched by the team.

    Only for files that have a base here: those whose similarity says that they were copied by hand. A base is one
    release, but hand-made copies were often half brought up to date since.
    """
    if not lineage.values:
        return dict(base)
    return {path: _one(path, file, repo, lineage) for path, file in base.items()}


def _one(path: str, file: File, repo: Repo, lineage: Lineage) -> File:
    grammar, old, text = strategy_for(path).grammar, decode(file.data), repo.text(path)
    if grammar is None or old is None or text is None:
        return file
    ours, had = to_unix(text).removeprefix(BOM), values_of(path, old.text)
    result = to_unix(old.text)
    for key, value in values_of(path, ours).items():
        if had.get(key) != value and lineage.versions_with(target_of(path, key), value):
            result = _taken_over(grammar, result, ours, key)
    return File(encode(result, old), file.mode) if result != to_unix(old.text) else file


def _taken_over(grammar: Grammar, text: str, ours: str, key: KeyPath) -> str:
    """The text with the value that `ours` has at a key; unchanged where it can't be spliced in."""
    try:
        document, other = grammar.parse(text), grammar.parse(ours)
        present = document.find(key) is not None
        changed = grammar.replace(document, key, other) if present else grammar.insert(document, key, other)
        grammar.check(changed)
    except (Malformed, ValueError):
        return text
    return changed

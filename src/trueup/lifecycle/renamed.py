"""Files that the standard has renamed: the service's own go with the new name, then everything is compared there."""

from __future__ import annotations

from typing import NamedTuple

from trueup.model import Action, Change, Decision, File, Plan, Tree
from trueup.policy import Policies
from trueup.repo import Repo


class Renamed(NamedTuple):
    """The service and the base under the new names, and the plan that gives the service's files those names."""

    repo: Repo
    base: Tree
    plan: Plan


def rename(repo: Repo, base: Tree, theirs: Tree, policies: Policies) -> Renamed:
    """Each file that moved in the standard and that the service still has under the old name only."""
    names: dict[str, str] = {}
    for move in policies.moves:
        old, new = move.old.glob, move.new.glob
        if not move.old.key and old in repo and new not in repo and new in theirs and old not in theirs:
            names[old] = new
    if not names:
        return Renamed(repo, base, Plan())
    there = {names.get(path, path): file for path, file in base.items() if path not in names.values()}
    moved = {new: repo.file(old) for old, new in names.items()}
    paths = {names.get(path, path) for path in repo.paths}
    after = Repo(paths, lambda path: moved[path] if path in moved else repo.file(path))
    changes = [change for old, new in names.items() for change in _changes(old, new, repo.file(old))]
    decisions = [
        Decision(
            new, (), Action.MOVE, old, new, policies.owner(new), f'{old} has a new name', 'standard', heuristic='moves'
        )
        for old, new in names.items()
    ]
    return Renamed(after, there, Plan(tuple(changes), tuple(decisions)))


def _changes(old: str, new: str, file: File | None) -> tuple[Change, Change]:
    return Change(old, file, None), Change(new, None, file)

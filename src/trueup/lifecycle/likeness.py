"""How much of what a standard wrote stands in a service: one file, or a whole render."""

from __future__ import annotations

from collections import Counter

from trueup.model import File, Tree
from trueup.repo import Repo
from trueup.text.encoding import decode, lines


def similarity(rendered: File, ours: File | None) -> float:
    """Share of a file's non-blank lines that the service's file has, as multisets; 0 for binary and absent files."""
    wanted, met = _met(rendered, ours)
    return met / max(1, wanted)


def likeness(tree: Tree, repo: Repo) -> float:
    """The same share for all files of a render together, each against the service's file of its name."""
    counts = [_met(file, repo.file(path)) for path, file in tree.items()]
    return sum(met for _, met in counts) / max(1, sum(wanted for wanted, _ in counts))


def size(file: File) -> int:
    """Number of lines that say something."""
    return sum(_counted(file).values())


def _met(rendered: File, ours: File | None) -> tuple[int, int]:
    need = _counted(rendered)
    return sum(need.values()), sum((need & _counted(ours)).values()) if ours is not None else 0


def _counted(file: File) -> Counter[str]:
    found = decode(file.data)
    return Counter(line.strip() for line in lines(found.text) if line.strip()) if found else Counter()

"""A service in memory and the facts read from it."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.facts import read_facts
from trueup.model import Fact, FactValue, File
from trueup.repo import Repo, repo_from_tree

Files = Mapping[str, str | bytes]


def repo(files: Files) -> Repo:
    """A view of files given as text or bytes."""
    return repo_from_tree(
        {path: File(text if isinstance(text, bytes) else text.encode()) for path, text in files.items()}
    )


def facts(files: Files, *names: str) -> tuple[Fact, ...]:
    """Facts of a service, only those of the given names if there are any."""
    return tuple(fact for fact in read_facts(repo(files)) if not names or fact.name in names)


def values(files: Files, name: str) -> list[FactValue]:
    """Values of all facts of one name."""
    return [fact.value for fact in facts(files, name)]


def told(files: Files, *names: str) -> list[str]:
    """Facts of some names as `name=value @ evidence`."""
    return [f'{fact.name}={fact.value} @ {", ".join(map(str, fact.evidence))}' for fact in facts(files, *names)]

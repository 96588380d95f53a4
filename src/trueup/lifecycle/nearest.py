"""The render that a service last had, also when its version has moved, or is gone from the standard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from trueup.errors import UserError
from trueup.lifecycle.desired import Recorded
from trueup.lifecycle.likeness import likeness
from trueup.model import Tree
from trueup.repo import Repo
from trueup.standard import Standard, is_older
from trueup.template import render

AROUND = 3
"""How many versions on each side of a version that is gone are tried."""


class Base(NamedTuple):
    """The render to merge against, the tag it stands for, and what a person is told when it is not the recorded one."""

    tree: Tree
    tag: str
    note: str = ''
    commit: str = ''
    """What the tag named before it moved or was deleted."""


def base_of(recorded: Recorded, standard: Standard, repo: Repo) -> Base:
    """The render at the recorded version: of the tag, of what the tag named before, or of the most similar version."""
    tag = recorded.tag
    now, first = standard.commit(tag), standard.first_commit(tag)
    if now is not None and now == first:
        return Base(render(standard, tag, recorded.answers), tag)
    if first is not None:
        why = 'has moved' if now else 'is gone from the standard'
        note = f'the tag {tag} {why}: merged against what it named before ({first[:12]})'
        return Base(render(standard, tag, recorded.answers, commit=first), tag, note, first)
    return _nearest(recorded, standard, repo)


def _nearest(recorded: Recorded, standard: Standard, repo: Repo) -> Base:
    best: tuple[float, Base] | None = None
    failed: UserError | None = None
    for tag in _around(standard, recorded.tag):
        try:
            tree = render(standard, tag, recorded.answers)
        except UserError as error:  # other versions may still render with these answers
            failed = error
            continue
        score = likeness(tree, repo)
        if best is None or score > best[0]:
            best = (score, Base(tree, tag))
    if best is None:
        raise failed or UserError('the standard has no release tag', where=standard.address.url, hint='tag it (v0.1.0)')
    score, base = best
    note = f'the tag {recorded.tag} is gone from the standard: merged against {base.tag}, the nearest version'
    return base._replace(note=f'{note} ({score:.0%} of its lines stand in the service)')


def _around(standard: Standard, tag: str) -> Iterator[str]:
    """Tags near a version, the older ones first: what differs from them is the service's or the newer standard's."""
    tags = standard.tags()
    yield from [name for name in reversed(tags) if is_older(name, tag)][:AROUND]
    yield from [name for name in tags if is_older(tag, name)][:AROUND]

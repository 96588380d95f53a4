"""What lineage.json says of one version: every single value that its template can give."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.direct import ANSWERS_FILE
from trueup.errors import UserError
from trueup.lineage import Lineage
from trueup.merge.targets import target_of, values_of
from trueup.model import Tree
from trueup.recipe import read_recipe
from trueup.release.matrix import variants
from trueup.standard import Standard
from trueup.template import render
from trueup.text.encoding import decode

FORMATS = ('.toml', '.yml', '.yaml', '.json', '.cfg', '.ini')
LONGEST = 200
"""Characters of a value that is worth keeping: a longer one is text, not a setting."""


def extended(lineage: Lineage, standard: Standard, tags: tuple[str, ...]) -> Lineage:
    """The lineage with those of the versions, oldest first, that it does not have yet.

    Raises UserError where the newest does not render; of an older one that does no more nothing is known.
    """
    for tag in tags:
        if tag not in lineage.versions:
            lineage = lineage.with_version(tag, _known(standard, tag, new=tag == tags[-1]))
    return lineage


def _known(standard: Standard, tag: str, *, new: bool) -> list[tuple[str, str]]:
    try:
        return sorted(set(_seen(standard, tag)))
    except UserError:
        if new:
            raise
        return []


def _seen(standard: Standard, tag: str) -> Iterator[tuple[str, str]]:
    """Key and value, over all defaults and each single option."""
    for answers in variants(read_recipe(standard, tag)).values():
        try:
            tree = render(standard, tag, answers)
        except UserError:
            if not answers:
                raise
            continue
        yield from _values(tree, standard.address.url)


def _values(tree: Tree, url: str) -> Iterator[tuple[str, str]]:
    for path, file in tree.items():
        text = decode(file.data) if path.endswith(FORMATS) and path != ANSWERS_FILE else None
        for key, value in values_of(path, text.text).items() if text is not None else ():
            if len(value) <= LONGEST:
                yield _anywhere(target_of(path, key), url), _anywhere(value, url)


def _anywhere(text: str, url: str) -> str:
    return text.replace(url, '{hooks_repo}')

"""What the service depends on, source by source, and where two sources exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from trueup.facts._declared import declared_dependencies
from trueup.facts._requirements import Dependency, disagree
from trueup.facts._view import View, at
from trueup.model import Fact

MISNAMED = {
    'sklearn': 'scikit-learn',
    'bs4': 'beautifulsoup4',
    'yaml': 'pyyaml',
    'cv2': 'opencv-python',
    'pil': 'pillow',
    'dotenv': 'python-dotenv',
    'jose': 'python-jose',
}


def read(view: View) -> Iterator[Fact]:
    """`dependencies` per file and group, `dependency_misnamed`, and where two files of the service disagree."""
    found = list(declared_dependencies(view))
    for (path, group), items in groupby(found, key=lambda item: (item.path, item.group)):
        listed = list(items)
        yield Fact(
            'dependencies', {item.name: item.specifier for item in listed}, (at(path, listed[0].line),), note=group
        )
    for item in found:
        if item.name in MISNAMED:
            sentence = f'{item.name} is {MISNAMED[item.name]} on the index'
            yield Fact('dependency_misnamed', item.name, (at(item.path, item.line),), note=sentence)
    yield from _disagreements(
        [item for item in found if item.path.count('/') == 0 or item.path.startswith('requirements/')]
    )


def _disagreements(found: list[Dependency]) -> Iterator[Fact]:
    first: dict[str, Dependency] = {}
    for item in found:
        known = first.setdefault(item.name, item)
        if known.path != item.path and disagree(known.specifier, item.specifier):
            sentence = f'{item.name}: {known.path} says {known.specifier}, {item.path} says {item.specifier}'
            yield Fact('disagreement', sentence, (at(known.path, known.line), at(item.path, item.line)))

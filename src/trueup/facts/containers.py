"""How the service is put into an image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._view import View, at
from trueup.model import Fact

COMPOSE = r'([^/]+/)*(docker-)?compose[\w.-]*\.ya?ml'


def read(view: View) -> Iterator[Fact]:
    """`dockerfile`, `base_image`, `image_user` and `compose_file`."""
    for path in view.dockerfiles:
        yield Fact('dockerfile', path, (at(path),))
        yield from _images(view, path)
        users = list(view.search(path, r'^\s*USER\s+(\S+)', re.IGNORECASE))
        if users:
            yield Fact('image_user', users[-1][1][1], (at(path, users[-1][0]),))
    for path in view.named(COMPOSE):
        yield Fact('compose_file', path, (at(path),))


def _images(view: View, path: str) -> Iterator[Fact]:
    stages: set[str] = set()
    for line, found in view.search(path, r'^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?', re.IGNORECASE):
        if found[1].lower() not in stages:
            yield Fact('base_image', found[1], (at(path, line),))
        stages.add((found[2] or '').lower())

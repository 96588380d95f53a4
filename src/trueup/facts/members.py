"""Whether the repository holds several services, and which folder looks like the one to adopt."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from trueup.facts._view import View, at, is_side, is_test, nearness
from trueup.model import Evidence, Fact

PACKAGING = r'([^/]+/)+(pyproject\.toml|setup\.py|setup\.cfg|Pipfile|requirements\.txt|environment\.ya?ml)'
APPLICATION = re.compile(r'\b(FastAPI|Flask|Starlette|falcon\.(?:API|App)|web\.Application|uvicorn\.run)\s*\(')


def read(view: View) -> Iterator[Fact]:
    """`members` and `web_client`, `service_root` and `service_root_hint`.

    Members are folders with packaging of their own; the root is where the facts were read.
    """
    members: dict[str, Evidence] = {}
    for path in view.named(PACKAGING):
        folder = path.rpartition('/')[0]
        python = any(name.endswith('.py') and not name.endswith('/setup.py') for name in view.repo.below(folder))
        if python and not is_side(path) and not is_test(path):
            members.setdefault(folder, at(path))
    kept = {folder: place for folder, place in members.items() if not _part_of(view, folder)}
    if kept:
        yield Fact('members', tuple(kept), tuple(kept.values()), 0.9)
    for path in view.named(r'([^/]+/)*package\.json')[:3]:
        yield Fact('web_client', path.rpartition('/')[0] or '.', (at(path),), 0.9)
    yield Fact('service_root', view.service_root)
    yield from _hint(view, kept)


def _part_of(view: View, folder: str) -> bool:
    """A folder of requirements files is no service."""
    return folder.rsplit('/', 1)[-1] == 'requirements' or f'{folder}/__init__.py' in view and folder.count('/') == 0


def _hint(view: View, members: dict[str, Evidence]) -> Iterator[Fact]:
    """The member that looks like the service, unless the root itself does."""
    own = any(path in view for path in ('pyproject.toml', 'setup.py', 'setup.cfg', 'Pipfile', 'requirements.txt'))
    serving = [folder for folder in members if _serves(view, folder)]
    at_root = any(APPLICATION.search(module.text) for module in view.sources if not _below(module.path, members))
    if at_root or not members or own and not serving:
        return
    ranked = sorted(
        serving or members, key=lambda folder: ('service' not in folder, not _packed(view, folder), nearness(folder))
    )
    alone = len(ranked) == 1
    note = 'adopt it with --service-root' if alone else f'one of {len(ranked)}: choose with --service-root'
    yield Fact('service_root_hint', ranked[0], (members[ranked[0]],), 0.8 if alone else 0.4, note)


def _packed(view: View, folder: str) -> bool:
    return any(posixpath.dirname(path) == folder for path in view.dockerfiles)


def _serves(view: View, folder: str) -> bool:
    modules = [module for module in view.modules if module.path.startswith(f'{folder}/') and not is_test(module.path)]
    return any(APPLICATION.search(module.text) for module in modules)


def _below(path: str, members: dict[str, Evidence]) -> bool:
    return any(path.startswith(f'{folder}/') for folder in members)

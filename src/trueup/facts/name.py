"""The service's name, from wherever it is stated."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.facts._code import arguments
from trueup.facts._requirements import normalise
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at, settle
from trueup.model import Fact


def read(view: View) -> Iterator[Fact]:
    """`name`, and where two statements disagree."""
    yield from settle('name', _claims(view), same=normalise)


def _claims(view: View) -> Iterator[Fact]:
    for keys in (('project', 'name'), ('tool', 'poetry', 'name'), ('tool', 'flit', 'metadata', 'module')):
        if value := view.pyproject.text_at(*keys):
            yield Fact('name', value, (at('pyproject.toml', view.pyproject.line(*keys)),))
    call = setup_call(view)
    if value := call.text('name'):
        yield Fact('name', value, (at(call.path, call.lines['name']),))
    if value := view.setup_cfg.get('metadata', 'name'):
        yield Fact('name', value, (at('setup.cfg', view.setup_cfg.line('metadata', 'name')),))
    yield from _weaker(view)


def _weaker(view: View) -> Iterator[Fact]:
    for path in view.named(r'([^/]+/){0,3}chart\.ya?ml'):
        for line, found in view.search(path, r'^name:\s*["\']?([\w.-]+)'):
            yield Fact('name', found[1], (at(path, line),), 0.6)
    for module in view.sources:
        for value, line in arguments(module, 'FastAPI', 'title'):
            yield Fact('name', value, (at(module.path, line),), 0.5, 'title of the application')
    for path in view.named(r'(conda|environment)\.ya?ml'):
        for line, found in view.search(path, r'^name:\s*["\']?([\w.-]+)'):
            yield Fact('name', found[1], (at(path, line),), 0.4, 'name of the conda environment')

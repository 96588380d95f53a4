"""The service's name, from wherever it is stated."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.facts._code import arguments
from trueup.facts._requirements import normalise
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at, settle
from trueup.model import Fact

LAYOUT = frozenset(
    'api app apps backend base chart charts code docker helm lib main microservice project python server service src '
    'webapp workspace'.split()
)
"""Names of a role or a folder, which say nothing of the service: a chart `base`, a distribution `src`."""
FOLDER, CHART, GENERIC = 0.65, 0.68, 0.3


def read(view: View) -> Iterator[Fact]:
    """`name`, and where two statements disagree."""
    yield from settle('name', _claims(view), same=normalise)


def _claims(view: View) -> Iterator[Fact]:
    for keys in (('project', 'name'), ('tool', 'poetry', 'name'), ('tool', 'flit', 'metadata', 'module')):
        if value := view.pyproject.text_at(*keys):
            yield Fact('name', value, (at('pyproject.toml', view.pyproject.line(*keys)),))
    call = setup_call(view)
    if value := call.text('name'):
        # Data-science templates name the distribution after its folder.
        confidence = GENERIC if value == 'src' else 1.0
        yield Fact('name', value, (at(call.path, call.lines['name']),), confidence)
    if value := view.setup_cfg.get('metadata', 'name'):
        yield Fact('name', value, (at('setup.cfg', view.setup_cfg.line('metadata', 'name')),))
    yield from _weaker(view)


def _weaker(view: View) -> Iterator[Fact]:
    yield from _charts(view)
    yield from _folder(view)
    for module in view.sources:
        for value, line in arguments(module, 'FastAPI', 'title'):
            yield Fact('name', value, (at(module.path, line),), 0.5, 'title of the application')
    for path in view.named(r'(conda|environment)\.ya?ml'):
        for line, found in view.search(path, r'^name:\s*["\']?([\w.-]+)'):
            yield Fact('name', found[1], (at(path, line),), 0.4, 'name of the conda environment')


def _charts(view: View) -> Iterator[Fact]:
    """Names of charts; of several, most are other people's."""
    found = [
        (match[1], at(path, line))
        for path in view.named(r'([^/]+/){0,3}chart\.ya?ml')
        for line, match in view.search(path, r'^name:\s*["\']?([\w.-]+)')
    ]
    for name, place in found:
        alone = len(found) == 1 and name.lower() not in LAYOUT
        yield Fact('name', name, (place,), CHART if alone else GENERIC)


def _folder(view: View) -> Iterator[Fact]:
    """The name of the service's folder, or of the nearest one above it that says more than its role."""
    folders = [view.folder, *view.service_root.split('/')] if view.service_root != '.' else [view.folder]
    named = [folder for folder in folders if folder and folder.lower() not in LAYOUT]
    if named or folders[-1]:
        yield Fact('name', (named or folders)[-1], (), FOLDER if named else GENERIC, 'name of the folder')

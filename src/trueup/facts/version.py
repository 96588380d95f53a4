"""The service's version, from each of the places that state one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._code import arguments
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at, settle
from trueup.model import Fact

NUMBER = re.compile(r'v?\d+(\.\d+)*([.+_-]?[a-z0-9]+)*', re.IGNORECASE)
VARIABLES = ('__version__', 'VERSION', 'APP_VERSION', 'SERVICE_VERSION')


def read(view: View) -> Iterator[Fact]:
    """`version`, `version_source` when it is computed, and where two statements disagree."""
    yield from settle('version', _claims(view), same=lambda version: version.lstrip('v'))
    dynamic = view.pyproject.get('project', 'dynamic')
    if isinstance(dynamic, list) and 'version' in dynamic:
        line = view.pyproject.line('project', 'dynamic')
        yield Fact(
            'version_source', _computed_by(view), (at('pyproject.toml', line),), note='computed when it is built'
        )


def _claims(view: View) -> Iterator[Fact]:
    for keys in (('project', 'version'), ('tool', 'poetry', 'version')):
        if value := view.pyproject.text_at(*keys):
            yield Fact('version', value, (at('pyproject.toml', view.pyproject.line(*keys)),))
    call = setup_call(view)
    if value := call.text('version'):
        yield Fact('version', value, (at(call.path, call.lines['version']),))
    value = view.setup_cfg.get('metadata', 'version')
    if value and not value.startswith(('attr:', 'file:')):
        yield Fact('version', value, (at('setup.cfg', view.setup_cfg.line('metadata', 'version')),))
    yield from _in_code(view)
    for path in view.named(r'(version|version\.txt)'):
        first = (view.lines(path) or [''])[0].strip()
        if NUMBER.fullmatch(first):
            yield Fact('version', first, (at(path, 1),), 0.9)
    for path in view.named(r'([^/]+/){0,3}chart\.ya?ml'):
        for line, found in view.search(path, r'^appVersion:\s*["\']?([^"\'\s]+)'):
            yield Fact('version', found[1], (at(path, line),), 0.6)


def _in_code(view: View) -> Iterator[Fact]:
    for module in view.sources:
        for variable in VARIABLES:
            value, line = module.constants.get(variable, ('', 0))
            if isinstance(value, str) and NUMBER.fullmatch(value):
                yield Fact('version', value, (at(module.path, line),), 0.9 if variable == '__version__' else 0.7)
        for text, line in arguments(module, 'FastAPI', 'version'):
            if NUMBER.fullmatch(text):
                yield Fact('version', text, (at(module.path, line),), 0.7, 'version of the application')


def _computed_by(view: View) -> str:
    for tool in ('setuptools_scm', 'hatch', 'poetry-dynamic-versioning', 'versioneer', 'pdm', 'flit'):
        if view.pyproject.get('tool', tool) is not None:
            return tool
    return 'build backend'

"""The oldest Python that the service runs on: what is declared, what it is built on, what its syntax needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._requirements import lower_minor, minor_tuple
from trueup.facts._setup import setup_call
from trueup.facts._syntax import Need, needs
from trueup.facts._view import View, at, is_test
from trueup.model import Fact

IMAGE = r'(?:^\s*FROM\s+(?:--platform=\S+\s+)?|image:?\s*["\']?)(?:[\w.:/${}-]*/)?(?:[\w-]+:)?python:?(3\.\d+)'
INSTALLED = r'(?<![\w/.-])python(3\.\d+)(?![\w.])'
CI_PYTHON = r'(?:python(?:-version|\.version)?s?["\']?\s*[:=]|^\s*-\s*["\']?3\.|python:3)'
TOOL_TARGETS = (('black', 'target-version'), ('ruff', 'target-version'), ('mypy', 'python_version'))
DECLARED = 0.95


def read(view: View) -> Iterator[Fact]:
    """`python_requires` for each statement, `python_syntax`, `python_min`, and where they disagree."""
    stated = [fact for fact in _statements(view) if fact.value]
    yield from (fact for fact in stated if fact.name == 'python_requires')
    found = sorted(_minimums(stated), key=lambda fact: -fact.confidence)
    syntax = _syntax(view)
    if syntax:
        yield Fact('python_syntax', syntax.version, (at(syntax.path, syntax.line),), note=syntax.feature)
    yield from _decide(found, syntax)


def _decide(found: list[Fact], syntax: Need | None) -> Iterator[Fact]:
    if not found:
        if syntax:
            yield Fact(
                'python_min', syntax.version, (at(syntax.path, syntax.line),), 0.4, f'needed by {syntax.feature}'
            )
        return
    best = found[0]
    agreeing = tuple(place for fact in found if fact.value == best.value for place in fact.evidence)
    if syntax and minor_tuple(syntax.version) > minor_tuple(str(best.value)):
        sentence = f'python: {best.evidence[0].path} says {best.value}, {syntax.feature} needs {syntax.version}'
        yield Fact('disagreement', sentence, (best.evidence[0], at(syntax.path, syntax.line)))
        yield Fact('python_min', syntax.version, (at(syntax.path, syntax.line),), 0.7, f'needed by {syntax.feature}')
        return
    yield Fact('python_min', best.value, tuple(dict.fromkeys(agreeing)), best.confidence, best.note)
    told: set[object] = {best.value}
    for fact in found[1:]:
        older = minor_tuple(str(fact.value)) < minor_tuple(str(best.value))
        if fact.value not in told and (older or fact.confidence >= DECLARED):
            told.add(fact.value)
            sentence = f'python: {best.evidence[0].path} says {best.value}, {fact.evidence[0].path} says {fact.value}'
            yield Fact('disagreement', sentence, best.evidence[:1] + fact.evidence[:1], fact.confidence)


def _minimums(stated: list[Fact]) -> Iterator[Fact]:
    for fact in stated:
        if lowest := lower_minor(str(fact.value), caret=True):
            yield Fact('python_min', lowest, fact.evidence, fact.confidence, fact.note)


def _statements(view: View) -> Iterator[Fact]:
    project = view.pyproject
    for keys in (('project', 'requires-python'), ('tool', 'poetry', 'dependencies', 'python')):
        if value := project.text_at(*keys):
            yield Fact('python_requires', value, (at('pyproject.toml', project.line(*keys)),))
    call = setup_call(view)
    if value := call.text('python_requires'):
        yield Fact('python_requires', value, (at(call.path, call.lines['python_requires']),))
    if value := view.setup_cfg.get('options', 'python_requires'):
        yield Fact('python_requires', value, (at('setup.cfg', view.setup_cfg.line('options', 'python_requires')),))
    pipfile = view.toml('Pipfile')
    for key in ('python_version', 'python_full_version'):
        if pipfile and (value := pipfile.text_at('requires', key)):
            yield Fact('python_requires', f'=={value}', (at('Pipfile', pipfile.line('requires', key)),), DECLARED)
    for path, pattern in (('.python-version', r'^(3\.\d+)'), ('runtime.txt', r'^python-(3\.\d+)')):
        for line, found in view.search(path, pattern):
            yield Fact('python_requires', f'=={found[1]}', (at(path, line),), 0.9)
    for path in view.named(r'(conda|environment[\w-]*)\.ya?ml'):
        for line, found in view.search(path, r'^\s*-\s*["\']?python\s*([=<>!~][^"\'#]*)'):
            minor = re.search(r'\d+\.\d+', found[1])
            if minor:
                yield Fact('python_requires', f'=={minor[0]}', (at(path, line),), 0.9)
    yield from _surroundings(view)


def _surroundings(view: View) -> Iterator[Fact]:
    for path in view.dockerfiles:
        for line, found in view.search(path, IMAGE, re.IGNORECASE):
            # Of `functions/python:3.0-python3.8` the first number is the image's own.
            later = re.match(r'\S*python:?(3\.\d+)', view.lines(path)[line - 1][found.end() :])
            version, sure = (later or found)[1], round(0.85 - 0.05 * path.count('/'), 2)
            yield Fact('python_image', f'=={version}', (at(path, line),), sure, 'image')
        installed = [(line, found[1]) for line, found in view.search(path, INSTALLED)]
        if installed:
            line, version = min(installed, key=lambda item: minor_tuple(item[1]))
            yield Fact('python_image', f'=={version}', (at(path, line),), 0.6, 'installed into the image')
    for path in view.pipelines:
        yield from _tested(view, path)
    yield from _environments(view)
    project = view.pyproject
    classifiers = [
        *project.list_at('project', 'classifiers'),
        *project.list_at('tool', 'poetry', 'classifiers'),
        *setup_call(view).texts('classifiers'),
    ]
    named = re.findall(r'Python :: (3\.\d+)', '\n'.join(str(item) for item in classifiers))
    if named:
        lowest = min(named, key=minor_tuple)
        path = 'pyproject.toml' if project.text else 'setup.py'
        line = next((number for number, _ in view.search(path, rf'Python :: {re.escape(lowest)}\b')), 0)
        yield Fact('python_classifiers', f'=={lowest}', (at(path, line),), 0.75, 'classifier')
    for tool, key in TOOL_TARGETS:
        for version in re.findall(r'py3(\d+)|3\.(\d+)', str(project.get('tool', tool, key) or ''))[:1]:
            place = at('pyproject.toml', project.line('tool', tool, key))
            yield Fact('python_tool', f'==3.{version[0] or version[1]}', (place,), 0.6, f'{tool} {key}')


def _tested(view: View, path: str) -> Iterator[Fact]:
    """The oldest Python of a pipeline; a matrix of several is a statement, a single one may be chance."""
    found = [
        (version, line)
        for line, _ in view.search(path, CI_PYTHON)
        for version in re.findall(r'(?<![\d.])3\.\d+', view.lines(path)[line - 1].partition(' #')[0])
    ]
    if found:
        version, line = min(found, key=lambda item: minor_tuple(item[0]))
        matrix = len({item[0] for item in found}) > 1
        # The pipeline of a whole repository tests its other members too.
        confidence = 0.5 if path.startswith('../') else 0.9 if matrix else 0.7
        yield Fact('python_ci', f'=={version}', (at(path, line),), confidence, 'tested by a pipeline')


def _environments(view: View) -> Iterator[Fact]:
    """The oldest Python of tox's environments, of several as good as a matrix."""
    for line, found in view.search('tox.ini', r'^\s*env_?list\s*=(.*)$'):
        versions = [f'3.{minor}' for minor in re.findall(r'\bpy3\.?(\d+)\b', found[1])]
        braces = re.search(r'py3\{([\d,\s-]+)\}|py\{([\d,\s]+)\}', found[1])
        if braces:
            listed = re.findall(r'\d+', braces[1] or braces[2])
            versions += [f'3.{number}' if braces[1] else f'3.{number[1:]}' for number in listed]
        if versions:
            lowest = min(versions, key=minor_tuple)
            confidence = 0.85 if len(set(versions)) > 1 else 0.65
            yield Fact('python_ci', f'=={lowest}', (at('tox.ini', line),), confidence, 'tested by tox')


def _syntax(view: View) -> Need | None:
    found = [need for module in view.sources or view.modules if not is_test(module.path) for need in needs(module)]
    return max(found, key=lambda need: minor_tuple(need.version), default=None)

"""Who wrote or owns the service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trueup.facts._setup import setup_call
from trueup.facts._view import View, at
from trueup.model import Fact

COPYRIGHT = re.compile(
    r'copyright\s+(?:\(c\)|©)?\s*(?:\d{4}(?:\s*[-,]\s*(?:\d{4}|present))*,?)\s+(?P<name>[^\n]+)', re.I
)
TAIL = re.compile(r'\s*(all rights reserved\.?|<[^>]*>|\(https?:[^)]*\)|https?:\S+)\s*$', re.I)


def read(view: View) -> Iterator[Fact]:
    """`authors`, each as `Name <mail>`."""
    found = list(_stated(view)) or list(_from_license(view)) or list(_from_dockerfile(view))
    yield from found[:1]


def _stated(view: View) -> Iterator[Fact]:
    people = view.pyproject.get('project', 'authors') or view.pyproject.get('project', 'maintainers')
    names = [_person(item) for item in people if isinstance(item, dict)] if isinstance(people, list) else []
    if names:
        key = 'authors' if view.pyproject.get('project', 'authors') else 'maintainers'
        yield _fact(names, 'pyproject.toml', view.pyproject.line('project', key))
    people = view.pyproject.get('tool', 'poetry', 'authors')
    names = [item for item in people if isinstance(item, str)] if isinstance(people, list) else []
    if names:
        yield _fact(names, 'pyproject.toml', view.pyproject.line('tool', 'poetry', 'authors'))
    call = setup_call(view)
    if call.text('author') or call.text('author_email'):
        line = call.lines.get('author', call.lines.get('author_email', 0))
        yield _fact([_person({'name': call.text('author'), 'email': call.text('author_email')})], call.path, line)
    person = {'name': view.setup_cfg.get('metadata', 'author'), 'email': view.setup_cfg.get('metadata', 'author_email')}
    if any(person.values()):
        yield _fact([_person(person)], 'setup.cfg', view.setup_cfg.line('metadata', 'author'))


def _from_license(view: View) -> Iterator[Fact]:
    for path in view.named(r'(licen[cs]e|copying)(\.(txt|md|rst))?'):
        for number, line in enumerate(view.lines(path), 1):
            found = COPYRIGHT.search(line)
            if found and not re.search(r'[\[{<](name|year|fullname|owner)|free software foundation|\[yyyy', line, re.I):
                yield Fact('authors', (_without_tail(found['name']),), (at(path, number),), 0.6, 'copyright line')


def _from_dockerfile(view: View) -> Iterator[Fact]:
    for path in view.named(r'([^/]+/){0,2}dockerfile'):
        for line, found in view.search(path, r'^(?:MAINTAINER|LABEL\s+maintainer=?)\s*["\']?(.+?)["\']?\s*$', re.I):
            yield Fact('authors', (found[1].replace('"', ''),), (at(path, line),), 0.6, 'maintainer of the image')


def _without_tail(name: str) -> str:
    previous = ''
    while name != previous:
        previous, name = name, TAIL.sub('', name).strip().rstrip('.,;')
    return name


def _person(item: Mapping[str, object]) -> str:
    name, email = str(item.get('name') or '').strip(), str(item.get('email') or '').strip()
    return f'{name} <{email}>'.strip() if email else name


def _fact(names: list[str], path: str, line: int) -> Fact:
    return Fact('authors', tuple(name for name in names if name), (at(path, line),))

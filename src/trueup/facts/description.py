"""One sentence on what the service does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trueup.facts._code import arguments
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at
from trueup.model import Fact

SKIPPED = re.compile(r'^\s*([#=*\-~^`>|<!\[]|\.\. |:\w|\d+\.\s|$)')
MARKUP = re.compile(r'!\[[^\]]*\]\([^)]*\)|\[([^\]]*)\]\([^)]*\)|<[^>]+>|[*_`]{1,3}(?=\w)|(?<=[\w.])[*_`]{1,3}')


def read(view: View) -> Iterator[Fact]:
    """`description`, the best stated one."""
    found = sorted(_claims(view), key=lambda claim: -claim.confidence)
    yield from found[:1]


def _claims(view: View) -> Iterator[Fact]:
    for keys in (('project', 'description'), ('tool', 'poetry', 'description')):
        if value := view.pyproject.text_at(*keys):
            yield _fact(value, 'pyproject.toml', view.pyproject.line(*keys), 1.0)
    call = setup_call(view)
    if value := call.text('description'):
        yield _fact(value, call.path, call.lines['description'], 1.0)
    if value := view.setup_cfg.get('metadata', 'description'):
        yield _fact(value, 'setup.cfg', view.setup_cfg.line('metadata', 'description'), 1.0)
    for module in view.sources:
        for value, line in arguments(module, 'FastAPI', 'description'):
            yield _fact(value, module.path, line, 0.7)
    for path in view.named(r'readme(\.(md|rst|txt))?')[:1]:
        yield from _of_readme(view, path)


def _of_readme(view: View, path: str) -> Iterator[Fact]:
    fenced = False
    for number, line in enumerate(view.lines(path), 1):
        fenced ^= line.lstrip().startswith(('```', '~~~'))
        text = MARKUP.sub(lambda found: found[1] or '', line).strip()
        if len(line) < 2000 and not fenced and not SKIPPED.match(line) and len(text.split()) >= 3:
            sentence = re.split(r'(?<=[.!?])\s', text)[0]
            yield _fact(sentence, path, number, 0.5)
            return


def _fact(value: str, path: str, line: int, confidence: float) -> Fact:
    return Fact('description', ' '.join(re.sub(r'<[^<>]+>', ' ', value).split()), (at(path, line),), confidence)

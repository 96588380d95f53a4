"""The one entry point of a service, out of all that its images, scripts, packaging and code name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trueup.facts._started import scripts_of, started
from trueup.facts._view import View, at
from trueup.model import Evidence, Fact

IMAGE, SCRIPT, COMPOSE, GUIDE = 0.95, 0.9, 0.8, 0.77
PLAIN = 0.1
"""How much less a plain `python file.py` says than a server that is given an application."""
ALONE, ONE_OF_MANY, FACTORY, MAIN = 0.75, 0.65, 0.6, 0.5
COMPOSE_FILES = r'([^/]+/){0,2}(docker-)?compose[\w.-]*\.ya?ml'
GUIDES = r'makefile|mlproject|([^/]+/){0,3}[^/]+\.sh|readme(\.\w+)?'
SERVING = re.compile(r'run|serve|start|web|api|main|app', re.IGNORECASE)
OTHERS = re.compile(r'(^|[/._-])(mlflow|airflow|jenkins|nginx|test|tests|dev|train|frontend|client)([/._-]|$)', re.I)


def entry_point(view: View, found: Sequence[Fact]) -> Iterator[Fact]:
    """`entry_point`, the likeliest of the facts about how the service is started."""
    claims = sorted(_claims(view, found), key=lambda claim: -claim.confidence)
    if claims:
        best = claims[0]
        places = tuple(
            dict.fromkeys(place for claim in claims if claim.value == best.value for place in claim.evidence)
        )
        yield Fact('entry_point', best.value, places[:4], best.confidence, best.note)


def _claims(view: View, found: Sequence[Fact]) -> Iterator[Fact]:
    scripts = dict(_script(fact) for fact in found if fact.name == 'console_script')
    yield from _of_images(view, found, scripts)
    for place, target in _ranked(scripts):
        yield Fact('entry_point', target, place, SCRIPT, 'console script')
    for pattern, confidence in ((COMPOSE_FILES, COMPOSE), (GUIDES, GUIDE)):
        for path in view.named(pattern):
            yield from _of_file(view, path, confidence)
    yield from _of_code(found)


def _script(fact: Fact) -> tuple[str, tuple[tuple[Evidence, ...], str]]:
    name, _, target = str(fact.value).partition('=')
    return name.strip(), (fact.evidence, target.strip())


def _ranked(scripts: dict[str, tuple[tuple[Evidence, ...], str]]) -> list[tuple[tuple[Evidence, ...], str]]:
    """Scripts whose name says that they serve come first."""
    return [scripts[name] for name in sorted(scripts, key=lambda name: not SERVING.search(name))]


def _of_images(
    view: View, found: Sequence[Fact], scripts: dict[str, tuple[tuple[Evidence, ...], str]]
) -> Iterator[Fact]:
    """What the images start: entry point and command together, or the script that they run."""
    together: dict[str, list[Fact]] = {}
    for fact in found:
        if fact.name == 'command':
            together.setdefault(fact.evidence[0].path, []).append(fact)
    for path, facts in together.items():
        facts.sort(key=lambda fact: fact.note != 'ENTRYPOINT')
        command = ' '.join(str(fact.value) for fact in facts)
        less = 0.05 * path.count('/') + (0.3 if OTHERS.search(path) else 0)
        places = tuple(place for fact in facts for place in fact.evidence)
        script = next((scripts[word][1] for word in re.split(r'[\s/]+', command) if word in scripts), '')
        value = script or started(view, command, view.text(path) or '')
        if value:
            yield Fact('entry_point', value, places, round(IMAGE - less, 2))
        for shell in scripts_of(view, command):
            yield from _of_file(view, shell, round(IMAGE - less - 0.02, 2))


def _of_file(view: View, path: str, confidence: float) -> Iterator[Fact]:
    text = view.text(path) or ''
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) < 500 and (value := started(view, line, text)):
            less = PLAIN if value.endswith('.py') else 0
            yield Fact('entry_point', value, (at(path, number),), round(confidence - less, 2))


def _of_code(found: Sequence[Fact]) -> Iterator[Fact]:
    applications = [fact for fact in found if fact.name == 'application']
    for fact in applications:
        yield Fact('entry_point', fact.value, fact.evidence, ALONE if len(applications) == 1 else ONE_OF_MANY)
    for fact in found:
        if fact.name == 'application_factory':
            yield Fact('entry_point', fact.value, fact.evidence, FACTORY, 'a function that makes the application')
    for fact in found:
        if fact.name == 'main_file':
            yield Fact('entry_point', fact.value, fact.evidence, MAIN)

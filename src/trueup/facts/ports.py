"""The port that the service listens on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from trueup.facts._code import Module, evaluate, keyword
from trueup.facts._view import View, at
from trueup.model import Fact

RUN = re.compile(r'(^|\.)(run|run_app|run_simple|make_server|WSGIServer|serve|listen|TCPServer|HTTPServer)$')
OPTION = re.compile(
    r'(?:--port[= ]+|(?:--bind|-b)[= ]+\S*?:|runserver\s+\S*?:|-p\s+|--server\.port[= ]+)["\']?(\d{2,5})\b'
)
CONSTANT = re.compile(r'(^|_)PORT($|_)')
HELPER = re.compile(
    r'METRIC|PROMETHEUS|REDIS|DB|MONGO|SQL|POSTGRES|KAFKA|SMTP|RABBIT|MLFLOW|ELASTIC|DEBUG', re.IGNORECASE
)
RUNNERS = ('uvicorn', 'gunicorn', 'hypercorn', 'flask', 'runserver', 'streamlit', 'python', 'daphne', 'waitress')


def read(view: View) -> Iterator[Fact]:
    """`port`, the likeliest, and `ports`, all that are named."""
    claims = sorted(_claims(view), key=lambda claim: -claim.confidence)
    if not claims:
        return
    best = claims[0]
    places = tuple(place for claim in claims if claim.value == best.value for place in claim.evidence)
    yield Fact('port', best.value, tuple(dict.fromkeys(places))[:4], best.confidence, best.note)
    numbers = tuple(dict.fromkeys(str(claim.value) for claim in claims))
    if len(numbers) > 1:
        where = {claim.value: claim.evidence[0] for claim in reversed(claims)}
        yield Fact('ports', numbers, tuple(where[int(number)] for number in numbers))


def _claims(view: View) -> Iterator[Fact]:
    for path in (*view.dockerfiles, *view.named('procfile')):
        far = 0.05 * path.count('/')
        for line, found in view.search(path, r'^\s*(?:CMD|ENTRYPOINT|web:)\s(.*)$', re.IGNORECASE):
            if option := OPTION.search(re.sub(r'["\',\[\]]+\s*', ' ', found[1]).replace('  ', ' ')):
                yield _fact(option[1], path, line, 0.95 - far, 'command')
        for line, found in view.search(path, r'^\s*EXPOSE\s+(\d+)', re.IGNORECASE):
            yield _fact(found[1], path, line, 0.9 - far, 'EXPOSE')
        for line, found in view.search(path, r'\bPORT[= ]+["\']?(\d{2,5})\b'):
            yield _fact(found[1], path, line, 0.85 - far, 'variable')
    for module in view.sources or view.modules:
        yield from _of_module(module)
    yield from _of_texts(view)


def _of_module(module: Module) -> Iterator[Fact]:
    names = {name: value for name, (value, _) in module.constants.items()}
    for called, node in module.calls:
        given = keyword(node, 'port')
        if RUN.search(called) and given is not None:
            value = evaluate(given, names)
            if isinstance(value, int):
                yield _fact(str(value), module.path, node.lineno, 0.85, f'{called}()')
        default = keyword(node, 'default')
        if called.endswith(('add_argument', 'option')) and default is not None and _names_port(node):
            value = evaluate(default, names)
            if isinstance(value, int):
                yield _fact(str(value), module.path, node.lineno, 0.8, 'default of --port')
    for name, (value, line) in module.constants.items():
        if CONSTANT.search(name.upper()) and not HELPER.search(name) and isinstance(value, int):
            yield _fact(str(value), module.path, line, 0.75, name)


def _names_port(node: ast.Call) -> bool:
    return any(isinstance(item, ast.Constant) and item.value == '--port' for item in node.args)


def _of_texts(view: View) -> Iterator[Fact]:
    for path in view.named(r'([^/]+/){0,2}(docker-)?compose[\w.-]*\.ya?ml'):
        for line, found in view.search(path, r'^\s*-\s*["\']?(?:[\d.]+:)?[\w${}:-]*?:(\d{2,5})["\']?\s*$'):
            yield _fact(found[1], path, line, 0.55, 'compose')
    for path in view.named(r'([^/]+/)*(values|deployment|service)\.ya?ml'):
        for line, found in view.search(path, r'^\s*-?\s*(?:containerPort|targetPort):\s*(\d{2,5})\s*$'):
            yield _fact(found[1], path, line, 0.7, 'chart')
    for path in view.named(
        r'makefile|[^/]+\.sh|(scripts?|bin)/[^/]+\.sh|\.env[\w.]*|readme(\.\w+)?|\.circleci/config\.yml'
    ):
        yield from _of_commands(view, path)


def _of_commands(view: View, path: str) -> Iterator[Fact]:
    for number, line in enumerate(view.lines(path), 1):
        option = OPTION.search(line) if any(runner in line for runner in RUNNERS) else None
        variable = re.match(r'^(?:export\s+)?(?:\w+_)?PORT=["\']?(\d{2,5})', line)
        if option:
            yield _fact(option[1], path, number, 0.6, 'command')
        elif variable and not HELPER.search(line):
            yield _fact(variable[1], path, number, 0.6, 'variable')


def _fact(number: str, path: str, line: int, confidence: float, note: str) -> Fact:
    return Fact('port', int(number), (at(path, line),), max(confidence, 0.3), note)

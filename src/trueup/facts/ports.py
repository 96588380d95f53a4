"""The port that the service listens on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

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
OTHERS = re.compile(
    r'mlflow|jenkins|minio|postgres|nginx|grafana|prometheus|airflow|redis|kafka|fluent|mongo|elastic|client|frontend',
    re.I,
)
RUNNERS = ('uvicorn', 'gunicorn', 'hypercorn', 'flask', 'runserver', 'streamlit', 'python', 'daphne', 'waitress')
COMMAND_FILES = r'makefile|([^/]+/){0,3}[^/]+\.sh|\.env[\w.]*|readme(\.\w+)?'
LONG = 300


def read(view: View) -> Iterator[Fact]:
    """`port`, the likeliest, and `ports`, all that are named."""
    claims = sorted(_claims(view), key=lambda claim: -claim.confidence)
    if not claims:
        return
    best = claims[0]
    places = tuple(place for claim in claims if claim.value == best.value for place in claim.evidence)
    yield Fact('port', best.value, tuple(dict.fromkeys(places))[:4], best.confidence, best.note)
    where = {str(claim.value): claim.evidence[0] for claim in reversed(claims)}
    numbers = tuple(dict.fromkeys(str(claim.value) for claim in claims))
    if len(numbers) > 1:
        yield Fact('ports', numbers, tuple(where[number] for number in numbers))


def _claims(view: View) -> Iterator[Fact]:
    for path in (*view.dockerfiles, *view.named('procfile')):
        yield from _of_image(view, path)
    for module in view.sources or view.modules:
        yield from _of_module(module)
    for path in view.named(r'([^/]+/){0,2}(docker-)?compose[\w.-]*\.ya?ml'):
        yield from _of_compose(view, path)
    for path in view.named(r'([^/]+/)*(values|deployment|service)\.ya?ml'):
        # Charts of other people's servers are long; a service's own are not.
        if len(view.lines(path)) <= LONG:
            for line, found in view.search(path, r'^\s*-?\s*(?:containerPort|targetPort):\s*(\d{2,5})\s*$'):
                yield _fact(found[1], path, line, 0.7, 'chart')
    for path in view.named(COMMAND_FILES):
        yield from _of_commands(view, path)


def _of_image(view: View, path: str) -> Iterator[Fact]:
    """Ports of an image; those of databases and dashboards that stand beside the service count little."""
    less = 0.05 * path.count('/') + (0.35 if OTHERS.search(path) else 0)
    for line, found in view.search(path, r'^\s*(?:CMD|ENTRYPOINT|web:)\s(.*)$', re.IGNORECASE):
        if option := OPTION.search(re.sub(r'["\',\[\]\s]+', ' ', found[1])):
            yield _fact(option[1], path, line, 0.95 - less, 'command')
    for line, found in view.search(path, r'^\s*EXPOSE\s+(\d+)', re.IGNORECASE):
        yield _fact(found[1], path, line, 0.9 - less, 'EXPOSE')
    for line, found in view.search(path, r'\bPORT[= ]+["\']?(\d{2,5})\b'):
        yield _fact(found[1], path, line, 0.85 - less, 'variable')


def _of_module(module: Module) -> Iterator[Fact]:
    names = {name: value for name, (value, _) in module.constants.items()}
    for called, node in module.calls:
        given = keyword(node, 'port')
        if RUN.search(called) and given is not None:
            yield from _value(module, given, names, note=f'{called}()')
        default = keyword(node, 'default')
        if called.endswith(('add_argument', 'option')) and default is not None and _names_port(node):
            yield from _value(module, default, names, note='default of --port')
    for name, (value, line) in module.constants.items():
        if CONSTANT.search(name.upper()) and not HELPER.search(name) and isinstance(value, int):
            yield _fact(str(value), module.path, line, 0.75, name)


def _value(module: Module, node: ast.expr, names: Mapping[str, Any], *, note: str) -> Iterator[Fact]:
    """A port given in code: a constant, or the fallback of `int(os.environ.get('PORT', 8080))`."""
    value = evaluate(node, names)
    if isinstance(value, int):
        yield _fact(str(value), module.path, node.lineno, 0.85, note)
        return
    literals = [str(item.value) for item in ast.walk(node) if isinstance(item, ast.Constant)]
    numbers = [literal for literal in literals if re.fullmatch(r'\d{2,5}', literal)]
    if len(numbers) == 1:
        yield _fact(numbers[0], module.path, node.lineno, 0.8, f'{note}, fallback')


def _names_port(node: ast.Call) -> bool:
    return any(isinstance(item, ast.Constant) and item.value == '--port' for item in node.args)


def _of_compose(view: View, path: str) -> Iterator[Fact]:
    """Container ports of the services that are built here; images from elsewhere are other people's."""
    try:
        document = yaml.safe_load(view.text(path) or '')
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    services = document.get('services') if isinstance(document, dict) else None
    for name, service in services.items() if isinstance(services, dict) else ():
        own = isinstance(service, dict) and service.get('build') and not OTHERS.search(str(name))
        listed = service.get('ports') if own else None
        for target in map(_target, listed if isinstance(listed, list) else ()):
            line = next((number for number, _ in view.search(path, rf'\b{target}\b')), 0) if target else 0
            if line:
                yield _fact(target, path, line, 0.65, 'compose')


def _target(port: object) -> str:
    """The container's side of one entry of `ports`; empty if it is none that can be read."""
    text = str(port.get('target', '') if isinstance(port, dict) else port).partition('/')[0]
    found = re.search(r'(?:^|:)(\d{2,5})$', text)
    return found[1] if found else ''


def _of_commands(view: View, path: str) -> Iterator[Fact]:
    for number, line in enumerate(view.lines(path), 1):
        option = OPTION.search(line) if any(runner in line for runner in RUNNERS) else None
        variable = re.match(r'^(?:export\s+)?(?:\w+_)?PORT=["\']?(\d{2,5})', line)
        if option:
            yield _fact(option[1], path, number, 0.6, 'command')
        elif variable and not HELPER.search(line):
            yield _fact(variable[1], path, number, 0.6, 'variable')


def _fact(number: str, path: str, line: int, confidence: float, note: str) -> Fact:
    return Fact('port', int(number), (at(path, line),), round(max(confidence, 0.3), 2), note)

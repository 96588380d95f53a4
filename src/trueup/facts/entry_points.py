"""How the service is started: application objects, console scripts, commands and main files."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

from trueup.facts._code import Module, dotted
from trueup.facts._entry import entry_point
from trueup.facts._setup import setup_call
from trueup.facts._view import View, at
from trueup.model import Fact

APPLICATIONS = {
    'FastAPI': 'fastapi',
    'Flask': 'flask',
    'Starlette': 'starlette',
    'Sanic': 'sanic',
    'Quart': 'quart',
    'falcon.API': 'falcon',
    'falcon.App': 'falcon',
    'web.Application': 'aiohttp',
    'get_asgi_application': 'django',
    'get_wsgi_application': 'django',
}
FACTORY = re.compile(r'(create|make|build|get)_(wsgi_|asgi_)?app(lication)?')
COMMAND = re.compile(r'^\s*(?P<verb>CMD|ENTRYPOINT)\s+(?P<rest>.+)$', re.IGNORECASE)


def read(view: View) -> Iterator[Fact]:
    """`application`, `application_factory`, `console_script`, `command` and `main_file`, and of these `entry_point`."""
    found = list(_found(view))
    yield from found
    yield from entry_point(view, found)


def _found(view: View) -> Iterator[Fact]:
    for module in view.sources or view.modules:
        yield from _of_module(module, dotted_name(view, module.path))
    yield from _scripts(view)
    yield from _commands(view)


def _of_module(module: Module, name: str) -> Iterator[Fact]:
    functions = _functions(module)
    for node in module.tree.body if module.tree else ():
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            called = dotted(node.value.func)
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            made = _framework(called) or functions.get(called, '')
            if made and isinstance(target, ast.Name):
                yield Fact('application', f'{name}:{target.id}', (at(module.path, node.lineno),), note=made)
    for function, made in functions.items():
        line = next((node.lineno for node in _definitions(module) if node.name == function), 0)
        yield Fact('application_factory', f'{name}:{function}', (at(module.path, line),), note=made)
    if module.main_line:
        yield Fact('main_file', module.path, (at(module.path, module.main_line),))


def _functions(module: Module) -> dict[str, str]:
    """Module-level functions that make and return an application, with the framework where it shows."""
    found: dict[str, str] = {}
    for node in _definitions(module):
        returns = any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
        made = [_framework(dotted(inner.func)) for inner in ast.walk(node) if isinstance(inner, ast.Call)]
        if returns and any(made):
            found[node.name] = next(filter(None, made))
        elif returns and FACTORY.fullmatch(node.name):
            found[node.name] = ''
    return found


def _definitions(module: Module) -> Iterator[ast.FunctionDef]:
    return (node for node in (module.tree.body if module.tree else ()) if isinstance(node, ast.FunctionDef))


def _framework(called: str) -> str:
    last = called.split('.')[-1]
    return APPLICATIONS.get(last) or APPLICATIONS.get('.'.join(called.split('.')[-2:]), '')


def dotted_name(view: View, path: str) -> str:
    """Name under which a file is imported: below the last folder that can be no package, or a bare `src`."""
    parts = path.removesuffix('.py').removesuffix('/__init__').split('/')
    folders = list(enumerate(parts[:-1], 1))
    bare = [
        number for number, part in folders if part == 'src' and '/'.join([*parts[:number], '__init__.py']) not in view
    ]
    outside = bare + [number for number, part in folders if not part.isidentifier()]
    return '.'.join(parts[max(outside, default=0) :])


def _scripts(view: View) -> Iterator[Fact]:
    for keys in (('project', 'scripts'), ('tool', 'poetry', 'scripts')):
        for name, target in view.pyproject.table(*keys).items():
            place = at('pyproject.toml', view.pyproject.line(*keys, name))
            yield Fact('console_script', f'{name} = {target}', (place,))
    call = setup_call(view)
    points = call.known.get('entry_points')
    listed = points.get('console_scripts') if isinstance(points, dict) else None
    for line in listed.splitlines() if isinstance(listed, str) else listed if isinstance(listed, list) else ():
        if str(line).strip():
            yield Fact('console_script', ' '.join(str(line).split()), (at(call.path, call.lines['entry_points']),))
    for line in view.setup_cfg.get('options.entry_points', 'console_scripts').splitlines():
        if line.strip():
            place = at('setup.cfg', view.setup_cfg.line('options.entry_points', 'console_scripts'))
            yield Fact('console_script', ' '.join(line.split()), (place,))


def _commands(view: View) -> Iterator[Fact]:
    """The last CMD and ENTRYPOINT of each image: earlier ones have no effect, a HEALTHCHECK's is no command."""
    for path in view.dockerfiles:
        last: dict[str, Fact] = {}
        continued = False
        for number, line in enumerate(view.lines(path), 1):
            found = None if continued else COMMAND.match(line)
            if found:
                verb = found['verb'].upper()
                last[verb] = Fact('command', _shell(found['rest']), (at(path, number),), note=verb)
            continued = line.rstrip().endswith('\\')
        yield from last.values()
    for number, match in view.search('Procfile', r'^(\w+):\s*(.+)$'):
        yield Fact('command', match[2], (at('Procfile', number),), note=f'Procfile {match[1]}')


def _shell(rest: str) -> str:
    try:
        words = json.loads(rest)
    except ValueError:
        return rest.strip()
    return ' '.join(str(word) for word in words) if isinstance(words, list) else rest.strip()

"""What a FastAPI application promises its callers, read from the OpenAPI document it makes itself."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.repo import Repo
from trueup.verify._imports import module_of, source_roots
from trueup.verify._model import OpenApi
from trueup.verify._process import run
from trueup.verify._tests import is_test

SECONDS = 40.0
# The framework's own, different in each of its versions.
FRAMEWORK = {'HTTPValidationError', 'ValidationError'}
METHODS = ('get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace')
SCRIPT = """
import importlib, json, sys
found = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])
found = found() if sys.argv[3] == 'call' else found
with open(sys.argv[4], 'w', encoding='utf-8') as file:
    json.dump(found.openapi(), file)
"""


@dataclass(frozen=True, slots=True)
class App:
    """Where an application is: a name in a module, to be called if it is a factory."""

    module: str
    name: str
    call: bool = False

    def __str__(self) -> str:
        return f'{self.module}:{self.name}{"()" if self.call else ""}'


def find_apps(repo: Repo) -> tuple[App, ...]:
    """Applications by a static guess: `app` before others, values before factories, short paths first."""
    roots = source_roots(repo)
    found: list[tuple[tuple[bool, bool, int, str], App]] = []
    for path in repo.paths:
        text = repo.text(path) if path.endswith('.py') and not is_test(path) else None
        if text and 'FastAPI' in text:
            for app in _apps_of(text, module_of(path, roots)):
                found.append(((app.name != 'app', app.call, path.count('/'), path), app))
    return tuple(app for _, app in sorted(found, key=lambda item: item[0]))


def read_openapi(app: App, python: Path, *, cwd: Path, environment: Mapping[str, str], scratch: Path) -> OpenApi:
    """The application's contract, or why there is none."""
    target = scratch / 'openapi.json'
    target.unlink(missing_ok=True)
    command = [str(python), '-c', SCRIPT, app.module, app.name, 'call' if app.call else 'value', str(target)]
    done = run(command, cwd=cwd, environment=environment, seconds=SECONDS)
    if done.code is None:
        return OpenApi(str(app), problem=f'took longer than {SECONDS:.0f} s')
    try:
        return OpenApi(str(app), contract(json.loads(target.read_text(encoding='utf-8'))))
    except (OSError, ValueError, AttributeError, TypeError):
        return OpenApi(str(app), problem=done.last_line[:300])


def contract(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Operation or schema -> sorted lines that a caller relies on; descriptions, titles and versions don't count."""
    found: dict[str, tuple[str, ...]] = {}
    for path, item in document.get('paths', {}).items():
        for method in METHODS:
            if method in item:
                found[f'{method.upper()} {path}'] = tuple(sorted(_operation(item[method], item.get('parameters', []))))
    for name, schema in document.get('components', {}).get('schemas', {}).items():
        if name not in FRAMEWORK:
            found[f'schema {name}'] = tuple(sorted(_schema(schema)))
    return found


def _operation(operation: Mapping[str, Any], shared: list[Any]) -> Iterator[str]:
    for each in (*shared, *operation.get('parameters', [])):
        need = 'required' if each.get('required') else 'optional'
        yield f'{each.get("in")} parameter {each.get("name")} {need}: {_type(each.get("schema", {}))}'
    body = operation.get('requestBody', {})
    for media, content in body.get('content', {}).items():
        yield f'body {media}: {_type(content.get("schema", {}))}'
    for code, response in operation.get('responses', {}).items():
        media = response.get('content') or {'': {}}
        # FastAPI adds the 422 by itself, depending on its version and the parameters.
        if code != '422':
            yield from (f'response {code} {kind}: {_type(each.get("schema", {}))}' for kind, each in media.items())


def _schema(schema: Mapping[str, Any]) -> Iterator[str]:
    required = set(schema.get('required', []))
    for name, each in schema.get('properties', {}).items():
        yield f'{name} {"required" if name in required else "optional"}: {_type(each)}'
    if 'enum' in schema:
        yield f'enum {json.dumps(schema["enum"], sort_keys=True)}'


def _type(schema: Any) -> str:
    """A schema's type in short; `X | null` counts as X, for FastAPI's versions differ in it."""
    if not isinstance(schema, Mapping):
        return 'any'
    if '$ref' in schema:
        return str(schema['$ref']).rsplit('/', 1)[-1]
    for word in ('allOf', 'anyOf', 'oneOf'):
        if word in schema:
            kinds = sorted({_type(each) for each in schema[word]} - {'null'})
            return ' | '.join(kinds) or 'null'
    kind = str(schema.get('type', 'any'))
    return f'array of {_type(schema["items"])}' if kind == 'array' and 'items' in schema else kind


def _apps_of(text: str, module: str) -> Iterator[App]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    factories = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and _makes_app(node):
            factories.add(node.name)
            needed = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
            if not needed and all(node.args.kw_defaults):
                yield App(module, node.name, call=True)
    for node in tree.body:
        match node:
            case ast.Assign(targets=targets, value=ast.Call() as call) if _called(call) in {'FastAPI', *factories}:
                yield from (App(module, each.id) for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call() as call) if _called(call) == 'FastAPI':
                yield App(module, name)


def _makes_app(node: ast.FunctionDef) -> bool:
    made = any(isinstance(each, ast.Call) and _called(each) == 'FastAPI' for each in ast.walk(node))
    return made and any(isinstance(each, ast.Return) and each.value is not None for each in ast.walk(node))


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ''

"""Which web or serving frameworks the service is written in."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.facts._code import Import, Module
from trueup.facts._declared import declared_dependencies
from trueup.facts._view import View, at, is_side
from trueup.model import Evidence, Fact

# In order of rank: of two that are imported as often, the first is the service's.
FRAMEWORKS = {
    'fastapi': 'fastapi',
    'django': 'django',
    'flask': 'flask',
    'flask_restful': 'flask',
    'flask_restx': 'flask',
    'litestar': 'litestar',
    'sanic': 'sanic',
    'quart': 'quart',
    'falcon': 'falcon',
    'hug': 'hug',
    'bentoml': 'bentoml',
    'mlserver': 'mlserver',
    'kserve': 'kserve',
    'seldon_core': 'seldon',
    'bottle': 'bottle',
    'cherrypy': 'cherrypy',
    'pyramid': 'pyramid',
    'connexion': 'connexion',
    'grpc': 'grpc',
    'starlette': 'starlette',
    'tornado': 'tornado',
    'streamlit': 'streamlit',
    'gradio': 'gradio',
    'dash': 'dash',
    'werkzeug': 'werkzeug',
    'socketio': 'websocket',
    'websockets': 'websocket',
    'autobahn': 'websocket',
}
HELPERS = frozenset({'starlette', 'tornado', 'werkzeug', 'websocket'})


def read(view: View) -> Iterator[Fact]:
    """`framework`, the service's own, and `frameworks`, all of them."""
    found: dict[str, list[Evidence]] = {}
    for module in view.sources or view.modules:
        for name, line in _used(module):
            found.setdefault(name, []).append(at(module.path, line))
    if not found:
        yield from _declared_only(view)
        return
    order = list(dict.fromkeys([*FRAMEWORKS.values(), 'aiohttp', 'ray-serve', 'http.server']))
    ranked = sorted(found, key=lambda name: (name in HELPERS, -len(found[name]), order.index(name)))
    yield Fact('framework', ranked[0], tuple(found[ranked[0]][:3]), 1.0 if len(ranked) == 1 else 0.9)
    if len(ranked) > 1:
        yield Fact('frameworks', tuple(ranked), tuple(found[name][0] for name in ranked))


def _used(module: Module) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for item in module.imports:
        name = _framework(item)
        if name and name not in seen:
            seen.add(name)
            yield name, item.line


def _framework(item: Import) -> str:
    if item.source == 'aiohttp.web' or (item.source == 'aiohttp' and item.name == 'web'):
        return 'aiohttp'
    if item.source == 'ray.serve' or (item.source == 'ray' and item.name == 'serve'):
        return 'ray-serve'
    if item.source in ('http.server', 'BaseHTTPServer'):
        return 'http.server'
    return FRAMEWORKS.get(item.top, '')


def _declared_only(view: View) -> Iterator[Fact]:
    names = {name.replace('_', '-'): framework for name, framework in FRAMEWORKS.items()}
    for item in declared_dependencies(view):
        if item.name in names and item.group == 'runtime' and not is_side(item.path):
            note = 'declared, imported nowhere'
            yield Fact('framework', names[item.name], (at(item.path, item.line),), 0.4, note)
            return
    yield Fact('framework', 'none', (), 0.8, 'no import of a web framework')

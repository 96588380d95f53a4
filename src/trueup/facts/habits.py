"""Habits of the code that decide how it may be loaded, started and configured."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from trueup.facts._code import Module, dotted, evaluate, keyword
from trueup.facts._view import View, at
from trueup.model import Evidence, Fact

SERVERS = frozenset({'run', 'run_app', 'serve_forever', 'run_simple', 'listen'})
HOOKS = frozenset({'on_event', 'add_event_handler', 'before_first_request'})
LOADERS = frozenset(
    {'pickle.load', 'pickle.loads', 'joblib.load', 'dill.load', 'dill.loads', 'cloudpickle.load', 'torch.load'}
)
SETTINGS = {
    'dynaconf': 'dynaconf',
    'pydantic_settings': 'pydantic-settings',
    'decouple': 'python-decouple',
    'environs': 'environs',
    'dotenv': 'python-dotenv',
    'hydra': 'hydra',
    'omegaconf': 'omegaconf',
    'configparser': 'configparser',
}
SCHEMAS = {'marshmallow': 'marshmallow', 'pydantic': 'pydantic', 'cerberus': 'cerberus', 'voluptuous': 'voluptuous'}
LISTED = 5


def read(view: View) -> Iterator[Fact]:
    """`runs_on_import`, `startup_hook`, `star_import`, `unpickles`, `settings_library` and `schema_library`."""
    modules = view.sources or view.modules
    for module in modules:
        yield from _running(module)
    yield from _places('startup_hook', [place for module in modules for place in _calls(module, HOOKS)])
    stars = [at(module.path, item.line) for module in modules for item in module.imports if item.name == '*']
    yield from _places('star_import', stars)
    loads = [at(module.path, node.lineno) for module in modules for name, node in module.calls if name in LOADERS]
    yield from _places('unpickles', loads)
    yield from _libraries('settings_library', SETTINGS, modules)
    yield from _libraries('schema_library', SCHEMAS, modules)


def _running(module: Module) -> Iterator[Fact]:
    """Servers and endless loops at the top level: whoever imports the module never comes back."""
    for node in module.tree.body if module.tree else ():
        if isinstance(node, ast.While) and evaluate(node.test, {}) in (True, 1):
            yield Fact('runs_on_import', module.path, (at(module.path, node.lineno),), 0.9, 'an endless loop')
        call = node.value if isinstance(node, ast.Expr) else None
        name = dotted(call.func) if isinstance(call, ast.Call) else ''
        if (
            isinstance(call, ast.Call)
            and '.' in name
            and name.rsplit('.', 1)[-1] in SERVERS
            and 'subprocess' not in name
        ):
            debug = keyword(call, 'debug')
            note = f'{name}(debug=True)' if debug and evaluate(debug, {}) is True else f'{name}()'
            yield Fact('runs_on_import', module.path, (at(module.path, node.lineno),), 0.9, note)


def _calls(module: Module, names: frozenset[str]) -> list[Evidence]:
    return [at(module.path, node.lineno) for name, node in module.calls if name.rsplit('.', 1)[-1] in names]


def _places(name: str, places: list[Evidence]) -> Iterator[Fact]:
    if places:
        yield Fact(name, len(places), tuple(places[:LISTED]))


def _libraries(name: str, known: dict[str, str], modules: tuple[Module, ...]) -> Iterator[Fact]:
    found: dict[str, Evidence] = {}
    for module in modules:
        for item in module.imports:
            if item.top in known:
                found.setdefault(known[item.top], at(module.path, item.line))
    for library, place in sorted(found.items()):
        yield Fact(name, library, (place,))

"""Which handlers a service hangs on its FastAPI apps and routers, and in which order they run: a plan for lifespans.

Order and meaning are Starlette's own (`Router.startup`, `FastAPI.include_router`): lists of the constructor first, then
each registration in the order of the code, a router's at the place where it is included; shutdown in the same order.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from trueup.migrations._contract import Obstacle
from trueup.migrations._handlers import Reference, Unsafe, handler_call, own_call
from trueup.migrations._sites import Parents, Site, enclosing, parents_of, sites
from trueup.migrations._sources import Function, Source, Sources, all_arguments, bindings, python_texts
from trueup.model import Evidence

TRIGGERS = ('on_event', 'add_event_handler', 'on_startup', 'on_shutdown')
APPS = {'fastapi.FastAPI', 'fastapi.applications.FastAPI', 'starlette.applications.Starlette'}
ROUTERS = {'fastapi.APIRouter', 'fastapi.routing.APIRouter', 'starlette.routing.Router'}
REGISTRARS = {'register_tortoise', 'init_app'}
"""Calls of other libraries that are known to add handlers to the app they are given."""
POKES = re.compile(r'\.router\.(?:startup|shutdown|lifespan_context)\b')


class Key(NamedTuple):
    """One app or router: its file, the function it is made in ('' is the module), its name."""

    path: str
    scope: str
    name: str


@dataclass
class Holder:
    """An app or a router, and what is hung on it."""

    key: Key
    source: Source
    scope: Function | None
    statement: ast.Assign | ast.AnnAssign
    call: ast.Call
    is_app: bool
    sites: list[Site] = field(default_factory=list)
    includes: list[tuple[int, ast.expr, Key]] = field(default_factory=list)

    @property
    def body(self) -> list[ast.stmt]:
        """The statements among which it is made."""
        return self.scope.body if self.scope else self.source.tree.body


@dataclass(frozen=True)
class Step:
    """One handler in a lifespan: how it is called, where it was hung, and the import that the call needs."""

    call: str
    site: Site
    imported: Reference | None = None


@dataclass(frozen=True)
class Scheme:
    """One app and all steps of its lifespan, in their order."""

    holder: Holder
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Study:
    """What can be brought into lifespans, and what can't with the reason."""

    schemes: tuple[Scheme, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All places that would change."""
        places = {step.site.evidence for scheme in self.schemes for step in scheme.steps}
        return tuple(sorted(places, key=lambda place: (place.path, place.line)))


def study(sources: Sources) -> Study:
    """Read every file that speaks of such handlers."""
    texts = python_texts(sources.repo)
    speaking = [path for path, text in texts.items() if any(word in text for word in TRIGGERS)]
    return _Study(sources, texts).run(speaking) if speaking else Study()


class _Study:
    def __init__(self, sources: Sources, texts: dict[str, str]) -> None:
        self.sources = sources
        self.texts = texts
        self.holders: dict[Key, Holder] = {}
        self.foreign: list[Obstacle] = []

    def run(self, speaking: list[str]) -> Study:
        """Sites, then the routers that apps include, then one scheme for each app."""
        for source in filter(None, map(self.sources.at, speaking)):
            self._read(source)
        if any(holder.sites and not holder.is_app for holder in self.holders.values()):
            for path in [path for path, text in self.texts.items() if 'include_router' in text]:
                found = self.sources.at(path)
                if found is not None:
                    self._includes(found)
        apps = [item for item in self.holders.values() if item.is_app and (item.sites or item.includes)]
        self._unclaimed(apps)
        if apps:
            self._pokes()
        if not self.foreign:
            return self._safe(apps)
        reason = f'not every handler can be followed: see {self.foreign[0].evidence}'
        rest = (site for app in apps for site in self._sites(app))
        return Study((), _once((*self.foreign, *_blocked(rest, reason))))

    def _safe(self, apps: list[Holder]) -> Study:
        schemes: dict[Key, Scheme] = {}
        obstacles: list[Obstacle] = []
        blocked: set[Key] = set()
        for app in apps:
            try:
                schemes[app.key] = Scheme(app, tuple(self._steps(app)))
            except Unsafe as error:
                blocked |= {key for _, _, key in app.includes}
                obstacles += _blocked(self._sites(app), error.reason, error.line)
        # An app that shares a router with one that stays as it is stays too.
        while shared := [key for key, one in schemes.items() if blocked & {item[2] for item in one.holder.includes}]:
            for key in shared:
                holder = schemes.pop(key).holder
                blocked |= {item[2] for item in holder.includes}
                obstacles += _blocked(self._sites(holder), 'it shares a router with an app that stays as it is')
        return Study(tuple(schemes.values()), _once(obstacles))

    def _sites(self, app: Holder) -> list[Site]:
        return [*app.sites, *(site for _, _, key in app.includes for site in self.holders[key].sites)]

    # --- reading -------------------------------------------------------------------------------------------------

    def _read(self, source: Source) -> None:
        parents = parents_of(source)
        taken: set[ast.AST] = set()
        for site, attribute in sites(source, parents):
            taken |= {attribute} if attribute else set()
            if reason := self._placed(site, parents):
                self._left(source, site.line, reason)
        for node in source.nodes:
            known = not isinstance(node, ast.Attribute) or node.attr not in TRIGGERS or node in taken
            if isinstance(node, ast.Attribute) and not known and self._concerns(source, node.value):
                self._left(source, node.lineno, f'{ast.unparse(node)} is used in a way that is not known')

    def _placed(self, site: Site, parents: Parents) -> str:
        """Hang a site on its app; else the reason why not, '' if it is none of ours."""
        receiver = site.receiver
        if isinstance(receiver, ast.Attribute) and receiver.attr == 'router':
            receiver = receiver.value
        if not self._concerns(site.source, receiver):
            return ''
        if not isinstance(receiver, ast.Name):
            return f'{ast.unparse(receiver) if receiver else "the app"} is no plain name of an app'
        scope = _scope_of(receiver.id, site.statement, parents)
        holder = self._holder(site.source, receiver.id, scope)
        if holder is None:
            return f'{receiver.id} is not made here by FastAPI(...)'
        if parents.get(site.statement) is not (scope or site.source.tree):
            return 'the handler is added only under a condition, or from inside of a function'
        if not site.kind:
            return 'no list or no word "startup" or "shutdown" stands there'
        holder.sites.append(site)
        return ''

    def _holder(self, source: Source, name: str, scope: Function | None) -> Holder | None:
        """The app or router that is bound once to a name, by a plain assignment."""
        key = Key(source.path, f'{scope.name}:{scope.lineno}' if scope else '', name)
        if key in self.holders:
            return self.holders[key]
        if scope is not None and name in {argument.arg for argument in all_arguments(scope)}:
            return None
        body = scope.body if scope else source.tree.body
        bound = bindings(body).get(name, [])
        made = [one for one in body if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value in bound]
        call = made[0].value if len(bound) == len(made) == 1 else None
        origin = source.origin(call.func) if isinstance(call, ast.Call) else ''
        if not isinstance(call, ast.Call) or origin not in APPS | ROUTERS:
            return None
        holder = Holder(key, source, scope, made[0], call, origin in APPS)
        self.holders[key] = holder
        return holder

    def _concerns(self, source: Source, receiver: ast.expr | None) -> bool:
        """Whether a receiver may be one of our apps: the file knows FastAPI, or the name leads to an app."""
        if any(origin.partition('.')[0] in ('fastapi', 'starlette') for origin in source.imports.values()):
            return True
        found = self.sources.define(source, receiver) if receiver is not None else None
        call = found.node if found else None
        return isinstance(call, ast.Call) and found is not None and found.source.origin(call.func) in APPS | ROUTERS

    def _includes(self, source: Source) -> None:
        parents = parents_of(source)
        for node in source.nodes:
            call = node.value if isinstance(node, ast.Expr) else None
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args):
                continue
            receiver = call.func.value
            if call.func.attr != 'include_router' or not isinstance(receiver, ast.Name):
                continue
            scope = _scope_of(receiver.id, node, parents)
            holder = self._holder(source, receiver.id, scope)
            router = self._router(source, call.args[0], scope)
            if holder and router and router.sites and parents.get(node) is (scope or source.tree):
                holder.includes.append((call.lineno, call.args[0], router.key))

    def _router(self, source: Source, expression: ast.expr, scope: Function | None) -> Holder | None:
        found = self.sources.define(source, expression, scope)
        routers = (holder for holder in self.holders.values() if not holder.is_app)
        return next((holder for holder in routers if found and holder.call is found.node), None)

    def _unclaimed(self, apps: list[Holder]) -> None:
        claimed = {key for app in apps for _, _, key in app.includes}
        for holder in self.holders.values():
            if holder.sites and not holder.is_app and holder.key not in claimed:
                reason = f'no app was found that includes the router {holder.key.name} plainly'
                self.foreign += _blocked(holder.sites, reason)

    def _pokes(self) -> None:
        for path, text in self.texts.items():
            if found := POKES.search(text):
                line = text.count('\n', 0, found.start()) + 1
                self.foreign.append(Obstacle(Evidence(path, line), f'{found[0][1:]} is used directly'))

    def _left(self, source: Source, line: int, reason: str) -> None:
        self.foreign.append(Obstacle(Evidence(source.path, line), reason))

    # --- one app -------------------------------------------------------------------------------------------------

    def _steps(self, app: Holder) -> Iterator[Step]:
        """Its handlers in the order in which they run; raises Unsafe."""
        require_plain(app)
        items: list[tuple[int, int, Site | tuple[ast.expr, Key]]] = [
            (int(site.statement is not app.statement), site.line, site) for site in app.sites
        ]
        items += [(1, line, (expression, key)) for line, expression, key in app.includes]
        for _, line, item in sorted(items, key=lambda one: one[:2]):
            if isinstance(item, Site):
                yield Step(self._call(app, item), item)
            else:
                yield from self._included(app, line, *item)

    def _call(self, holder: Holder, site: Site) -> str:
        if isinstance(site.statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return own_call(site.source, site.statement, holder.scope)
        assert site.handler is not None
        return handler_call(self.sources, site.source, site.handler, holder.scope)

    def _included(self, app: Holder, line: int, expression: ast.expr, key: Key) -> Iterator[Step]:
        router = self.holders[key]
        if router.scope is not None or router.includes:
            raise Unsafe(f'the router {key.name} is made in a function, or includes another', line)
        if key.path == app.key.path and any(site.line > line for site in router.sites):
            raise Unsafe(f'a handler is added to {key.name} after the router was included', line)
        require_plain(router)
        for site in sorted(router.sites, key=lambda one: (one.statement is not router.statement, one.line)):
            call = self._call(router, site)
            if key.path == app.key.path:
                yield Step(call, site)
            else:
                yield self._referred(app, expression, (call, site, router))

    def _referred(self, app: Holder, expression: ast.expr, told: tuple[str, Site, Holder]) -> Step:
        """A router's handler as the app's module can name it."""
        call, site, router = told
        name = getattr(site.handler or site.statement, 'id', getattr(site.statement, 'name', ''))
        if not name or not re.fullmatch(rf'(await )?{name}\(\)', call):
            raise Unsafe('a handler of a router is no plain function of its module', site.line)
        if isinstance(expression, ast.Attribute):
            return Step(call.replace(f'{name}()', f'{ast.unparse(expression.value)}.{name}()'), site)
        module = self._import_of(app.source, ast.unparse(expression), router)
        if not module:
            raise Unsafe(f'{ast.unparse(expression)} is imported from elsewhere than its own module', site.line)
        taken = name in app.source.bound or app.scope is not None and name in bindings(app.scope.body)
        shown = f'{router.key.name}_{name}' if taken else name
        return Step(call.replace(f'{name}()', f'{shown}()'), site, Reference(module, name, shown))

    def _import_of(self, source: Source, name: str, router: Holder) -> str:
        """The module of `from module import name`, as it is written, if that is where the router is made."""
        froms = [node for node in source.tree.body if isinstance(node, ast.ImportFrom)]
        for node, alias in ((node, alias) for node in froms for alias in node.names):
            if (alias.asname or alias.name) == name and alias.name == router.key.name:
                at = self.sources.module(source.imports[name].rpartition('.')[0], source.path)
                return '.' * node.level + (node.module or '') if at is router.source else ''
        return ''


def require_plain(holder: Holder) -> None:
    """Raises Unsafe where an app or router can't simply be given a lifespan."""
    given = {keyword.arg for keyword in holder.call.keywords}
    line = holder.call.lineno
    if 'lifespan' in given:
        raise Unsafe(f'{holder.key.name} has a lifespan already, beside which such handlers never run', line)
    if None in given and re.search(r'[\'"](?:lifespan|on_startup|on_shutdown)[\'"]', holder.source.text):
        raise Unsafe(f'{holder.key.name} is made with ** arguments that may hold a lifespan', line)
    for name in ('asynccontextmanager', 'AsyncIterator'):
        if name in holder.source.bound and not holder.source.imports.get(name, '').endswith(f'.{name}'):
            raise Unsafe(f'{name} is something else here', line)
    starts = [statement.lineno for statement in holder.body]
    for number in [holder.statement.lineno, *(site.statement.lineno for site in holder.sites)]:
        if starts.count(number) > 1:
            raise Unsafe('several statements stand on one line', number)
    for node in holder.source.nodes:
        if isinstance(node, ast.Call) and _last_name(node.func) in REGISTRARS:
            if any(isinstance(item, ast.Name) and item.id == holder.key.name for item in node.args):
                raise Unsafe(f'{_last_name(node.func)} adds handlers of its own', node.lineno)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ''


def _scope_of(name: str, node: ast.AST, parents: Parents) -> Function | None:
    """The innermost function around a node that binds a name; None is the module."""
    for function in enclosing(node, parents):
        if name in bindings(function.body) or name in {argument.arg for argument in all_arguments(function)}:
            return function
    return None


def _once(obstacles: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    """The first obstacle of each place."""
    found: dict[Evidence, Obstacle] = {}
    for obstacle in obstacles:
        found.setdefault(obstacle.evidence, obstacle)
    return tuple(found.values())


def _blocked(places: Iterable[Site], reason: str, line: int = 0) -> Iterator[Obstacle]:
    for site in places:
        yield Obstacle(site.evidence, reason if not line or line == site.line else f'{reason} (line {line})')

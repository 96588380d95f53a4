"""Startup and shutdown handlers of FastAPI and Starlette become one lifespan for each app.

FastAPI has deprecated `on_event` since 0.93 and removed `add_event_handler` in 0.165. What can't be brought over without
guessing is left as it is and named. Sources: FastAPI, "Lifespan Events"; Starlette, `routing.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from trueup.migrations._contract import Migrated, Migration, Obstacle
from trueup.migrations._events import Scheme, Step, Study, study
from trueup.migrations._imports import add_import
from trueup.migrations._sites import Site
from trueup.migrations._sources import Sources, bindings
from trueup.model import Action, Change, Decision, Evidence, File, Owner, Tree
from trueup.repo import Repo
from trueup.text.encoding import decode, encode, restore_endings, to_unix

REASON = 'one lifespan says in one place what starts and stops, in which order'
BOTH = 'Start what the service needs, and stop it in the end.'
STARTS = 'Start what the service needs before its first request.'
STOPS = 'Stop what the service used after its last request.'


def needed(repo: Repo) -> tuple[Evidence, ...]:
    """Every place that hangs a handler on an app or router and can be brought over."""
    return _study(repo).evidence


def blocked(repo: Repo) -> tuple[Obstacle, ...]:
    """Every place that is left to a person."""
    return _study(repo).obstacles


def carry_out(repo: Repo, _theirs: Tree) -> Migrated:
    """The files with lifespans; all of the schemes, or none if a result does not hold."""
    found = _study(repo)
    if not found.schemes:
        return Migrated()
    texts = _rewritten(repo, found.schemes)
    changes = tuple(_change(repo, path, text) for path, text in sorted(texts.items()))
    if not all(map(_holds, texts.values())):
        return Migrated()
    return Migrated(changes, tuple(map(_decision, found.schemes)))


def _study(repo: Repo) -> Study:
    found = study(Sources(repo))
    if not found.schemes:
        return found
    from trueup.migrations._supported import too_old  # all readers of packaging: only for services that need it

    reason = too_old(repo)
    if not reason:
        return found
    return Study((), (*found.obstacles, *(Obstacle(place, reason) for place in found.evidence)))


@dataclass
class _Work:
    """What is to be done in one file."""

    decorators: set[int] = field(default_factory=set)
    statements: set[int] = field(default_factory=set)
    calls: dict[int, str] = field(default_factory=dict)
    schemes: list[tuple[Scheme, str]] = field(default_factory=list)


def _rewritten(repo: Repo, schemes: Iterable[Scheme]) -> dict[str, str]:
    works: dict[str, _Work] = {}
    for scheme in schemes:
        holder = scheme.holder
        work = works.setdefault(holder.key.path, _Work())
        name = _name(scheme, {known for _, known in work.schemes})
        work.schemes.append((scheme, name))
        work.calls[holder.statement.lineno] = name
        for step in scheme.steps:
            _taken_out(works.setdefault(step.site.source.path, _Work()), step.site)
    return {path: _file(to_unix(repo.text(path) or ''), path, works) for path in works}


def _taken_out(work: _Work, site: Site) -> None:
    if isinstance(site.statement, ast.Expr):
        work.statements.add(site.statement.lineno)
    elif isinstance(site.statement, (ast.Assign, ast.AnnAssign)):
        work.calls.setdefault(site.statement.lineno, '')
    else:
        work.decorators.add(site.line)


def _file(text: str, path: str, works: dict[str, _Work]) -> str:
    from trueup.migrations._lifespan import Edits, remarks, rewrite

    work = works[path]
    said = remarks(text, work.statements)
    functions = {}
    for scheme, name in work.schemes:
        body = _function(scheme, name, {site: said.get(site.line, ((), '')) for site in _plain_sites(scheme, path)})
        functions[scheme.holder.statement.lineno] = (body, scheme.holder.scope is None)
    new = rewrite(text, Edits(work.decorators, work.statements, work.calls, functions))
    for scheme, _ in work.schemes:
        new = add_import(new, 'contextlib', 'asynccontextmanager')
        if 'AsyncIterator' not in scheme.holder.source.imports:
            new = add_import(new, 'typing', 'AsyncIterator')
        for step in scheme.steps:
            if step.imported:
                new = add_import(new, *step.imported)
    return new


def _plain_sites(scheme: Scheme, path: str) -> list[Site]:
    steps = (step.site for step in scheme.steps)
    return [site for site in steps if site.source.path == path and isinstance(site.statement, ast.Expr)]


def _function(scheme: Scheme, name: str, said: dict[Site, tuple[tuple[str, ...], str]]) -> str:
    """The text of one lifespan."""
    starts = [step for step in scheme.steps if step.site.kind == 'startup']
    stops = [step for step in scheme.steps if step.site.kind == 'shutdown']
    told = BOTH if starts and stops else STARTS if starts else STOPS
    lines = [
        '@asynccontextmanager',
        f'async def {name}(_: {ast.unparse(scheme.holder.call.func)}) -> AsyncIterator[None]:',
        f'    """{told}"""',
        *(line for step in starts for line in _lines(step, said)),
        '    yield',
        *(line for step in stops for line in _lines(step, said)),
    ]
    return '\n'.join(lines) + '\n'


def _lines(step: Step, said: dict[Site, tuple[tuple[str, ...], str]]) -> list[str]:
    above, behind = said.get(step.site, ((), ''))
    return [*(f'    {remark}' for remark in above), f'    {step.call}' + (f'  {behind}' if behind else '')]


def _name(scheme: Scheme, given: set[str]) -> str:
    """`lifespan`, unless that is something else here."""
    holder = scheme.holder
    taken = given | {*holder.source.bound, *holder.source.imports}
    taken |= {name for one in [holder.scope] if one for name in bindings(one.body)}
    names = ['lifespan', f'{holder.key.name}_lifespan', *(f'lifespan_{number}' for number in range(2, 99))]
    return next(name for name in names if name not in taken)


def _change(repo: Repo, path: str, text: str) -> Change:
    before = repo.file(path)
    found = decode(before.data) if before else None
    assert before is not None and found is not None
    return Change(path, before, File(encode(restore_endings(text, found.text), found), before.mode))


def _holds(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _decision(scheme: Scheme) -> Decision:
    sites = [step.site for step in scheme.steps]
    before = '; '.join(f'{_said(site)} at {site.evidence}' for site in sites)
    after = 'lifespan: ' + ', '.join(
        [step.call for step in scheme.steps if step.site.kind == 'startup']
        + ['yield']
        + [step.call for step in scheme.steps if step.site.kind == 'shutdown']
    )
    path, _, name = scheme.holder.key
    source = str(sites[0].evidence)
    return Decision(path, (name,), Action.CHANGE, before, after, Owner.TEAM, REASON, source, 'migration')


def _said(site: Site) -> str:
    """The statement that goes, or the decorator: what a reader would search for."""
    statement = site.statement
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        marks = [text for each in statement.decorator_list if 'on_event' in (text := ast.unparse(each))]
        return f'@{marks[0]}' if marks else site.kind
    return ast.unparse(statement).partition('\n')[0]


MIGRATION = Migration(
    'fastapi-lifespan',
    'MIG004',
    'FastAPI apps start and stop in one lifespan',
    'handlers into one lifespan',
    needed,
    carry_out,
    blocked,
    scopes=frozenset({'quality', 'full'}),
)

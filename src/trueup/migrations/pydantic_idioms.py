"""What a service still writes in the words of pydantic 1 is named, and nothing is changed.

The one known converter, bump-pydantic, is not alive (docs/reference/migrations.md says how that was found out) and leaves
halves: this step has evidence for a person and carries nothing out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from trueup.migrations._contract import Migrated, Migration, Obstacle
from trueup.migrations._sources import Source, Sources, python_texts
from trueup.model import Evidence, Tree
from trueup.repo import Repo

WORDS = re.compile(
    r'\b(?:root_)?validator\b|\bclass Config\b|\.dict\(|\b(?:parse_obj|parse_raw|parse_file|from_orm|update_forward_refs'
    r'|__root__|GenericModel)\b|\bpydantic import (?:\([^)]*|[^\n(]*)\bBaseSettings\b|\bpydantic\.BaseSettings\b'
    r'|Field\([^\n]*\b(?:env|regex|min_items|max_items|const)\s*='
)
QUICK = (
    'validator',
    'class Config',
    '.dict(',
    'parse_',
    'from_orm',
    'forward_refs',
    '__root__',
    'GenericM',
    'BaseSett',
    'Field(',
)
"""What the words begin with, looked for first; a file without them is not even parsed."""
IMPORTS = {
    'pydantic.validator': '@validator: field_validator takes its place',
    'pydantic.root_validator': '@root_validator: model_validator takes its place',
    'pydantic.BaseSettings': 'BaseSettings comes from pydantic_settings now',
    'pydantic.generics.GenericModel': 'GenericModel: BaseModel itself is generic',
}
METHODS = {
    'dict': 'model_dump',
    'parse_obj': 'model_validate',
    'parse_raw': 'model_validate_json',
    'parse_file': 'model_validate_json of its text',
    'from_orm': 'model_validate with from_attributes',
    'update_forward_refs': 'model_rebuild',
}
FIELD_WORDS = {
    'env': 'validation_alias, or the prefix of the settings',
    'regex': 'pattern',
    'min_items': 'min_length',
    'max_items': 'max_length',
    'const': 'Literal',
}
MODELS = {'pydantic.BaseModel', 'pydantic.BaseSettings', 'pydantic_settings.BaseSettings', 'pydantic.main.BaseModel'}
SHOWN = 6


def needed(_repo: Repo) -> tuple[Evidence, ...]:
    """Never: nothing here is done by a program."""
    return ()


def carry_out(_repo: Repo, _theirs: Tree) -> Migrated:
    """Nothing."""
    return Migrated()


def blocked(repo: Repo) -> tuple[Obstacle, ...]:
    """For each file and idiom one place, with the other lines of the same kind."""
    texts = python_texts(repo)
    if not any('pydantic' in text for text in texts.values()):
        return ()
    sources = Sources(repo)
    found: dict[tuple[str, str], list[int]] = {}
    speaking = [path for path, text in texts.items() if any(word in text for word in QUICK) and WORDS.search(text)]
    for path in speaking:
        source = sources.at(path)
        for line, told in _idioms(sources, source) if source else ():
            found.setdefault((path, told), []).append(line)
    places = [(path, min(lines), _told(told, lines)) for (path, told), lines in found.items()]
    return tuple(Obstacle(Evidence(path, line), told) for path, line, told in sorted(places))


def _told(told: str, lines: list[int]) -> str:
    rest = [str(line) for line in sorted(set(lines))[1:]]
    if not rest:
        return f'pydantic 1: {told}'
    more = f' and {len(rest) - SHOWN} more' if len(rest) > SHOWN else ''
    return f'pydantic 1: {told} (also lines {", ".join(rest[:SHOWN])}{more})'


def _idioms(sources: Sources, source: Source) -> Iterator[tuple[int, str]]:
    for node in source.nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _of_decorators(source, node.decorator_list)
        elif isinstance(node, ast.ClassDef):
            yield from _of_class(sources, source, node)
        elif isinstance(node, ast.Call):
            yield from _of_call(source, node)


def _of_decorators(source: Source, decorators: list[ast.expr]) -> Iterator[tuple[int, str]]:
    for decorator in decorators:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if told := IMPORTS.get(source.origin(call)):
            yield decorator.lineno, told


def _of_class(sources: Sources, source: Source, node: ast.ClassDef) -> Iterator[tuple[int, str]]:
    for base in node.bases:
        told = IMPORTS.get(source.origin(base.value if isinstance(base, ast.Subscript) else base))
        if told:
            yield node.lineno, told
    if not _is_model(sources, source, node):
        return
    for child in node.body:
        if isinstance(child, ast.ClassDef) and child.name == 'Config':
            yield child.lineno, 'class Config: model_config takes its place'
        if isinstance(child, ast.AnnAssign) and isinstance(child.target, ast.Name) and child.target.id == '__root__':
            yield child.lineno, '__root__: RootModel takes its place'


def _is_model(sources: Sources, source: Source, node: ast.ClassDef, depth: int = 0) -> bool:
    """Whether a class comes from pydantic, as far as the service's own files tell."""
    for base in node.bases:
        named = base.value if isinstance(base, ast.Subscript) else base
        if source.origin(named) in MODELS | set(IMPORTS):
            return True
        above = sources.define(source, named) if depth < SHOWN else None
        if above and isinstance(above.node, ast.ClassDef) and _is_model(sources, above.source, above.node, depth + 1):
            return True
    return False


def _of_call(source: Source, node: ast.Call) -> Iterator[tuple[int, str]]:
    if source.origin(node.func) in ('pydantic.Field', 'pydantic.fields.Field'):
        for keyword in node.keywords:
            if keyword.arg in FIELD_WORDS:
                yield keyword.value.lineno, f'Field({keyword.arg}=...): {FIELD_WORDS[keyword.arg]} takes its place'
    elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        name = node.func.attr
        if name != 'dict' or (not node.args and not isinstance(node.func.value, ast.Constant)):
            yield node.lineno, f'.{name}(): {METHODS[name]} takes its place'


MIGRATION = Migration(
    'pydantic-2',
    'MIG005',
    'Models are written for pydantic 2',
    'nothing by itself',
    needed,
    carry_out,
    blocked,
    scopes=frozenset({'quality', 'full'}),
)

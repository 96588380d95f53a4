"""What can be known without running anything: does each file parse, and what does the Python mean."""

from __future__ import annotations

import ast
import hashlib
import json
import tomllib
import warnings
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

import yaml

from trueup.repo import Repo

LOADER = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)  # pylint: disable=invalid-name
TEMPLATE_MARKS = ('{{', '{%')
TOML_LOCKS = ('poetry.lock', 'uv.lock', 'pdm.lock')


def parse_all(repo: Repo) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """(path -> '' or the error, Python path -> digest of its meaning) for every file that has a syntax."""
    files: dict[str, str] = {}
    code: dict[str, str] = {}
    for path in repo.paths:
        parse = _parser(path)
        text = repo.text(path) if parse else None
        if parse is None or text is None:
            continue
        try:
            digest = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, yaml.YAMLError) as error:
            if any(mark in text for mark in TEMPLATE_MARKS) and not path.endswith('.py'):
                continue
            files[path] = _first_line(error)
        else:
            files[path] = ''
            if digest:
                code[path] = digest
    return files, code


def _parser(path: str) -> Callable[[str], str] | None:
    name = PurePosixPath(path)
    if name.name in TOML_LOCKS:
        return _parse_toml
    return {
        '.py': _parse_python,
        '.toml': _parse_toml,
        '.yaml': _parse_yaml,
        '.yml': _parse_yaml,
        '.json': _parse_json,
    }.get(name.suffix.lower())


def _parse_python(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        tree = ast.parse(text.replace('\r\n', '\n'))
    for node in ast.walk(tree):
        _straighten_docstring(node)
    return hashlib.sha256(ast.dump(tree).encode(errors='surrogatepass')).hexdigest()


def _straighten_docstring(node: ast.AST) -> None:
    """Formatters re-indent docstrings; that is no change of meaning."""
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
        match node.body[0]:
            case ast.Expr(value=ast.Constant(value=str() as text) as constant):
                constant.value = '\n'.join(line.strip() for line in text.strip().splitlines())


def _parse_toml(text: str) -> str:
    tomllib.loads(text.replace('\r\n', '\n'))
    return ''


def _parse_json(text: str) -> str:
    json.loads(text)
    return ''


def _parse_yaml(text: str) -> str:
    # Events, not objects: tags of other programs (`!Ref`, `!!python/name`) are none of our business.
    for _ in yaml.parse(text, Loader=LOADER):
        pass
    return ''


def _first_line(error: BaseException) -> str:
    match error:
        case SyntaxError(msg=message, lineno=line):
            return f'line {line}: {message}'
        case yaml.MarkedYAMLError(problem=problem, problem_mark=mark) if mark is not None:
            return f'line {mark.line + 1}: {problem}'
    return (str(error) or type(error).__name__).splitlines()[0]

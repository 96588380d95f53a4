"""Adds `from module import name` to a Python text where isort would put it, and touches nothing else."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable

from trueup.text.encoding import lines

Import = ast.Import | ast.ImportFrom


def add_import(text: str, module: str, name: str, shown: str = '') -> str:
    """The text with the import; unchanged if the name is imported so already."""
    shown = shown or name
    section = list(_section(ast.parse(text)))
    if any(_has(node, module, name, shown) for node in section):
        return text
    for node in section:
        if isinstance(node, ast.ImportFrom) and _spelled(node) == module and shown == name:
            if (longer := _extended(text, node, name)) is not None:
                return longer
    renamed = f' as {shown}' if shown != name else ''
    return _inserted(text, section, module, f'from {module} import {name}{renamed}\n')


def _inserted(text: str, section: list[Import], module: str, line: str) -> str:
    rows = lines(text)
    future = [node for node in section if _spelled(node) == '__future__']
    rest = [node for node in section if node not in future]
    group = [node for node in rest if _group(_spelled(node)) == _group(module)]
    if group:
        later = [node for node in group if isinstance(node, ast.ImportFrom) and _spelled(node).lower() > module.lower()]
        at = later[0].lineno - 1 if later else (group[-1].end_lineno or group[-1].lineno)
        return ''.join([*rows[:at], line, *rows[at:]])
    if rest and _group(module) == 'standard':
        at = rest[0].lineno - 1
        return ''.join([*rows[:at], line, '\n', *rows[at:]])
    if section:
        at = section[-1].end_lineno or section[-1].lineno
        return ''.join([*rows[:at], *([] if rows[at - 1].endswith('\n') else ['\n']), '\n', line, *rows[at:]])
    tree = ast.parse(text)
    docstring = tree.body[0] if tree.body and ast.get_docstring(tree, clean=False) is not None else None
    at = (docstring.end_lineno or 0) if docstring else 0
    return ''.join([*rows[:at], '\n' if at else '', line, '' if at else '\n', *rows[at:]])


def _section(tree: ast.Module) -> Iterable[Import]:
    """The imports at the top, up to the first other statement."""
    for number, node in enumerate(tree.body):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif number or not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            return


def _extended(text: str, node: ast.ImportFrom, name: str) -> str | None:
    """One more name in a plain import of one line."""
    rows = lines(text)
    row = rows[node.lineno - 1]
    found = re.fullmatch(r'(from \S+ import )([\w, ]+?)(\s*)', row)
    if found is None or node.lineno != node.end_lineno or ' as ' in found[2]:
        return None
    names = [part.strip() for part in found[2].split(',')]
    ordered = sorted([*names, name], key=_rank) if names == sorted(names, key=_rank) else [*names, name]
    rows[node.lineno - 1] = f'{found[1]}{", ".join(ordered)}{found[3]}'
    return ''.join(rows)


def _rank(name: str) -> tuple[int, str]:
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name.lower())


def _has(node: Import, module: str, name: str, shown: str) -> bool:
    if not isinstance(node, ast.ImportFrom) or _spelled(node) != module:
        return False
    return any(alias.name == name and (alias.asname or alias.name) == shown for alias in node.names)


def _spelled(node: Import) -> str:
    if isinstance(node, ast.ImportFrom):
        return '.' * node.level + (node.module or '')
    return node.names[0].name


def _group(module: str) -> str:
    top = module.partition('.')[0]
    return 'standard' if top in sys.stdlib_module_names else top

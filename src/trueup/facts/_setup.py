"""Pure reading of a setup.py: the keywords of its `setup()` call, never run."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from trueup.facts._code import UNKNOWN, Module, dotted, evaluate, keyword
from trueup.facts._view import View


@dataclass(frozen=True, slots=True)
class SetupCall:
    """The `setup()` call of a setup.py; `known` holds the keywords that are literals, `unknown` the others."""

    path: str = 'setup.py'
    line: int = 0
    known: dict[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A keyword that is a string, empty if it is not."""
        value = self.known.get(name)
        return value.strip() if isinstance(value, str) else ''

    def texts(self, name: str) -> list[str]:
        """A keyword that is a list of strings (or one string of lines)."""
        value = self.known.get(name)
        found = value.splitlines() if isinstance(value, str) else value
        return [item for item in found if isinstance(item, str)] if isinstance(found, list) else []


def setup_call(view: View) -> SetupCall:
    """The service's `setup()` call; an empty one (line 0) without setup.py."""
    module = next((module for module in view.modules if module.path == 'setup.py'), None)
    return _read(module) if module else SetupCall()


def _read(module: Module) -> SetupCall:
    call = next((node for name, node in module.calls if name.split('.')[-1] == 'setup'), None)
    if call is None:
        return SetupCall()
    names = {name: value for name, (value, _) in module.constants.items()}
    known: dict[str, Any] = {}
    unknown: list[str] = []
    for item in call.keywords:
        value = _value(item.value, names)
        if item.arg and value is not UNKNOWN:
            known[item.arg] = value
        else:
            unknown.append(item.arg or '**')
    lines = {item.arg: item.value.lineno for item in call.keywords if item.arg}
    return SetupCall(module.path, call.lineno, known, tuple(unknown), lines)


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    if isinstance(node, ast.Call) and dotted(node.func).rsplit('.', 1)[-1] in (
        'find_packages',
        'find_namespace_packages',
    ):
        where = keyword(node, 'where') or (node.args[0] if node.args else None)
        folder = evaluate(where, names) if where else '.'
        return [f'find:{folder if isinstance(folder, str) else "."}']
    return evaluate(node, names)

"""The reference names exactly the facts that the readers give."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import trueup.facts

ROOT = Path(__file__).parents[2]
# Steps on the way to python_min; they are never given to anybody.
INNER = {'python_image', 'python_ci', 'python_classifiers', 'python_tool'}


def given() -> set[str]:
    """First arguments of every `Fact(...)` in the readers, and of their helper for counted places and libraries."""
    found: set[str] = set()
    for path in Path(trueup.facts.__file__).parent.glob('*.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                named = isinstance(first, ast.Constant) and isinstance(first.value, str)
                if named and node.func.id in ('Fact', '_places', '_libraries', 'settle'):
                    found.add('tool.*' if first.value.startswith('tool.') else first.value)
                elif node.func.id == 'Fact' and isinstance(first, ast.JoinedStr):
                    found.add('tool.*')
    return found - INNER


def test_every_fact_is_explained() -> None:
    """A fact without an explanation, or an explanation without a fact, helps nobody."""
    text = (ROOT / 'docs/reference/facts.md').read_text(encoding='utf-8')
    rows = [line.split('|')[1] for line in text.splitlines() if line.startswith('| `')]
    explained = {name for row in rows for name in re.findall(r'`([^`]+)`', row)} - {'stated', 'likely', 'guess'}
    assert explained == given()

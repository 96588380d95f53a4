"""The reference names exactly the findings that there are."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from trueup.errors import UserError
from trueup.policy import parse_target
from trueup.rules import RULES
from trueup.rules._reference import BEGIN, END, REFERENCE, main, table
from trueup.waivers import read_waivers

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / REFERENCE).read_text(encoding='utf-8')
IDENTIFIER = re.compile(r'[A-Z]{3}\d{3}')


def given() -> Iterator[str]:
    """Every constant of the sources that has the form of a finding's id."""
    for path in (ROOT / 'src' / 'trueup').rglob('*.py'):
        if path.relative_to(ROOT / 'src' / 'trueup').parts[0] not in ('rules', 'lifecycle', 'migrations'):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and IDENTIFIER.fullmatch(node.value):
                yield node.value


def test_table_is_the_registry() -> None:
    """Every rule is on the page as it is in the registry; `nox -s generate` writes the table."""
    assert f'{BEGIN}\n{table(RULES)}\n{END}' in PAGE
    assert [rule.id for rule in RULES] == sorted({rule.id for rule in RULES})


def test_every_finding_is_explained() -> None:
    """An id without a row, or a row without a finding, helps nobody."""
    rows = [line.split('|')[1] for line in PAGE.splitlines() if line.startswith('| `')]
    assert {name for row in rows for name in IDENTIFIER.findall(row)} == set(given())
    assert {rule.id for rule in RULES} < set(given())


def test_table_is_written_between_its_marks(tmp_path: Path) -> None:
    """What people wrote around it stays; without marks nothing is written."""
    page = tmp_path / REFERENCE
    page.parent.mkdir(parents=True)
    page.write_text(f'a\n{BEGIN}\nold\n{END}\nb\n', encoding='utf-8')
    assert main([str(tmp_path)]) == 0
    assert page.read_text(encoding='utf-8') == f'a\n{BEGIN}\n{table(RULES)}\n{END}\nb\n'
    page.write_text('no marks\n', encoding='utf-8')
    with pytest.raises(UserError):
        main([str(tmp_path)])


def test_examples_of_waivers_are_waivers() -> None:
    """What the reference shows can be copied: it is read, and each target is a rule or a file's key."""
    text = (ROOT / 'docs/reference/waivers.md').read_text(encoding='utf-8')
    waivers, decisions = re.findall(r'```toml\n(.*?)```', text, re.DOTALL)
    targets = [waiver.target for waiver in read_waivers(waivers)]
    assert len(targets) == 4 and targets[-1] in {rule.id for rule in RULES}
    opened = tomllib.loads(decisions)['tool']['trueup']['open']
    assert all(parse_target(target).key for target in (targets[0], targets[1], *opened))

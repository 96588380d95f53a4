"""`explain` tells owner, reason, line, both values, history and waiver of a key, and the nearest name of a mistyped one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import git
from tests.lifecycle.conftest import Trueup

LENGTH = 'pyproject.toml::tool.black.line-length'


@pytest.fixture
def service(kept: Path) -> Path:
    """A generated service."""
    return kept


def test_a_key_is_explained(trueup: Trueup, standard: Path, service: Path) -> None:
    """With the line of policies.toml that says so."""
    project = service / 'pyproject.toml'
    project.write_text(re.sub(r'(?m)^line-length = 120$', 'line-length = 88', project.read_text()))
    lines = git(standard, 'show', 'v0.1.0:policies.toml').splitlines()
    number = lines.index('    "pyproject.toml::tool.black",', lines.index('[[policy]]')) + 1
    said = trueup('explain', LENGTH, service)
    assert said.code == 0, said.err
    assert said.out == (
        f'key              {LENGTH}\n'
        'owner            required, closed: additions need a waiver\n'
        'why              one format and one list of messages; an exception is a waiver that somebody owns\n'
        f'policy           pyproject.toml::tool.black (policies.toml:{number})\n'
        'standard v0.1.0  120\n'
        'service          88\n'
        'history          (none recorded)\n'
        'waiver           none\n'
    )


def test_a_key_alone_is_enough_where_one_file_has_it(trueup: Trueup, service: Path) -> None:
    """And where several do, the answer says which."""
    said = trueup('explain', 'tool.black.line-length', service)
    assert said.code == 0 and said.out.startswith(f'key              {LENGTH}\n')
    several = trueup('explain', '__doc__', service)
    assert several.code == 2 and 'stands in' in several.err and 'say which: ' in several.err


def test_a_file_and_a_rule_are_explained(trueup: Trueup, service: Path) -> None:
    """What can be waived can be explained."""
    assert 'lines' in trueup('explain', 'noxfile.py', service).out
    rule = trueup('explain', 'CFG001', service)
    assert rule.code == 0 and 'No file shadows the configuration' in rule.out and 'waiver' in rule.out


def test_the_waiver_is_told(trueup: Trueup, service: Path) -> None:
    """Also where it covers a whole table, and when it is over."""
    project = service / 'pyproject.toml'
    waiver = '\n[tool.trueup.waivers]\n"pyproject.toml::tool.black" = { reason = "old", owner = "ml", expires = 2026-01-31 }\n'
    project.write_text(project.read_text() + waiver)
    said = trueup('explain', LENGTH, service)
    assert said.out.endswith('waiver           old (ml, until 2026-01-31, which is over)\n')
    assert 'waiver           none' in trueup('explain', 'pyproject.toml::tool.isort.line_length', service).out


@pytest.mark.parametrize(
    ('target', 'said', 'hint'),
    [
        ('pyproject.toml::tool.black.line-lenght', 'whoever adds it: required, closed', LENGTH),
        ('pyprojct.toml', 'neither the standard nor the service has', 'pyproject.toml'),
        ('pyprojct.toml::tool', 'has this file', 'pyproject.toml'),
        ('tool.blak.line-length', 'neither the standard nor the service has', 'tool.black.line-length'),
        ('CFG010', 'no rule has the id', 'CFG001'),
        ('pyproject.toml::a..b', 'not a key path', 'write keys with dots'),
    ],
)
def test_a_mistyped_name_is_told_the_nearest(trueup: Trueup, service: Path, target: str, said: str, hint: str) -> None:
    """Exit 2 and one line of hint."""
    found = trueup('explain', target, service)
    assert (found.code, said in found.err, hint in found.err) == (2, True, True), found.err


def test_json_holds_the_same(trueup: Trueup, service: Path) -> None:
    """For programs."""
    found = json.loads(trueup('explain', LENGTH, service, '--format', 'json').out)
    assert (found['target'], found['owner'], found['standard'], found['history']) == (LENGTH, 'required', '120', [])

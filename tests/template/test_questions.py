"""What the answers about licence, keys and readiness write."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.template.options import OPTIONS

Render = Callable[..., Path]


@pytest.mark.parametrize(
    ('name', 'identity', 'words'),
    [
        ('defaults', 'LicenseRef-Proprietary', 'All rights reserved'),
        ('MIT', 'MIT', 'Permission is hereby granted, free of charge'),
        ('Apache', 'Apache-2.0', 'Version 2.0, January 2004'),
    ],
)
def test_licences(rendered: Render, name: str, identity: str, words: str) -> None:
    """The text and its SPDX identifier belong together."""
    root = rendered(**OPTIONS[name])
    assert tomllib.loads((root / 'pyproject.toml').read_text())['project']['license'] == identity
    assert words in (root / 'LICENSE').read_text()


def test_readiness_questions(rendered: Render) -> None:
    """Five questions, each with what it must be answered by: PoC, MVP, production."""
    text = (rendered() / 'docs' / 'problem.md').read_text()
    assert re.findall(r'(?m)^## (\d)\. .*[?]$', text) == ['1', '2', '3', '4', '5']
    assert '| | PoC | MVP | production |' in text


def test_keys_are_described_and_configured(rendered: Render) -> None:
    """The description says that a key is wanted; the configuration never holds one."""
    root = rendered(**OPTIONS['api_key'])
    document = json.loads((root / 'openapi.json').read_text())
    assert document['paths']['/api/v1/predict']['post']['security'] == [{'ApiKey': []}]
    assert yaml.safe_load((root / 'config' / 'default.yml').read_text())['auth'] == {'mode': 'api_key'}
    assert 'securitySchemes' not in json.loads((rendered() / 'openapi.json').read_text())['components']


def test_each_alert_has_its_section(rendered: Render) -> None:
    """The link in an alert leads somewhere."""
    root = rendered()
    rules = yaml.safe_load((root / 'monitoring' / 'rules.yml').read_text())
    alerts = {rule['alert'] for group in rules['groups'] for rule in group['rules'] if 'alert' in rule}
    sections = re.findall(r'(?m)^### (\w+)$', (root / 'docs' / 'runbook.md').read_text())
    assert sorted(sections) == sorted(alerts)

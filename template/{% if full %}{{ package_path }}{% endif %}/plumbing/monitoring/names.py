"""What the queries of rules and dashboard ask for, and what a service exports: the first must be part of the second."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry

BUILT_IN = frozenset({'up', 'ALERTS'})
"""Series that Prometheus makes by itself."""
WORDS = frozenset({'and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan'})
ASIDE = re.compile(
    r'"[^"]*"'  # texts
    r'|\{[^}]*\}'  # label matchers
    r'|\[[^\]]*\]'  # ranges
    r'|\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)'  # lists of labels
)
NAME = re.compile(r'(?<![\w:.])[a-zA-Z_:][\w:]*(?![\w:])(?!\s*\()')
SUFFIXES = {'counter': ('_total',), 'histogram': ('_bucket', '_count', '_sum')}
VARIABLES = {'$__rate_interval': '5m', '$instance': '.*'}


def recorded(folder: Path) -> dict[str, str]:
    """Each recorded metric with its expression."""
    rules = [rule for group in _groups(folder) for rule in group['rules']]
    return {rule['record']: rule['expr'] for rule in rules if 'record' in rule}


def alerts(folder: Path) -> dict[str, str]:
    """Each alert with its expression."""
    rules = [rule for group in _groups(folder) for rule in group['rules']]
    return {rule['alert']: rule['expr'] for rule in rules if 'alert' in rule}


def pictures(folder: Path) -> list[str]:
    """The expressions of the dashboard, with values in place of Grafana's variables."""
    document = json.loads((folder / 'dashboard.json').read_text(encoding='utf-8'))
    return [_filled(target['expr']) for panel in document['panels'] for target in panel.get('targets', ())]


def metrics_in(expression: str) -> set[str]:
    """The names of the series that an expression reads."""
    plain = ASIDE.sub(' ', expression.replace('{{', '').replace('}}', ''))
    return {name for name in NAME.findall(plain) if name.lower() not in WORDS}


def exported(registry: CollectorRegistry) -> set[str]:
    """The names of the series that a registry gives, whether they have values already or not."""
    families = registry.collect()
    return {family.name + suffix for family in families for suffix in SUFFIXES.get(family.type, ('',))}


def unknown(folder: Path, registry: CollectorRegistry) -> set[str]:
    """What is asked for and never there."""
    asked = [*recorded(folder).values(), *alerts(folder).values(), *pictures(folder)]
    known = exported(registry) | set(recorded(folder)) | BUILT_IN
    return {name for expression in asked for name in metrics_in(expression)} - known


def _groups(folder: Path) -> Iterator[dict[str, list[dict[str, str]]]]:
    yield from yaml.safe_load((folder / 'rules.yml').read_text(encoding='utf-8'))['groups']


def _filled(expression: str) -> str:
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    return expression

"""`trueup explain`: who owns a key, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from trueup.cli._options import make_run, shared
from trueup.lifecycle.explain import Explanation, as_json, explain


@click.command()
@click.argument('key')
@click.argument('path', default='.', type=click.Path(path_type=Path))
@shared('standard', 'trust', 'service_root')
@click.option('--format', 'output', type=click.Choice(['text', 'json']), default='text', show_default=True)
def command(key: str, path: Path, output: str, **options: object) -> int:
    """Say who owns KEY, what the standard and the service have there, what it was, and why.

    KEY is FILE, FILE::a.b.c, a key alone where only one file has it, or the id of a rule.
    """
    found = explain(path, key, make_run(options))
    if output == 'json':
        click.echo(json.dumps(as_json(found), indent=2))
        return 0
    lines = list(_lines(found))
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        click.echo(f'{name:<{width}}  {" ".join(value.split())}'.rstrip())
    return 0


def _lines(found: Explanation) -> Iterator[tuple[str, str]]:
    yield 'key', found.target
    yield 'owner', f'{found.owner}{", closed: additions need a waiver" if found.closed else ""}'
    yield 'why', found.reason or '(no reason recorded)'
    if found.pattern or '::' in found.target or found.standard or found.service:
        line = f' (policies.toml:{found.line})' if found.line else ''
        yield 'policy', f'{found.pattern}{line}' if found.pattern else '(none: default)'
        yield f'standard {found.version}', found.standard if found.standard is not None else '(absent)'
        yield 'service', found.service if found.service is not None else '(absent)'
        yield from _history(found)
    yield 'waiver', found.waiver or 'none'


def _history(found: Explanation) -> Iterator[tuple[str, str]]:
    """One line per value, in the order of the versions; a long row of versions is told by its ends."""
    if not found.history:
        yield 'history', '(none recorded)'
    for number, (value, versions) in enumerate(found.history):
        told = ', '.join(versions) if len(versions) < 4 else f'{versions[0]} to {versions[-1]}'
        yield '' if number else 'history', f'{value} ({told})'

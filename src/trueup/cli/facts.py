"""`trueup facts`: what was read from a service, each fact with its evidence and how sure it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from trueup.errors import UserError
from trueup.facts import read_facts
from trueup.facts.answers import Answer, infer_answers
from trueup.git import toplevel
from trueup.model import Evidence, Fact, FactValue
from trueup.repo import repo_from_folder

STATED, LIKELY = 0.95, 0.7
WIDEST_VALUE = 48
SCHEMA = 1


@click.command('facts')
@click.argument('path', type=click.Path(path_type=Path), default=Path('.'))
@click.option('--service-root', default='.', metavar='DIR', help='Folder of the service inside PATH.')
@click.option('--format', 'kind', type=click.Choice(['text', 'json']), default='text', help='How to print them.')
def command(path: Path, service_root: str, kind: str) -> None:
    """Read the facts of the service at PATH: runs nothing of it, writes nothing."""
    facts, hint = facts_of(path, service_root)
    if kind == 'json':
        click.echo(as_json(facts, infer_answers(facts, service_name_hint=hint)))
    else:
        click.echo(as_text(facts))


def facts_of(path: Path, service_root: str = '.') -> tuple[tuple[Fact, ...], str]:
    """Facts of the service in a folder of a repository, and the name that the folder gives it."""
    service = (path / service_root).resolve()
    if not service.is_dir():
        raise UserError('no such folder', where=str(path / service_root), hint='give the folder of a service')
    top = toplevel(service).resolve()
    root = service.relative_to(top).as_posix()
    repo = repo_from_folder(service)
    outer = repo_from_folder(top) if root != '.' else None
    return read_facts(repo, outer=outer, service_root=root, folder=top.name), service.name


def confidence_word(confidence: float) -> str:
    """How sure something is, in a word."""
    if confidence >= STATED:
        return 'stated'
    return 'likely' if confidence >= LIKELY else 'guess'


def as_text(facts: Sequence[Fact]) -> str:
    """One aligned line per fact: name, confidence, value, evidence, note."""
    values = [_line(shown(fact.value)) for fact in facts]
    name_width = max((len(fact.name) for fact in facts), default=0)
    value_width = min(max((len(value) for value in values), default=0), WIDEST_VALUE)
    lines = []
    for fact, value in zip(facts, values, strict=True):
        places = ', '.join(map(str, fact.evidence)) or '-'
        note = f'  ({fact.note})' if fact.note else ''
        head = f'{fact.name:<{name_width}}  {confidence_word(fact.confidence):<6}  {value:<{value_width}}'
        lines.append(f'{head}  {_line(places + note)}')
    return '\n'.join(lines)


def as_json(facts: Sequence[Fact], answers: Sequence[Answer]) -> str:
    """Facts and the answers inferred from them, for programs."""
    document = {
        'schema': SCHEMA,
        'facts': [_entry(fact) | {'note': fact.note} for fact in facts],
        'answers': [_entry(answer) for answer in answers],
    }
    return json.dumps(document, indent=2, ensure_ascii=True)


def shown(value: FactValue) -> str:
    """A value in one line for people."""
    if isinstance(value, Mapping):
        return ', '.join(f'{key} {item}'.strip() for key, item in value.items()) or 'none'
    if isinstance(value, tuple):
        return ', '.join(value) or 'none'
    if isinstance(value, bool):
        return 'yes' if value else 'no'
    return str(value)


def _entry(item: Fact | Answer) -> dict[str, Any]:
    return {
        'name': item.name,
        'value': dict(item.value) if isinstance(item.value, Mapping) else item.value,
        'confidence': confidence_word(item.confidence),
        'score': item.confidence,
        'evidence': [_place(place) for place in item.evidence],
    }


def _place(place: Evidence) -> dict[str, str | int]:
    return {'path': place.path, 'line': place.line}


def _line(text: str) -> str:
    """Without line breaks and terminal escapes."""
    return ''.join(letter if letter.isprintable() else ' ' for letter in text)

"""SARIF 2.1.0, for code scanning of forges and editors (the OASIS standard; `$schema` names it)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json'
Object = dict[str, Any]


class Place(NamedTuple):
    """Where a result stands; line 0 is the whole file, columns count from 1, `name` is a key or symbol in it."""

    path: str
    line: int = 0
    column: int = 0
    name: str = ''


class Result(NamedTuple):
    """One finding; `accepted` says why it does not fail, `fingerprint` knows it again where lines move."""

    rule: str
    level: str
    text: str
    place: Place
    accepted: str = ''
    fingerprint: str = ''
    properties: Mapping[str, object] = {}


class Rule(NamedTuple):
    """What a rule is called, by people and in one line."""

    name: str = ''
    text: str = ''


class Run(NamedTuple):
    """What one tool said; `errors` are why it did not come to its end, `category` tells runs of one tool apart."""

    tool: str
    results: Sequence[Result] = ()
    rules: Mapping[str, Rule] = {}
    version: str = ''
    category: str = ''
    errors: Sequence[str] = ()
    exit_code: int | None = None
    status: Mapping[str, object] = {}
    properties: Mapping[str, object] = {}


def write(runs: Sequence[Run]) -> str:
    """The document."""
    return json.dumps({'$schema': SCHEMA, 'version': '2.1.0', 'runs': [_run(each) for each in runs]}, indent=2) + '\n'


def _run(run: Run) -> Object:
    rules = list(run.rules)
    return {
        'tool': {'driver': _driver(run)},
        **({'automationDetails': {'id': run.category}} if run.category else {}),
        'invocations': [_invocation(run)],
        'columnKind': 'unicodeCodePoints',
        'originalUriBaseIds': {'SRCROOT': {'description': {'text': 'The root of the repository.'}}},
        'results': [_result(each, rules.index(each.rule)) for each in run.results],
        **({'properties': dict(run.properties)} if run.properties else {}),
    }


def _driver(run: Run) -> Object:
    rules = []
    for each, about in run.rules.items():
        text = {'shortDescription': {'text': about.text}} if about.text else {}
        rules.append({'id': each, **({'name': about.name} if about.name else {}), **text})
    # `0.1.0.dev0` is no semantic version; `0.1.0-dev0` is.
    version = {'semanticVersion': run.version.replace('.dev', '-dev')} if run.version else {}
    return {'name': run.tool, **version, 'rules': rules}


def _invocation(run: Run) -> Object:
    told: Object = {'executionSuccessful': not run.errors}
    if run.exit_code is not None:
        told['exitCode'] = run.exit_code
    if run.errors:
        told['toolExecutionNotifications'] = [{'level': 'error', 'message': {'text': each}} for each in run.errors]
    if run.status:
        told['properties'] = dict(run.status)
    return told


def _result(result: Result, index: int) -> Object:
    found: Object = {
        'ruleId': result.rule,
        'ruleIndex': index,
        'level': result.level,
        'message': {'text': result.text},
        'locations': [_location(result.place)],
    }
    if result.fingerprint:
        found['partialFingerprints'] = {'trueup/v1': result.fingerprint}
    if result.properties:
        found['properties'] = dict(result.properties)
    if result.accepted:
        found['suppressions'] = [{'kind': 'external', 'status': 'accepted', 'justification': result.accepted}]
    return found


def _location(place: Place) -> Object:
    uri = quote(place.path.encode(errors='surrogateescape'))
    physical: Object = {'artifactLocation': {'uri': uri, 'uriBaseId': 'SRCROOT'}}
    if place.line:
        physical['region'] = {'startLine': place.line, **({'startColumn': place.column} if place.column else {})}
    location: Object = {'physicalLocation': physical}
    if place.name:
        location['logicalLocations'] = [{'fullyQualifiedName': place.name, 'kind': 'member'}]
    return location

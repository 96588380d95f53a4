"""Which changes of an API break the clients that are already there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from trueup.sessions._breaking import breaking
from trueup.sessions.openapi import judge

Change = Callable[[dict[str, Any]], object]
PROPERTIES = {
    'age': {'type': 'integer', 'minimum': 0, 'maximum': 120},
    'plan': {'enum': ['basic', 'gold'], 'type': 'string'},
    'note': {'type': 'string', 'maxLength': 100},
    'friends': {'type': 'array', 'items': {'$ref': '#/components/schemas/Customer'}},
}
DOCUMENT: dict[str, Any] = {
    'openapi': '3.1.0',
    'paths': {
        '/predict': {
            'post': {
                'parameters': [{'in': 'query', 'name': 'top', 'schema': {'type': 'integer'}}],
                'requestBody': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Customer'}}}},
                'responses': {
                    '200': {'content': {'application/json': {'schema': {'$ref': '#/components/schemas/Answer'}}}},
                    '503': {'description': 'busy'},
                },
            },
            'get': {'responses': {'200': {'description': 'ok'}}},
        },
    },
    'components': {
        'schemas': {
            'Customer': {
                'type': 'object',
                'properties': PROPERTIES,
                'required': ['age'],
                'additionalProperties': False,
            },
            'Answer': {
                'type': 'object',
                'properties': {
                    'score': {'type': 'number'},
                    'label': {'enum': ['stays', 'leaves']},
                    'why': {'anyOf': [{'type': 'string'}, {'type': 'null'}]},
                },
                'required': ['score'],
            },
        }
    },
}


def operation(document: dict[str, Any]) -> Any:
    """The operation that clients call."""
    return document['paths']['/predict']['post']


def schema(document: dict[str, Any], name: str) -> Any:
    """A named schema."""
    return document['components']['schemas'][name]


def sent(document: dict[str, Any]) -> Any:
    """What clients send."""
    return schema(document, 'Customer')['properties']


def got(document: dict[str, Any]) -> Any:
    """What clients get."""
    return schema(document, 'Answer')['properties']


POST = 'POST /predict: '
BREAKING: list[tuple[Change, str]] = [
    (lambda d: d['paths'].clear(), POST + 'is gone'),
    (lambda d: d['paths']['/predict'].pop('get'), 'GET /predict: is gone'),
    (lambda d: operation(d)['parameters'].clear(), POST + 'query parameter top is gone'),
    (lambda d: operation(d)['parameters'][0].update(required=True), POST + 'query parameter top is required'),
    (
        lambda d: operation(d)['parameters'].append({'in': 'header', 'name': 'X-Team', 'required': True}),
        POST + 'header parameter X-Team is new and required',
    ),
    (lambda d: operation(d).update(security=[{'ApiKey': []}]), POST + 'demands credentials'),
    (lambda d: operation(d)['requestBody'].update(required=True), POST + 'the body is required'),
    (lambda d: operation(d)['requestBody']['content'].clear(), POST + 'no longer takes application/json'),
    (lambda d: operation(d)['responses'].pop('200'), POST + 'never answers 200'),
    (
        lambda d: operation(d)['responses']['200'].update(content={'text/csv': {}}),
        POST + '200 is no longer application/json',
    ),
    (lambda d: schema(d, 'Customer')['required'].append('note'), POST + 'request.note is required'),
    (lambda d: sent(d).pop('note'), POST + 'request.note is gone'),
    (lambda d: sent(d)['age'].update(type='string'), POST + 'request.age is string, was integer'),
    (lambda d: sent(d)['age'].update(maximum=100), POST + 'request.age: maximum is 100, was 120'),
    (lambda d: sent(d)['age'].update(minimum=18), POST + 'request.age: minimum is 18, was 0'),
    (lambda d: sent(d)['note'].update(minLength=1), POST + 'request.note: minLength is 1, was not limited'),
    (lambda d: sent(d)['note'].update(pattern='^a'), POST + 'request.note: pattern is ^a, was not limited'),
    (lambda d: sent(d)['plan']['enum'].remove('basic'), POST + 'request.plan no longer takes "basic"'),
    (lambda d: sent(d)['note'].update(enum=['a']), POST + 'request.note is only one of "a"'),
    (lambda d: sent(d)['friends'].update(items={'type': 'string'}), POST + 'request.friends[] is string, was object'),
    (lambda d: got(d).pop('score'), POST + 'response 200.score is gone'),
    (lambda d: got(d)['score'].update(type='string'), POST + 'response 200.score is string, was number'),
    (lambda d: got(d)['score'].update(type=['number', 'null']), POST + 'response 200.score is null or number, was number'),
    (lambda d: got(d)['label']['enum'].append('unknown'), POST + 'response 200.label may now be "unknown"'),
    (lambda d: got(d)['label'].pop('enum'), POST + 'response 200.label may be anything, was one of "leaves", "stays"'),
    (lambda d: schema(d, 'Answer')['required'].clear(), POST + 'response 200.score may be missing'),
]
HARMLESS: list[Change] = [
    lambda d: None,
    lambda d: d['paths'].update({'/other': {'get': {'responses': {}}}}),
    lambda d: operation(d)['parameters'].append({'in': 'query', 'name': 'new', 'schema': {}}),
    lambda d: operation(d)['responses'].pop('503'),
    lambda d: operation(d)['responses'].update({'429': {'description': 'slower'}}),
    lambda d: operation(d).update(security=[{'ApiKey': []}, {}], summary='words', operationId='other'),
    lambda d: sent(d).update(new={'type': 'string'}),
    lambda d: schema(d, 'Customer')['required'].clear(),
    lambda d: sent(d)['age'].update(type='number', maximum=150, minimum=-1),
    lambda d: sent(d)['age'].update(type=['integer', 'null']),
    lambda d: sent(d)['plan']['enum'].append('silver'),
    lambda d: sent(d)['note'].pop('maxLength'),
    lambda d: got(d).update(new={'type': 'string'}),
    lambda d: got(d)['score'].update(type='integer', maximum=1, title='Score'),
    lambda d: got(d)['label']['enum'].remove('leaves'),
    lambda d: got(d).update(why={'type': 'string'}),
    lambda d: schema(d, 'Answer')['required'].append('label'),
]


@pytest.mark.parametrize(('change', 'line'), BREAKING, ids=[line for _, line in BREAKING])
def test_clients_break(change: Change, line: str) -> None:
    """Each change is told once, by operation and place."""
    new = copy.deepcopy(DOCUMENT)
    change(new)
    assert line in breaking(DOCUMENT, new)


@pytest.mark.parametrize('change', HARMLESS)
def test_clients_do_not_notice(change: Change) -> None:
    """More is offered, less is demanded, or only words are other ones."""
    new = copy.deepcopy(DOCUMENT)
    change(new)
    assert breaking(DOCUMENT, new) == ()


def test_one_line_for_a_change() -> None:
    """A schema that refers to itself is not told again and again."""
    new = copy.deepcopy(DOCUMENT)
    sent(new)['age'].update(maximum=100)
    assert breaking(DOCUMENT, new) == ('POST /predict: request.age: maximum is 100, was 120',)


def test_references_and_renamed_schemas() -> None:
    """What a schema is called is no promise; bodies, parameters and answers may be references."""
    new = copy.deepcopy(DOCUMENT)
    new['components']['schemas']['Result'] = new['components']['schemas'].pop('Answer')
    new['components']['responses'] = {'Ok': operation(new)['responses']['200']}
    operation(new)['responses']['200'] = {'$ref': '#/components/responses/Ok'}
    new['components']['responses']['Ok']['content']['application/json']['schema'] = {
        '$ref': '#/components/schemas/Result'
    }
    assert breaking(DOCUMENT, new) == ()


def test_what_every_client_can_follow() -> None:
    """An accepted line is no failure; one that nothing needs any more is named."""
    new = copy.deepcopy(DOCUMENT)
    got(new).pop('score')
    line = 'POST /predict: response 200.score is gone'
    assert judge(DOCUMENT, new).broken == (line,)
    verdict = judge(DOCUMENT, new, (line, 'GET /old: is gone'))
    assert (verdict.broken, verdict.accepted, verdict.idle) == ((), (line,), ('GET /old: is gone',))

"""The JSON report holds what its schema promises."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from trueup.model import (
    Change,
    Changed,
    Clean,
    Conflicted,
    Drifted,
    Failed,
    File,
    Mode,
    Outcome,
    Plan,
    Refused,
    Regressed,
    Report,
)
from trueup.report import render

from .samples import ADOPTED, CHECKED

SCHEMA = json.loads((Path(__file__).parents[2] / 'docs/reference/report.schema.json').read_text(encoding='utf-8'))
LINK = Report('fix', 's', plan=Plan((Change('a', File(b'b', Mode.LINK), File(b'\xff\xfe', Mode.EXECUTABLE)),)))


@pytest.mark.parametrize(
    'outcome',
    [
        Clean(Report('check', 'x')),
        Changed(ADOPTED),
        Changed(LINK, planned=True),
        Conflicted(ADOPTED),
        Drifted(CHECKED),
        Regressed(ADOPTED),
        Refused('x', 'dirty'),
        Failed('x', 'no', 70, 'hint'),
        [Clean(CHECKED), Failed('x', 'no', 70)],
        [],
    ],
)
def test_follows_the_schema(outcome: Outcome) -> None:
    """Programs rely on the schema, so every kind of outcome is held against it."""
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(outcome, 'json')))


def test_schema_is_a_schema_and_strict() -> None:
    """A key that nobody described must fail, else the test above could not."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(render(Changed(ADOPTED), 'json'))
    document['outcomes'][0]['surprise'] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_counts_and_names() -> None:
    """The summary counts what the lists hold, and keys are spelled as policies spell them."""
    (outcome,) = json.loads(render(Conflicted(ADOPTED), 'json'))['outcomes']
    assert (outcome['status'], outcome['planned']) == ('open', False)
    assert outcome['summary'] == {
        'files': 3, 'changed': 2, 'kept': 2, 'open': 1, 'findings': 0, 'waived': 0, 'debt': 4,
    }  # fmt: skip
    assert outcome['conflicts'][0]['name'] == 'pyproject.toml::tool.poetry.source[name=private].url'
    assert [(each['path'], each['action'], each['lines_added']) for each in outcome['files']] == [
        ('noxfile.py', 'added', 1),
        ('pyproject.toml', 'changed', 2),
        ('setup.cfg', 'removed', 0),
    ]

"""The session that keeps the promise to clients, run for real in small repositories."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from tests.sessions.test_breaking import DOCUMENT, got
from tests.sessions.test_nox import NOXFILE, PYPROJECT, nox
from tests.support.standard import commit_all, tag_head


@pytest.fixture(name='service')
def fixture_service(tmp_path: Path) -> Path:
    """A repository with a described API, not yet released."""
    (tmp_path / 'noxfile.py').write_text(NOXFILE.format(''))
    (tmp_path / 'pyproject.toml').write_text(PYPROJECT)
    (tmp_path / 'openapi.json').write_text(json.dumps(DOCUMENT))
    commit_all(tmp_path)
    return tmp_path


def test_breaking_change_is_refused_until_it_is_accepted(service: Path) -> None:
    """Against the last release: the lines say what breaks; accepted ones pass, and stand in the pyproject for all to see."""
    tag_head(service, 'v0.1.0')
    document = copy.deepcopy(DOCUMENT)
    got(document).pop('score')
    (service / 'openapi.json').write_text(json.dumps(document))
    commit_all(service, 'feat: less')
    done = nox(service, '-s', 'openapi')
    assert done.code == 1
    line = 'POST /predict: response 200.score is gone'
    assert line in done.output
    assert 'clients of v0.1.0 break: 1 changes' in done.output
    accepted = f'\n[tool.trueup.sessions]\nopenapi_accept = ["{line}"]\n'
    (service / 'pyproject.toml').write_text(PYPROJECT + accepted)
    done = nox(service, '-s', 'openapi')
    assert (done.code, done.summary['sessions'][0]['note']) == (0, 'clients of v0.1.0 are safe')


@pytest.mark.parametrize(
    ('text', 'code', 'words'),
    [
        (json.dumps(DOCUMENT), 0, 'are safe'),
        ('{', 1, 'openapi.json: not valid JSON'),
        ('[]', 1, 'openapi.json: no OpenAPI document'),
        (None, 0, 'no openapi.json: the API is not described'),
    ],
    ids=['as on main', 'no JSON', 'no document', 'absent'],
)
def test_before_the_first_release(service: Path, text: str | None, code: int, words: str) -> None:
    """The main branch is what clients have; a file that is none is named."""
    path = service / 'openapi.json'
    path.unlink()
    if text is not None:
        path.write_text(text)
    done = nox(service, '-s', 'openapi')
    assert done.code == code
    assert words in done.output + str(done.summary)

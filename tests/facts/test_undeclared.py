"""Imports that no file declares: named with their places and the likely distribution, never guessed in."""

from __future__ import annotations

import pytest

from tests.facts.support import facts, told

DECLARED = {
    'other name': ('import yaml', 'PyYAML==6'),
    'one of several': ('import cv2', 'opencv-python-headless'),
    'same name': ('import flask_cors', 'Flask-Cors'),
    'namespace': ('from google.cloud import storage', 'google-cloud-storage'),
    'namespace with a part': ('import google.protobuf.json_format', 'protobuf'),
    'first name of another': ('from azure.storage.blob import X', 'azure-storage-blob'),
}


@pytest.mark.parametrize(('line', 'requirement'), DECLARED.values(), ids=list(DECLARED))
def test_declared_under_another_name(line: str, requirement: str) -> None:
    """An import is declared by any distribution that gives it, and by none it is reported."""
    assert not facts({'app/main.py': line, 'requirements.txt': requirement}, 'undeclared')
    assert len(facts({'app/main.py': line, 'requirements.txt': 'six'}, 'undeclared')) == 1


NOT_FOREIGN = {
    'standard library': 'import os, asyncio\nfrom xml.etree import ElementTree',
    'old standard library': 'import urllib2, ConfigParser, distutils.core',
    'own module': 'import helpers\nfrom app import x\nfrom . import y',
    'generated': 'import model_pb2',
    'guarded': 'try:\n    import ujson\nexcept ImportError:\n    ujson = None',
    'for type checkers': 'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import mypy_boto3',
    'of the standard': 'import pytest',
}


@pytest.mark.parametrize('text', NOT_FOREIGN.values(), ids=list(NOT_FOREIGN))
def test_what_needs_no_declaration(text: str) -> None:
    """The service's own code, the standard library, and what may be absent without harm."""
    assert not facts({'app/main.py': text, 'lib/helpers.py': '', 'requirements.txt': 'six\n'}, 'undeclared')


def test_places_and_likely_distribution() -> None:
    """Every place is named; tests apart; scripts beside the service do not count."""
    files = {
        'app/main.py': 'import os\nimport yaml\n',
        'app/more.py': 'from yaml import load\n',
        'tests/test_main.py': 'import responses\n',
        'docs/conf.py': 'import sphinx_rtd_theme\n',
        'setup.py': 'from setuptools import setup\nsetup(name="svc")\n',
    }
    assert told(files, 'undeclared') == [
        'undeclared=yaml @ app/main.py:2, app/more.py:1',
        'undeclared=responses @ tests/test_main.py:1',
    ]
    assert [fact.note for fact in facts(files, 'undeclared')] == [
        'probably pyyaml',
        'probably responses; in tests only',
    ]


def test_what_comes_along_is_less_urgent() -> None:
    """starlette is there with FastAPI today; it is told with less confidence."""
    found = facts({'main.py': 'import starlette', 'requirements.txt': 'fastapi\n'}, 'undeclared')
    assert [(fact.confidence, fact.note) for fact in found] == [(0.5, 'probably starlette; comes along with fastapi')]

"""Pipfile and its lock, converted to a new pyproject.toml."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from pip._internal.models.index import PyPI

from tests.packaging.oracle import meaning
from tests.packaging.support import converted, text_of

SETUP = 'from setuptools import setup\nsetup(name="our-core")\n'
PACKAGES = {
    'any': ('a = "*"', 'a'),
    'pin': ('a = "==1.0"', 'a==1.0'),
    'compatible': ('a = "~=1.2"', 'a~=1.2'),
    'range': ('a = ">=1, <2"', 'a>=1,<2'),
    'bare version': ('a = "1.0"', 'a==1.0'),
    'dotted name': ('"a.b" = "*"', 'a.b'),
    'extras': ('a = {version = "==1", extras = ["y", "x"]}', 'a[x,y]==1'),
    'marker': ('a = {version = "*", markers = "python_version < \'3.8\'"}', 'a; python_version < "3.8"'),
    'key as marker': ('a = {version = "*", sys_platform = "== \'win32\'"}', 'a; sys_platform == "win32"'),
    'two markers': (
        'a = {version = "*", os_name = "== \'nt\'", markers = "python_version < \'3.8\' or python_version > \'3.9\'"}',
        'a; (python_version < "3.8" or python_version > "3.9") and os_name == "nt"',
    ),
    'git': (
        'a = {git = "https://u:s3cret@git.example/o/a.git", ref = "v1", subdirectory = "lib"}',
        'a @ git+https://git.example/o/a.git@v1#subdirectory=lib',
    ),
    'git by ssh': ('a = {git = "git@git.example:o/a.git"}', 'a @ git+ssh://git@git.example/o/a.git'),
    'address': (
        'a = {file = "https://f.example/a-1.0-py3-none-any.whl"}',
        'a @ https://f.example/a-1.0-py3-none-any.whl',
    ),
    'path': ('x = {path = "./libs/core", editable = true}', 'our-core'),
}


@pytest.mark.parametrize(('line', 'expected'), PACKAGES.values(), ids=list(PACKAGES))
def test_one_package(line: str, expected: str, tmp_path: Path) -> None:
    """An entry of `[packages]` as PEP 508; poetry-core reads the result; no secret is in what came of it."""
    conversion = converted({'Pipfile': f'[packages]\n{line}\n', 'libs/core/setup.py': SETUP})
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == [expected]
    assert conversion.absorbed == ('Pipfile',)
    assert 's3cret' not in repr(conversion)
    (tmp_path / 'libs/core').mkdir(parents=True)
    (tmp_path / 'libs/core/setup.py').write_text(SETUP)
    assert meaning(text_of(conversion), tmp_path)['name'] == 'my-service'


INEXPRESSIBLE = {
    'Mercurial': 'a = {hg = "https://hg.example/a"}',
    'path of a machine': 'a = {path = "/opt/a"}',
    'unknown folder': 'a = {path = "./none"}',
    'variable': 'a = {git = "https://git.example/${ORG}/a.git"}',
    'no wheel': 'a = {file = "https://f.example/a.whl"}',
    'no version': 'a = "one"',
    'no marker': 'a = {version = "*", markers = "python is 3"}',
}


@pytest.mark.parametrize('line', INEXPRESSIBLE.values(), ids=list(INEXPRESSIBLE))
def test_what_cannot_be_said_waits_for_a_person(line: str) -> None:
    """Such a package is an open decision with file and line, and the Pipfile stays."""
    conversion = converted({'Pipfile': f'[packages]\nb = "*"\n{line}\n'})
    assert [conflict.reason.partition(': ')[0] for conflict in conversion.open] == ['Pipfile:3']
    assert conversion.absorbed == ()
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['b']


WHOLE = f'''[[source]]
url = "https://bob:s3cret@nexus.example/simple"
verify_ssl = false
name = "nexus"

[[source]]
url = "{PyPI.simple_url}"
verify_ssl = true
name = "pypi"

[packages]
# the model
scikit-learn = "==1.3.0"  # as trained
core = {{version = "==1", index = "nexus"}}
me = {{path = ".", editable = true}}

[dev-packages]
pytest = "*"

[docs]
sphinx = "*"

[requires]
python_version = "3.8"

[pipenv]
allow_prereleases = true
'''


def test_whole_file(tmp_path: Path) -> None:
    """Groups, sources, remarks and Python are carried; what only Pipenv knows is told; the lock goes with the file."""
    lock = json.dumps({'default': {'six': {'version': '==1.16.0'}}, 'develop': {}})
    conversion = converted({'Pipfile': WHOLE, 'Pipfile.lock': lock})
    data = tomllib.loads(text_of(conversion))
    assert data['project']['requires-python'] == '>=3.8'
    assert data['dependency-groups'] == {'dev': ['pytest'], 'docs': ['sphinx']}
    assert data['tool']['poetry']['dependencies'] == {'core': {'source': 'nexus'}}
    assert data['tool']['poetry']['source'] == [
        {'name': 'nexus', 'url': 'https://nexus.example/simple', 'priority': 'primary'}
    ]
    assert '    # the model\n    "scikit-learn==1.3.0",  # as trained\n' in text_of(conversion)
    assert conversion.absorbed == ('Pipfile', 'Pipfile.lock')
    assert 'Pipfile:27: not carried: allow_prereleases = True: an option of Pipenv alone' in conversion.notes
    assert any('verify_ssl = false of nexus' in note for note in conversion.notes)
    assert any('POETRY_HTTP_BASIC_NEXUS_PASSWORD' in note for note in conversion.notes)
    assert 's3cret' not in repr(conversion)
    assert meaning(text_of(conversion), tmp_path)['groups'] == {
        'main': ['core[] 1 nexus; ', 'scikit-learn[] 1.3 ; '],
        'dev': ['pytest[] * ; '],
        'docs': ['sphinx[] * ; '],
    }


def test_scripts_and_users_keep_the_file() -> None:
    """A command line has no place in pyproject.toml, and an image that runs Pipenv needs the file."""
    scripts = converted({'Pipfile': '[packages]\na = "*"\n[scripts]\nserve = "bash ./run.sh"\n'})
    assert scripts.absorbed == ()
    assert any('script serve = bash ./run.sh' in note for note in scripts.notes)
    image = converted({'Pipfile': '[packages]\na = "*"\n', 'Dockerfile': 'FROM x\nRUN pipenv install --deploy\n'})
    assert image.absorbed == ()
    assert (
        'Pipfile: stays, because Dockerfile runs pipenv; pyproject.toml is what is installed from now on' in image.notes
    )


def test_pipfile_and_requirements_complete_each_other() -> None:
    """Two pins that exclude each other are a decision; a package that only one names is added."""
    conversion = converted({'Pipfile': '[packages]\na = "==1"\n', 'requirements.txt': 'a==2\nb==3\n'})
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['a==2', 'b==3']
    assert [conflict.sides for conflict in conversion.open] == [('requirements.txt:1', 'Pipfile:2')]


def test_one_index_has_one_name() -> None:
    """The index that the answers name is called `company` by the standard; the Pipfile's name for it gives way."""
    text = '[[source]]\nurl = "https://u:pw@nexus.example/simple"\nname = "nexus"\n[packages]\na = {version = "==1", index = "nexus"}\n'
    conversion = converted({'Pipfile': text}, package_index_url='https://nexus.example/simple')
    data = tomllib.loads(text_of(conversion))
    assert 'POETRY_HTTP_BASIC_COMPANY_PASSWORD' in conversion.notes[0]
    assert [source['name'] for source in data['tool']['poetry']['source']] == ['company']
    assert data['tool']['poetry']['dependencies'] == {'a': {'source': 'company'}}

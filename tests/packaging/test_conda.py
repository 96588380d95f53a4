"""Conda's environment files: the pip part carried, conda's own part told."""

from __future__ import annotations

import tomllib

import pytest

from tests.packaging.support import converted, text_of
from trueup.packaging.conda import index_spelling

SPELLINGS = {
    'numpy': 'numpy',
    'numpy=1.19': 'numpy==1.19.*',
    'numpy=1.19.2': 'numpy==1.19.2',
    'numpy=1.19.2=py38h456': 'numpy==1.19.2',
    'numpy==1.19': 'numpy==1.19',
    'numpy 1.19.*': 'numpy==1.19.*',
    'numpy>=1.19,<2': 'numpy>=1.19,<2',
    'numpy >=1.19': 'numpy>=1.19',
    'conda-forge::numpy=1.19': 'numpy==1.19.*',
    'pytorch[build=cuda*]': 'pytorch',
}


@pytest.mark.parametrize(('text', 'expected'), SPELLINGS.items())
def test_spelling_on_the_index(text: str, expected: str) -> None:
    """A match specification of conda as an index would have it."""
    assert index_spelling(text) == expected


WHOLE = '''name: churn
channels:
  - https://bob:s3cret@conda.example/main
dependencies:
  - python=3.8
  - pip
  - numpy=1.19
  - cudatoolkit=11.3
  - pip:
      - --extra-index-url https://bob:s3cret@nexus.example/simple
      - mlflow>=2  # tracking
      - "scikit-learn==1.3.0"
'''


def test_pip_part_is_carried_and_the_rest_told() -> None:
    """Each conda package is told with its line; that nothing says how pip gets them is a decision for a person."""
    conversion = converted({'environment.yml': WHOLE})
    data = tomllib.loads(text_of(conversion))
    assert data['project']['dependencies'] == ['mlflow>=2', 'scikit-learn==1.3.0']
    assert data['project']['requires-python'] == '>=3.8'
    assert [source['url'] for source in data['tool']['poetry']['source']] == ['https://nexus.example/simple']
    notes = [note for note in conversion.notes if note.startswith('environment.yml:')]
    assert [note.partition(': not carried: ')[2] for note in notes if 'not carried' in note] == [
        'numpy=1.19: a package of conda; if the code needs it, the index may have it as numpy==1.19.*',
        'cudatoolkit=11.3: a package of conda; if the code needs it, the index may have it as cudatoolkit==11.3.*',
        'channels https://***@conda.example/main: of conda alone',
    ]
    assert conversion.absorbed == ()
    assert [conflict.ours for conflict in conversion.open] == ['numpy=1.19, cudatoolkit=11.3']
    assert 's3cret' not in repr(conversion)


def test_only_pip_goes() -> None:
    """An environment with nothing of conda but Python is carried whole."""
    text = 'name: x\ndependencies:\n- python>=3.9,<3.12\n- pip\n- pip:\n  - a==1\n  - -r requirements.txt\n'
    conversion = converted({'environment.yaml': text, 'requirements.txt': 'b==2\n'})
    data = tomllib.loads(text_of(conversion))
    assert data['project']['dependencies'] == ['b==2', 'a==1']
    assert data['project']['requires-python'] == '>=3.9,<3.12'
    assert set(conversion.absorbed) == {'environment.yaml', 'requirements.txt'}
    assert not conversion.open


def test_packages_that_pip_gets_elsewhere_need_no_decision() -> None:
    """Where a requirements file says what runs, conda's file is one way of several: it stays and is told."""
    files: dict[str, str | bytes] = {
        'environment.yml': 'dependencies:\n- numpy=1.19\n- openjdk\n',
        'requirements.txt': 'numpy==1.19.5\n',
    }
    conversion = converted(files)
    assert tomllib.loads(text_of(conversion))['project']['dependencies'] == ['numpy==1.19.5']
    assert not conversion.open
    assert any(note.startswith('environment.yml:3: not carried: openjdk') for note in conversion.notes)
    assert conversion.absorbed == ('requirements.txt',)


def test_environment_for_developers() -> None:
    """The file's name says for whom it is."""
    files: dict[str, str | bytes] = {
        'environment-dev.yml': 'dependencies:\n- pip:\n  - black\n',
        'requirements.txt': 'a\n',
    }
    assert tomllib.loads(text_of(converted(files)))['dependency-groups'] == {'dev': ['black']}


@pytest.mark.parametrize('text', ['dependencies: [a, {', 'a: b\n', '- x\n', ''])
def test_what_is_no_environment_is_left(text: str) -> None:
    """Malformed YAML is told; YAML of another kind is none of ours."""
    conversion = converted({'environment.yml': text})
    assert conversion.pyproject is None
    assert any('not valid YAML' in note for note in conversion.notes) == ('{' in text)

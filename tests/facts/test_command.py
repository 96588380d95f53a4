"""`trueup facts` as a person and as a program see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git
from trueup.cli.main import main

SERVICE = {
    'pyproject.toml': '[project]\nname = "churn-api"\nversion = "1.0"\nrequires-python = ">=3.9"\n',
    'churn_api/__init__.py': '',
    'Dockerfile': 'FROM python:3.9\nEXPOSE 8001\n',
}
TEXT = '''\
base_image       stated  python:3.9     Dockerfile:1
ci               likely  none           -  (no pipeline file)
dockerfile       stated  Dockerfile     Dockerfile
framework        likely  none           -  (no import of a web framework)
is_package       likely  no             pyproject.toml:2, churn_api/__init__.py  (no build is declared)
layout           stated  flat           pyproject.toml:2, churn_api/__init__.py
name             stated  churn-api      pyproject.toml:2
package_name     stated  churn_api      pyproject.toml:2, churn_api/__init__.py
package_path     stated  churn_api      pyproject.toml:2, churn_api/__init__.py
packaging        stated  setuptools     pyproject.toml:1
port             likely  8001           Dockerfile:2  (EXPOSE)
python_min       stated  3.9            pyproject.toml:4, Dockerfile:1
python_requires  stated  >=3.9          pyproject.toml:4
service_root     stated  .              -
test_files       stated  0              -  (no test file)
version          stated  1.0            pyproject.toml:3
'''


def squeezed(text: str) -> list[str]:
    """Lines without the padding, which follows the longest name."""
    return [' '.join(line.split()) for line in text.splitlines()]


def test_text(make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """One aligned line per fact, with evidence and confidence."""
    assert main(['facts', str(make_repository(SERVICE))]) == 0
    printed = capsys.readouterr()
    assert squeezed(printed.out) == squeezed(TEXT)
    assert printed.err == ''
    assert (
        len({line.index(word) for line in printed.out.splitlines() for word in ('stated', 'likely') if word in line})
        == 1
    )


def test_json_has_the_answers_too(make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get values, places and what adopt would answer."""
    assert main(['facts', '--format', 'json', str(make_repository(SERVICE))]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document['schema'] == 1
    (name,) = [fact for fact in document['facts'] if fact['name'] == 'name']
    place = {'path': 'pyproject.toml', 'line': 2}
    assert name == {
        'name': 'name',
        'value': 'churn-api',
        'confidence': 'stated',
        'score': 1.0,
        'evidence': [place],
        'note': '',
    }
    assert {answer['name']: answer['value'] for answer in document['answers']}['port'] == 8001


def test_it_changes_nothing(make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """Facts are read, the tree and the index stay as they are."""
    root = make_repository(SERVICE)
    (root / 'untracked.py').write_text('import flask\n')
    before = git(root, 'status', '--porcelain')
    assert main(['facts', str(root)]) == 0
    assert 'flask' not in capsys.readouterr().out
    assert git(root, 'status', '--porcelain') == before


def test_a_folder_of_a_repository(make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """`--service-root` and a path into the repository are the same."""
    root = make_repository(
        {f'services/churn/{path}': text for path, text in SERVICE.items()} | {'Jenkinsfile': 'sh "pytest"\n'}
    )
    assert main(['facts', str(root), '--service-root', 'services/churn']) == 0
    first = capsys.readouterr().out
    assert main(['facts', str(root / 'services/churn')]) == 0
    assert capsys.readouterr().out == first
    assert 'service_root stated services/churn -' in squeezed(first)
    assert 'ci stated jenkins ../../Jenkinsfile' in squeezed(first)


def test_an_empty_repository(make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is there, and that is said."""
    assert main(['facts', str(make_repository({}))]) == 0
    assert 'layout stated none - (no Python file)' in squeezed(capsys.readouterr().out)


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line of what and where, one of what to do."""
    assert main(['facts', str(tmp_path)]) == 5
    printed = capsys.readouterr()
    assert printed.out == ''
    assert printed.err == f'trueup: {tmp_path}: not a Git repository\nhint: run `git init` and commit first\n'


def test_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake is a mistake of usage."""
    assert main(['facts', str(tmp_path / 'nowhere')]) == 2
    assert 'no such folder' in capsys.readouterr().err


def test_terminal_escapes_are_not_passed_on(
    make_repository: MakeRepository, capsys: pytest.CaptureFixture[str]
) -> None:
    """A repository can't paint the terminal."""
    files = {'pyproject.toml': '[project]\nname = "a"\ndescription = "red \\u001b[31m text"\n'}
    assert main(['facts', str(make_repository(files))]) == 0
    assert '\x1b' not in capsys.readouterr().out

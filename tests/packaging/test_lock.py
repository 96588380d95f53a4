"""Running `poetry lock`, and the one line that its failures come down to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from pip._internal.models.index import PyPI

from tests.packaging.support import converted, text_of
from trueup.errors import ExitCode, Missing
from trueup.packaging.export import export_requirements
from trueup.packaging.lock import explain, lock, public_index

needs_poetry = pytest.mark.skipif(shutil.which('poetry') is None, reason='Poetry is not on PATH')

FAILURES = {
    'no such version': (
        "Because svc depends on scipy (99.1) which doesn't match any versions, version solving failed.",
        'no index has scipy 99.1',
        ('scipy',),
    ),
    'exclusion': (
        'Because flask (3.0.0) depends on click (>=8.1.3)\n and svc depends on click (7.0), flask is forbidden.\n'
        'So, because svc depends on flask (3.0.0), version solving failed.',
        'no versions satisfy all of click, flask',
        ('click', 'flask'),
    ),
    'Pythons': (
        "The current project's supported Python range (>=3.8) is not compatible with some of the required packages Python "
        'requirement:\n  - scipy requires Python >=3.9, so it will not be installable for Python >=3.8,<3.9\n\n'
        'Because svc depends on scipy (1.13.0) which requires Python >=3.9, version solving failed.',
        'the service allows Pythons that its packages do not: scipy needs Python >=3.9',
        ('scipy',),
    ),
    'a Git server out of reach': (
        "HTTPSConnectionPool(host='git.example', port=443): Max retries exceeded with url: /a/b.git/info/refs"
        '?service=git-upload-pack (Caused by NameResolutionError("Failed to resolve"))',
        "git.example, where a Git requirement is, can't be reached",
        (),
    ),
    'network': ('All attempts to connect to x.example failed.', "the package index can't be read", ()),
    'anything else': ('\nThe lock is broken\n', 'The lock is broken', ()),
}


@pytest.mark.parametrize(('output', 'reason', 'packages'), FAILURES.values(), ids=list(FAILURES))
def test_explain(output: str, reason: str, packages: tuple[str, ...]) -> None:
    """Poetry's words become one line, the packages in the way, and a hint."""
    result = explain(output)
    assert (result.ok, result.reason, result.packages) == (False, reason, packages)
    assert result.hint


def test_without_poetry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Poetry is exit code 6 with a hint."""
    monkeypatch.setenv('PATH', str(tmp_path))
    with pytest.raises(Missing) as caught:
        lock(tmp_path, index_url=None, timeout=5)
    assert caught.value.exit_code is ExitCode.MISSING


@pytest.mark.skipif(os.name != 'posix', reason='a shell script stands in for a Poetry that hangs')
def test_time_runs_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Poetry that hangs is ended with its children, and that is said."""
    program = tmp_path / 'poetry'
    program.write_text('#!/bin/sh\n/bin/sleep 60 &\nwait\n')
    program.chmod(0o755)
    monkeypatch.setenv('PATH', str(tmp_path))
    start = time.monotonic()
    result = lock(tmp_path, index_url=None, timeout=0.5)
    assert result.reason == 'poetry lock did not end within 0 s'
    assert time.monotonic() - start < 20


@needs_poetry
def test_poetry_check_accepts_what_we_write(tmp_path: Path) -> None:
    """The real Poetry 2 finds nothing wrong with a conversion that uses every table."""
    conversion = converted(
        {
            'requirements.txt': '-i https://nexus.example/simple\nuvicorn[standard]==0.20 ; python_version < "3.12"\nnumpy\n',
            'requirements-dev.txt': 'pytest\n',
            'requirements-gpu.txt': 'cupy\n',
            'README.md': '',
        }
    )
    (tmp_path / 'pyproject.toml').write_text(text_of(conversion))
    (tmp_path / 'README.md').write_text('')
    done = subprocess.run(['poetry', 'check', '--strict'], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, 'All set!'), done.stderr


@pytest.mark.network
@needs_poetry
def test_real_lock_and_export(tmp_path: Path) -> None:
    """A converted service locks; the export names what pip itself would install for the same requirements."""
    conversion = converted({'requirements.txt': 'click==8.1.7\njinja2==3.1.2\n', 'requirements-dev.txt': 'colorama\n'})
    (tmp_path / 'pyproject.toml').write_text(text_of(conversion))
    result = lock(tmp_path, index_url=PyPI.simple_url, timeout=300)
    assert result.ok, result.output
    text = export_requirements((tmp_path / 'poetry.lock').read_text(), text_of(conversion), keep='')
    (tmp_path / 'requirements.txt').write_text(text)
    exported = {
        str(requirement.name).lower(): str(requirement.specifier)
        for requirement in map(Requirement, text.splitlines()[1:])
        if requirement.marker is None or Marker(str(requirement.marker)).evaluate()
    }
    report = tmp_path / 'report.json'
    command = [
        sys.executable,
        '-m',
        'pip',
        'install',
        '--dry-run',
        '--ignore-installed',
        '--quiet',
        '--report',
        str(report),
    ]
    subprocess.run([*command, '-r', str(tmp_path / 'requirements.txt')], check=True, capture_output=True)
    installed = {
        item['metadata']['name'].lower(): f'=={item["metadata"]["version"]}'
        for item in json.loads(report.read_text())['install']
    }
    assert exported == installed
    assert exported['jinja2'] == '==3.1.2'
    assert 'markupsafe' in exported


@pytest.mark.network
@needs_poetry
def test_real_failure_names_the_packages(tmp_path: Path) -> None:
    """Requirements that exclude each other are named, and no lock is left behind."""
    (tmp_path / 'pyproject.toml').write_text(text_of(converted({'requirements.txt': 'click==7.0\nflask==3.0.0\n'})))
    result = lock(tmp_path, index_url=PyPI.simple_url, timeout=300)
    assert (result.ok, set(result.packages)) == (False, {'click', 'flask'})
    assert not (tmp_path / 'poetry.lock').exists()


@pytest.mark.network
@needs_poetry
def test_export_is_that_of_the_plugin(tmp_path: Path) -> None:
    """Poetry's own export plugin names the same versions for every environment that the service allows."""
    tools = tmp_path / 'tools'
    subprocess.run([sys.executable, '-m', 'venv', str(tools)], check=True, capture_output=True)
    install = [str(tools / 'bin' / 'pip'), 'install', '--quiet', 'poetry', 'poetry-plugin-export']
    if subprocess.run(install, check=False, capture_output=True).returncode:
        pytest.skip('poetry-plugin-export can not be installed here')
    conversion = converted(
        {'requirements.txt': 'uvicorn[standard]>=0.20\nclick==8.1.7\n', 'requirements-dev.txt': 'rich\n'}
    )
    (tmp_path / 'pyproject.toml').write_text(text_of(conversion))
    assert lock(tmp_path, index_url=PyPI.simple_url, timeout=300).ok
    export = [str(tools / 'bin' / 'poetry'), 'export', '--without-hashes']
    theirs = subprocess.run(export, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    ours = export_requirements((tmp_path / 'poetry.lock').read_text(), text_of(conversion), keep='')
    for environment in ENVIRONMENTS:
        assert installed_on(ours, environment) == installed_on(theirs, environment)


ENVIRONMENTS = [
    {'python_version': python, 'python_full_version': f'{python}.1', 'sys_platform': system, 'platform_system': name}
    for python in ('3.10', '3.11', '3.13')
    for system, name in (('linux', 'Linux'), ('win32', 'Windows'))
]


def installed_on(text: str, environment: dict[str, str]) -> set[tuple[str, str]]:
    """Names and versions that a requirements file brings to an environment."""
    lines = [Requirement(line) for line in text.splitlines() if line and not line.startswith(('#', '-', 'WARNING'))]
    return {
        (item.name.lower(), str(item.specifier))
        for item in lines
        if item.marker is None or item.marker.evaluate(environment)
    }


def test_the_range_that_packages_need() -> None:
    """A range is read whole, with the spaces that Poetry writes in it."""
    needs = '>=2.7, !=3.0.*, !=3.1.*, <4'
    output = (
        "The current project's supported Python range (>=3.7) is not compatible with some of the required packages "
        f'Python requirement:\n  - coverage requires Python {needs}, so it will not be installable for Python >=4.dev0\n'
    )
    assert explain(output).python == needs
    assert explain('version solving failed').python == ''


@pytest.mark.parametrize(
    ('answers', 'index'),
    [
        ({}, ''),
        ({'package_index_url': 'https://x.example/simple/'}, 'https://x.example/simple/'),
        ({'package_index_url': 'https://x.example/simple/', 'package_index_mode': 'internal'}, ''),
    ],
)
def test_public_packages_come_from_an_index_that_has_them(answers: dict[str, object], index: str) -> None:
    """An index of the company's own packages would make every public one unknown."""
    assert public_index(answers) == index

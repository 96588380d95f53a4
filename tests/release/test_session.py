"""A release: all of it, or nothing; and what speaks against one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.release.conftest import PROJECT, change
from trueup.errors import Refusal, UserError
from trueup.release.__main__ import main
from trueup.release.session import release

TODAY = date(2026, 11, 22)
CHANGELOG = '# Changelog\n\n## 0.1.0 (2026-11-22)\n\n### Added\n\n* The start:\n  one template.\n'


def quiet(line: str) -> None:
    """Take what a release says."""
    assert line


def state(standard: Path) -> tuple[str, dict[str, bytes]]:
    """Refs and files."""
    return git(standard, 'for-each-ref'), tree_of(standard)


def test_a_first_release(small: Path, tmp_path: Path) -> None:
    """Version, changelog and lineage are in the tagged commit; the next commit goes on; nothing is pushed."""
    origin = tmp_path / 'origin.git'
    git(tmp_path, 'clone', '-q', '--bare', str(small), str(origin))
    git(small, 'remote', 'add', 'origin', str(origin))
    before = git(origin, 'for-each-ref')
    done = release(small, '', quiet, today=TODAY)
    assert (done.tag, done.branch, done.previous) == ('v0.1.0', 'main', '')
    assert git(small, 'tag', '--points-at', 'HEAD~1').split() == ['v0.1.0']
    assert git(small, 'show', 'v0.1.0:pyproject.toml') == PROJECT.replace('0.1.0.dev0', '0.1.0')
    assert git(small, 'show', 'v0.1.0:CHANGELOG.md') == CHANGELOG
    assert git(small, 'ls-tree', '--name-only', 'v0.1.0', 'changelog.d/').split() == ['changelog.d/README.md']
    assert (small / 'pyproject.toml').read_text() == PROJECT.replace('0.1.0.dev0', '0.2.0.dev0')
    assert git(small, 'log', '-2', '--format=%s').splitlines() == ['chore: start 0.2.0.dev0', 'chore: release 0.1.0']
    assert git(small, 'status', '--porcelain') == '' and git(origin, 'for-each-ref') == before


def test_lineage_grows_by_a_version(small: Path) -> None:
    """Values of all variants, of each version; no address of this machine."""
    release(small, '', quiet, today=TODAY)
    change(small, 'template/pyproject.toml.jinja', 'line-length = 100', 'line-length = 120')
    release(small, '', quiet, today=TODAY)
    text = (small / 'lineage.json').read_text()
    values = json.loads(text)['values']
    assert json.loads(text)['versions'] == ['v0.1.0', 'v0.2.0'] and str(small.parent) not in text
    assert values['pyproject.toml::tool.ruff.line-length'] == {'100': ['v0.1.0'], '120': ['v0.2.0']}
    assert values['pyproject.toml::tool.coverage.report.fail_under'] == {'80': ['v0.1.0', 'v0.2.0']}
    assert not [key for key in values if key.startswith(('.copier-answers.yml', 'README.md'))]


def dirty(root: Path) -> None:
    """A file that nobody committed."""
    (root / 'stray.txt').write_text('x')


def detached(root: Path) -> None:
    """No branch."""
    git(root, 'checkout', '-q', '--detach')


def newer(root: Path) -> None:
    """A later version is out."""
    git(root, 'tag', 'v0.9.0')
    git(root, 'commit', '-q', '--allow-empty', '-m', 'more')


def twice(root: Path) -> None:
    """Two tags on one commit."""
    git(root, 'tag', 'v0.0.1')
    git(root, 'tag', '-a', '-m', 'again', 'v0.0.2')
    git(root, 'commit', '-q', '--allow-empty', '-m', 'more')


def released(root: Path) -> None:
    """HEAD has a tag."""
    git(root, 'tag', 'v0.0.9')


def commit(root: Path, path: str, text: str | None) -> None:
    """Another text of a file, or none."""
    if text is None:
        (root / path).unlink()
    else:
        (root / path).write_text(text)
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'spoil')


REFUSALS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    'dirty': (dirty, '', 'not committed'),
    'detached': (detached, '', 'HEAD is detached'),
    'not greater': (newer, '0.9.0', '0.9.0 is not greater than v0.9.0'),
    'older': (newer, '0.1.0', '0.1.0 is not greater than v0.9.0'),
    'two tags': (twice, '', 'v0.0.1 and v0.0.2 are tags of one commit'),
    'nothing new': (released, '', 'HEAD is v0.0.9 already'),
    'no version': (lambda root: commit(root, 'pyproject.toml', '[tool]\n'), '', 'no version under'),
    'odd version': (lambda root: None, '1.0', 'no version to release'),
    'nothing told': (lambda root: commit(root, 'changelog.d/start.added.md', None), '', 'no change is told'),
    'odd fragment': (lambda root: commit(root, 'changelog.d/x.md', 'x'), '', 'no changelog fragment'),
    'odd changelog': (lambda root: commit(root, 'CHANGELOG.md', 'x'), '', "does not begin with '# Changelog'"),
    'odd lineage': (lambda root: commit(root, 'lineage.json', '<<<<<<<'), '', 'not a lineage'),
    'no template': (lambda root: commit(root, 'copier.yml', None), '', 'has no copier.yml'),
    'does not render': (
        lambda root: commit(root, 'template/README.md.jinja', '{% if %}'),
        '',
        'does not render: template/README.md.jinja:1',
    ),
}


@pytest.mark.parametrize('name', REFUSALS)
def test_what_speaks_against_a_release(small: Path, name: str) -> None:
    """One line of what and a hint; refs and files stay as they are."""
    spoil, version, words = REFUSALS[name]
    spoil(small)
    before = state(small)
    with pytest.raises(UserError) as caught:
        release(small, version, quiet, today=TODAY)
    assert words in str(caught.value) and caught.value.hint, str(caught.value)
    assert state(small) == before


def test_a_template_that_breaks_stock_updates_is_refused(small: Path) -> None:
    """A line that each team has its own version of: trueup merges it by key, Copier leaves a conflict."""
    release(small, '', quiet, today=TODAY)
    change(small, 'template/pyproject.toml.jinja', 'version = "0.0.0"', 'version = "0.0.1"')
    before = state(small)
    said: list[str] = []
    with pytest.raises(Refusal, match='break when services are updated from v0.1.0 to v0.2.0'):
        release(small, '', said.append, today=TODAY)
    broken = [line for line in said if line.startswith('breaks ')]
    assert 'breaks defaults, copier update: pyproject.toml: conflicts' in broken
    assert not [line for line in broken if 'trueup update' in line]
    assert state(small) == before


def test_a_template_that_breaks_one_variant_is_refused(small: Path) -> None:
    """The defaults render, the service with an image doesn't."""
    release(small, '', quiet, today=TODAY)
    dockerfile = 'template/{% if with_docker %}Dockerfile{% endif %}.jinja'
    change(small, dockerfile, 'RUN pip install uv', 'RUN pip install {{ nobody.knows }}')
    said: list[str] = []
    with pytest.raises(Refusal, match='with_docker=True'):
        release(small, '', said.append, today=TODAY)
    assert not [line for line in said if line.startswith('breaks defaults')]
    engines = {line.split(', ')[1].partition(':')[0] for line in said if line.startswith('breaks ')}
    assert engines == {'trueup update', 'copier update'}


def test_the_command(small: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """What `nox -s release` runs: exit codes, and what to do next."""
    monkeypatch.chdir(small)
    assert main(['--help']) == 2
    (small / 'stray').write_text('x')
    assert main([]) == 5
    assert 'hint: commit or remove them first' in capfd.readouterr().err
    (small / 'stray').unlink()
    assert main(['0.3.0']) == 0
    out = capfd.readouterr().out
    assert 'git push --atomic origin main v0.3.0   # nothing was pushed' in out
    undo = next(line for line in out.splitlines() if line.startswith('undo')).removeprefix('undo').partition('#')[0]
    subprocess.run(undo, shell=True, cwd=small, check=True, capture_output=True)
    assert git(small, 'tag') == '' and (small / 'pyproject.toml').read_text() == PROJECT

"""Two versions of the standard, and stock Copier between them."""

from __future__ import annotations

import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.support.rendering import files, render, update
from tests.support.standard import ROOT, build_standard, commit_all, main

Render = Callable[..., Path]


def git(folder: Path, *arguments: str) -> str:
    """What Git says."""
    return subprocess.run(
        ['git', *arguments], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def changed(before: Path, after: Path) -> set[str]:
    """Paths that differ, in a render of each."""
    old, new = files(before), files(after)
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


def test_versions_of_the_standard(standard: Path) -> None:
    """Each tag is a commit of its own that states its version."""
    assert git(standard, 'tag', '--list').split() == ['v0.1.0', 'v0.2.0']
    assert git(standard, 'status', '--porcelain') == ''
    for version in ('0.1.0', '0.2.0'):
        assert tomllib.loads(git(standard, 'show', f'v{version}:pyproject.toml'))['project']['version'] == version
        assert git(standard, 'show', f'v{version}:policies.toml') == (ROOT / 'policies.toml').read_text().strip()


def test_standard_is_deterministic(standard: Path, tmp_path: Path) -> None:
    """The same checkout gives the same tree, author and dates."""
    again = build_standard(tmp_path / 'again', versions=['0.1.0'])
    form = '--format=%an %ae %ad %cn %ce %cd %s'
    assert git(again, 'log', '-1', form, 'v0.1.0') == git(standard, 'log', '-1', form, 'v0.1.0')
    assert git(again, 'rev-parse', 'v0.1.0:template') == git(standard, 'rev-parse', 'v0.1.0:template')


def test_standard_refuses_a_full_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is ever overwritten; a wrong call says how it is meant."""
    (tmp_path / 'mine').write_text('mine')
    with pytest.raises(FileExistsError):
        build_standard(tmp_path)
    assert main([]) == 2
    assert capsys.readouterr().err == 'usage: python -m tests.support.standard DEST [VERSION...]\n'


def test_second_version_changes_what_it_says(rendered: Render) -> None:
    """A required key, a hook, a Makefile target, a new file; in scope quality no new file."""
    full = changed(rendered(), rendered('v0.2.0'))
    assert full == {
        '.copier-answers.yml', '.pre-commit-config.yaml', 'Makefile', 'docs/handover.md', 'noxfile.py', 'pyproject.toml',
    }
    quality = changed(rendered(scope='quality'), rendered('v0.2.0', scope='quality'))
    assert quality == {'.copier-answers.yml', '.pre-commit-config.yaml', 'noxfile.py', 'pyproject.toml'}


@pytest.mark.parametrize('scope', ['full', 'quality', 'config'])
def test_stock_update_of_an_untouched_service(standard: Path, rendered: Render, tmp_path: Path, scope: str) -> None:
    """Stock Copier brings an untouched service to exactly the render of the new version, unattended."""
    root = render(standard, tmp_path / 'churn-service', scope=scope)
    commit_all(root)
    update(root)
    assert files(root) == files(rendered('v0.2.0', scope=scope))


def test_stock_update_of_a_lived_in_service(standard: Path, tmp_path: Path) -> None:
    """What the team added survives a stock update, which leaves no conflict, marker or .rej file."""
    root = render(standard, tmp_path / 'churn-service')
    pyproject = root / 'pyproject.toml'
    pyproject.write_text(
        pyproject.read_text().replace('"fastapi>=0.115",', '"fastapi>=0.120",\n    "redis>=5",') + '\n[tool.own]\na = 1\n'
    )
    (root / 'Makefile').write_text((root / 'Makefile').read_text() + '\nown: ## Ours\n\techo own\n')
    (root / 'src/churn_service/api/v1.py').unlink()
    commit_all(root)
    update(root)
    document = tomllib.loads(pyproject.read_text())
    assert document['tool']['own'] == {'a': 1}
    assert document['tool']['pylint']['similarities'] == {'min-similarity-lines': 8}
    assert 'redis>=5' in document['project']['dependencies']
    assert 'own: ## Ours' in (root / 'Makefile').read_text()
    assert not (root / 'src/churn_service/api/v1.py').exists()
    assert yaml.safe_load((root / '.pre-commit-config.yaml').read_text())['repos'][0]['rev'] == 'v0.2.0'
    assert git(root, 'ls-files', '-u') == ''
    assert not [path for path, text in files(root).items() if path.endswith('.rej') or '<<<<<<<' in text]

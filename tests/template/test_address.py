"""Every spelling of the standard gives hooks and a noxfile that Git, pip and pre-commit understand."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.rendering import files, instead_of, quiet_git, render, update
from tests.support.standard import commit_all

HUB = 'https://github.com/acme/standard.git'
SPELLINGS = [
    # spelling, what Git is asked for, the hooks' repo, the sessions' requirement
    ('https://example.com/acme/standard.git', 'https://example.com/acme/standard.git', '', ''),
    ('https://github.com/acme/standard', HUB, HUB, ''),
    ('gh:acme/standard', HUB, HUB, ''),
    ('gh:acme/standard.git', HUB, HUB, ''),
    ('gl:acme/standard', 'https://gitlab.com/acme/standard.git', 'https://gitlab.com/acme/standard.git', ''),
    (
        'git+https://example.com/acme/standard',
        'https://example.com/acme/standard',
        'https://example.com/acme/standard.git',
        '',
    ),
    ('ssh://git@example.com/acme/standard.git', 'ssh://git@example.com/acme/standard.git', '', ''),
    (
        'git@example.com:acme/standard.git',
        'git@example.com:acme/standard.git',
        'git@example.com:acme/standard.git',
        'ssh://git@example.com/acme/standard.git',
    ),
]


def addresses(service: Path) -> tuple[str, str, str]:
    """Where the hooks and the sessions of a service come from, and the hooks' version."""
    hooks = yaml.safe_load((service / '.pre-commit-config.yaml').read_text())['repos'][0]
    requirement = (service / 'noxfile.py').read_text().splitlines()[1]
    return hooks['repo'], hooks['rev'], requirement


@pytest.mark.parametrize('row', SPELLINGS, ids=lambda row: row[0])
def test_remote_spellings(standard: Path, tmp_path: Path, row: tuple[str, str, str, str]) -> None:
    """Shorthands are written out; what pip does not know is translated for it; the answers keep what was typed."""
    spelling, asked, repo, sessions = row
    with quiet_git(tmp_path, instead_of(asked, standard)):
        root = render(spelling, tmp_path / 'churn', scope='config')
    repo = repo or spelling
    requirement = f'# dependencies = ["nox", "trueup @ git+{sessions or repo}@v0.1.0"]'
    assert addresses(root) == (repo, 'v0.1.0', requirement)
    assert yaml.safe_load((root / '.copier-answers.yml').read_text())['_src_path'] == spelling


@pytest.mark.parametrize('spelling', ['{path}', '{path}/', 'git+file://{path}'])
def test_local_spellings(standard: Path, tmp_path: Path, spelling: str) -> None:
    """A folder becomes a file:// address, which pre-commit and pip take from anywhere."""
    root = render(spelling.format(path=standard), tmp_path / 'churn', scope='config')
    url = f'file://{standard}'
    assert addresses(root) == (url, 'v0.1.0', f'# dependencies = ["nox", "trueup @ git+{url}@v0.1.0"]')


def test_blanks_in_the_path(standard: Path, tmp_path: Path) -> None:
    """A blank would end pip's requirement: it is written as %20, and stock `copier update` still finds the folder."""
    link = tmp_path / 'a standard'
    link.symlink_to(standard)
    root = render(link, tmp_path / 'churn', scope='config')
    assert addresses(root)[0] == f'file://{tmp_path}/a%20standard'
    commit_all(root)
    update(root)
    assert addresses(root)[1] == 'v0.2.0'


def test_relative_path_is_refused(standard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From another folder it would be another standard, or none."""
    monkeypatch.chdir(standard.parent)
    with pytest.raises(ValueError, match='no absolute path or URL'):
        render(f'../{standard.parent.name}/{standard.name}', tmp_path / 'churn')
    assert not (tmp_path / 'churn').exists()


def test_mirror_for_hooks(standard: Path, tmp_path: Path) -> None:
    """Hooks and sessions may come from a mirror; the answers still name the standard."""
    root = render(standard, tmp_path / 'churn', scope='config', hooks_repo='git@mirror.example.com:acme/trueup.git')
    assert addresses(root) == (
        'git@mirror.example.com:acme/trueup.git',
        'v0.1.0',
        '# dependencies = ["nox", "trueup @ git+ssh://git@mirror.example.com/acme/trueup.git@v0.1.0"]',
    )
    assert str(standard) in files(root)['.copier-answers.yml']

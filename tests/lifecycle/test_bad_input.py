"""What can't be done is refused in one line, with the right exit code, and nothing changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git, tree_of
from tests.lifecycle.conftest import OLD_SERVICE, Trueup


def _adopt(trueup: Trueup, service: Path, standard: str | Path, *more: str) -> tuple[int, str]:
    said = trueup('adopt', service, '--defaults', '--verify', 'none', '--standard', standard, *more)
    return said.code, said.err


def _one_line(err: str) -> str:
    lines = [line for line in err.splitlines() if line.startswith('trueup:')]
    assert len(lines) == 1 and 'Traceback' not in err and 'hint:' in err, err
    return lines[0]


def test_not_a_git_repository(trueup: Trueup, tmp_path: Path, standard: Path) -> None:
    """There is nothing to undo to."""
    (tmp_path / 'plain').mkdir()
    code, err = _adopt(trueup, tmp_path / 'plain', standard)
    assert (code, 'not a Git repository' in _one_line(err)) == (5, True)


def test_no_such_folder(trueup: Trueup, tmp_path: Path, standard: Path) -> None:
    """A typo in the path."""
    code, err = _adopt(trueup, tmp_path / 'nowhere', standard)
    assert (code, 'no such folder' in _one_line(err)) == (2, True)


def test_a_repository_without_commits(trueup: Trueup, tmp_path: Path, standard: Path) -> None:
    """`git init` and nothing more."""
    (tmp_path / 'fresh').mkdir()
    git(tmp_path / 'fresh', 'init', '-q')
    code, err = _adopt(trueup, tmp_path / 'fresh', standard)
    assert (code, 'no commit yet' in _one_line(err)) == (5, True)


def test_a_detached_head(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """The branch to come back to would be unknown."""
    git(old_service, 'checkout', '-q', '--detach')
    code, err = _adopt(trueup, old_service, standard)
    assert (code, 'detached' in _one_line(err)) == (5, True)


def test_a_merge_under_way(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """The user is in the middle of something."""
    git(old_service, 'checkout', '-q', '-b', 'side')
    git(old_service, 'commit', '-q', '--allow-empty', '-m', 'side')
    git(old_service, 'checkout', '-q', 'main')
    git(old_service, 'commit', '-q', '--allow-empty', '-m', 'main')
    git(old_service, 'merge', '-q', '--no-commit', '--no-ff', 'side')
    code, err = _adopt(trueup, old_service, standard)
    assert (code, 'a merge is under way' in _one_line(err)) == (5, True)


def test_a_dirty_file_that_would_be_written(trueup: Trueup, old_service: Path, standard: Path, poetry: None) -> None:
    """Uncommitted work is never overwritten."""
    (old_service / '.gitignore').write_text('*.log\n*.tmp\n')
    before = tree_of(old_service)
    code, err = _adopt(trueup, old_service, standard)
    assert (code, '.gitignore' in _one_line(err)) == (5, True)
    assert tree_of(old_service) == before


def test_an_untracked_file_in_the_way(trueup: Trueup, old_service: Path, standard: Path, poetry: None) -> None:
    """Even one that Git ignores."""
    (old_service / '.git/info/exclude').write_text('noxfile.py\n')
    (old_service / 'noxfile.py').write_text('# mine\n')
    code, err = _adopt(trueup, old_service, standard)
    assert (code, 'noxfile.py' in _one_line(err)) == (5, True)
    assert (old_service / 'noxfile.py').read_text() == '# mine\n'


@pytest.mark.parametrize('text', ['[project\nname = 1\n', '<<<<<<< HEAD\n[project]\n=======\n>>>>>>> x\n'])
def test_a_malformed_pyproject(
    trueup: Trueup, make_repository: MakeRepository, standard: Path, poetry: None, text: str
) -> None:
    """Also with conflict markers that somebody committed."""
    service = make_repository({**OLD_SERVICE, 'pyproject.toml': text}, 'broken')
    before = tree_of(service)
    code, err = _adopt(trueup, service, standard)
    assert code in (2, 5) and 'pyproject.toml' in _one_line(err)
    assert tree_of(service) == before and git(service, 'branch', '--list', 'trueup/*') == ''


def test_malformed_hooks_are_a_decision_for_a_person(
    trueup: Trueup, make_repository: MakeRepository, standard: Path, poetry: None
) -> None:
    """The rest is adopted; the file stays as it is and is named."""
    service = make_repository({**OLD_SERVICE, '.pre-commit-config.yaml': 'repos: [\n'}, 'broken')
    said = trueup('adopt', service, '--defaults', '--verify', 'none', '--standard', standard, '--format', 'json')
    assert said.code == 3 and '.pre-commit-config.yaml' in said.out
    branch = git(service, 'branch', '--list', 'trueup/*', '--format=%(refname:short)').strip()
    assert git(service, 'show', f'{branch}:.pre-commit-config.yaml') == 'repos: [\n'


def test_no_python_at_all(trueup: Trueup, make_repository: MakeRepository, standard: Path) -> None:
    """There is no service here."""
    service = make_repository({'README.md': 'hello\n', 'main.go': 'package main\n'}, 'golang')
    code, err = _adopt(trueup, service, standard)
    assert (code, 'no Python' in _one_line(err)) == (5, True)


def test_a_missing_poetry(
    trueup: Trueup, old_service: Path, standard: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Said before anything is done."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    (folder / 'git').symlink_to('/usr/bin/git')
    monkeypatch.setenv('PATH', str(folder))
    code, err = _adopt(trueup, old_service, standard)
    assert (code, 'Poetry was not found' in _one_line(err)) == (6, True)


def test_a_missing_git(trueup: Trueup, old_service: Path, standard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one program that nothing works without."""
    monkeypatch.setenv('PATH', '')
    code, err = _adopt(trueup, old_service, standard)
    assert (code, 'Git was not found' in _one_line(err)) == (6, True)


@pytest.mark.parametrize(
    ('spelling', 'answer'),
    [
        ('../std', (2, 'not an address')),
        ('/nowhere/at/all', (6, 'could not be reached')),
        ('{standard}@v9.9.9', (2, "no tag 'v9.9.9'")),
        ('https://user:secret@example.com/std.git', (5, 'credentials')),
    ],
)
def test_a_standard_that_can_not_be_used(
    trueup: Trueup, old_service: Path, standard: Path, spelling: str, answer: tuple[int, str]
) -> None:
    """Relative, unreachable, without the tag, with a secret in it."""
    code, words = answer
    found, err = _adopt(trueup, old_service, spelling.format(standard=standard))
    assert (found, words in _one_line(err)) == (code, True), err
    assert 'secret' not in err


def test_an_answers_file_that_names_a_foreign_standard(trueup: Trueup, make_repository: MakeRepository) -> None:
    """A cloned repository must not choose what is rendered here."""
    answers = '_commit: v1.0.0\n_src_path: https://evil.example/std.git\n'
    service = make_repository({'.copier-answers.yml': answers, 'app.py': ''}, 'foreign')
    for verb in ('check', 'fix', 'update'):
        said = trueup(verb, service)
        assert (said.code, 'nobody here trusts' in _one_line(said.err)) == (5, True)


def test_answers_that_are_not_yaml(trueup: Trueup, make_repository: MakeRepository) -> None:
    """Somebody committed a conflict in them."""
    service = make_repository({'.copier-answers.yml': '<<<<<<< HEAD\n_commit: v1\n', 'app.py': ''}, 'broken')
    said = trueup('check', service)
    assert (said.code, '.copier-answers.yml' in _one_line(said.err)) == (2, True)

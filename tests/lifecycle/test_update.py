"""From v0.1.0 to v0.2.0, on a generated and on an adopted service, with trueup and with stock Copier."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import Trueup

BRANCH = 'trueup/update-0.2.0'


@pytest.fixture
def generated(kept: Path) -> Path:
    """A new service from v0.1.0 with edits of a team next to what the new version changes."""
    _team_edits(kept)
    return kept


@pytest.fixture
def adopted(trueup: Trueup, standard: Path, old_service: Path) -> Path:
    """An old service, adopted at v0.1.0, with the branch taken."""
    said = trueup(
        'adopt', old_service, '--defaults', '--verify', 'none', '--standard', f'{standard}@v0.1.0', '--answer', 'packaging=keep',
    )  # fmt: skip
    assert said.code == 0, said.err
    git(old_service, 'merge', '-q', '--ff-only', 'trueup/adopt-0.1.0')
    _team_edits(old_service)
    return old_service


def _team_edits(service: Path) -> None:
    project = service / 'pyproject.toml'
    project.write_text(project.read_text() + '\n[tool.mypy]\nstrict = true  # ours\n')
    hooks = service / '.pre-commit-config.yaml'
    hooks.write_text(
        hooks.read_text()
        + '  - repo: local\n    hooks:\n      - {id: ours, name: ours, entry: "true", language: system}\n'
    )
    if (service / 'Makefile').exists():
        makefile = service / 'Makefile'
        makefile.write_text(makefile.read_text() + '\ndeploy: ## Ours\n\t./deploy.sh\n')
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'feat: ours')


def _stock_update(service: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, '-m', 'copier', 'update', '--defaults', '--vcs-ref', 'v0.2.0', '--quiet'],
        cwd=service, capture_output=True, text=True, check=False,
    )  # fmt: skip


def _assert_updated(service: Path) -> None:
    project = (service / 'pyproject.toml').read_text()
    assert 'min-similarity-lines = 8' in project and 'strict = true  # ours' in project
    hooks = (service / '.pre-commit-config.yaml').read_text()
    assert 'rev: v0.2.0' in hooks and 'verbose: true' in hooks and 'id: ours' in hooks
    if (service / 'Makefile').exists():
        makefile = (service / 'Makefile').read_text()
        assert '.hypothesis' in makefile and 'deploy: ## Ours' in makefile
    assert '_commit: v0.2.0' in (service / '.copier-answers.yml').read_text()


@pytest.mark.parametrize('kind', ['generated', 'adopted'])
def test_trueup_update_makes_a_branch_that_passes_check(
    trueup: Trueup, kind: str, request: pytest.FixtureRequest
) -> None:
    """The new version is there, the team's edits too, and `undo` takes it back."""
    service: Path = request.getfixturevalue(kind)
    before = tree_of(service)
    said = trueup('update', service, '--verify', 'none')
    assert said.code == 0, said.err + said.out
    assert tree_of(service) == before
    git(service, 'switch', '-q', BRANCH)
    _assert_updated(service)
    assert (service / 'docs/handover.md').exists() == (kind == 'generated')
    checked = trueup('check', service)
    assert checked.code == 0, checked.out
    again = trueup('update', service, '--verify', 'none')
    assert again.code == 0 and 'clean' in again.out
    assert trueup('undo', service).code == 0
    assert tree_of(service) == before


@pytest.mark.parametrize('kind', ['generated', 'adopted'])
def test_stock_copier_update_works_without_trueup(trueup: Trueup, kind: str, request: pytest.FixtureRequest) -> None:
    """No unmerged path, marker or .rej; what was not adopted is not added; `check` is clean afterwards."""
    service: Path = request.getfixturevalue(kind)
    done = _stock_update(service)
    assert done.returncode == 0, done.stderr
    assert git(service, 'ls-files', '-u') == ''
    names = git(service, 'ls-files', '--cached', '--others', '--exclude-standard').split()
    assert not [name for name in names if name.endswith('.rej')]
    assert not [name for name in names if b'<<<<<<<' in (service / name).read_bytes()]
    _assert_updated(service)
    assert (service / 'docs/handover.md').exists() == (kind == 'generated')
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'chore: update')
    said = trueup('check', service)
    assert said.code == 0, said.out


def test_the_plan_of_an_update_does_nothing(trueup: Trueup, generated: Path) -> None:
    """Exit 1, and each key with both values."""
    before = tree_of(generated)
    said = trueup('update', generated, '--plan', '--verbose')
    assert said.code == 1 and 'min-similarity-lines' in said.out
    assert tree_of(generated) == before and git(generated, 'branch', '--list', 'trueup/*') == ''


def test_an_older_version_is_refused(trueup: Trueup, generated: Path) -> None:
    """A standard is never taken back by an update."""
    assert trueup('update', generated, '--verify', 'none', '--switch').code == 0
    said = trueup('update', generated, '--to', 'v0.1.0')
    assert said.code == 2 and 'older than v0.2.0' in said.err


def test_eject_leaves_nothing_of_ours_and_is_undone(trueup: Trueup, generated: Path) -> None:
    """Stock hooks, a plain noxfile, no answers file."""
    before = tree_of(generated)
    said = trueup('eject', generated)
    assert said.code == 0, said.err
    text = '\n'.join(
        path.read_text() for path in generated.rglob('*') if path.name in ('noxfile.py', '.pre-commit-config.yaml')
    )
    assert 'trueup' not in text and 'PyCQA/flake8' in text and 'id: ours' in text
    assert not (generated / '.copier-answers.yml').exists()
    compile((generated / 'noxfile.py').read_text(), 'noxfile.py', 'exec')
    assert trueup('undo', generated).code == 0
    assert tree_of(generated) == before


def test_explain_tells_owner_values_and_reason(trueup: Trueup, generated: Path) -> None:
    """For a key that the standard owns."""
    said = trueup('explain', 'pyproject.toml::tool.black.line-length', generated)
    assert said.code == 0
    assert 'required, closed' in said.out and '120' in said.out


def test_a_new_service_is_not_written_over_anything(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """The folder must be empty; a failed copy leaves none."""
    (tmp_path / 'file').write_text('mine')
    said = trueup('new', tmp_path, '--defaults', '--standard', standard)
    assert said.code == 5 and (tmp_path / 'file').read_text() == 'mine'
    broken = trueup('new', tmp_path / 'broken', '--defaults', '--standard', standard, '--answer', 'python_min=nonsense')
    assert broken.code == 2 and not (tmp_path / 'broken').exists(), broken.err
    shutil.rmtree(tmp_path / 'broken', ignore_errors=True)


def test_new_without_a_terminal_asks_for_defaults(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """A pipeline must not hang on a question."""
    said = trueup('new', tmp_path / 'service', '--standard', standard)
    assert said.code == 2 and 'nobody is here' in said.err and '--defaults' in said.err
    assert not (tmp_path / 'service').exists()

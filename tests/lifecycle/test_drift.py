"""Drift planted in a generated service: each kind is one finding, and `fix` heals it without touching anything else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import Trueup
from tests.lifecycle.drifts import HOOKS, PROJECT, Edit, append, delete, sub, write
from trueup.lifecycle.check import check
from trueup.lifecycle.run import Run
from trueup.model import Clean, Drifted

PLUMBING = 'src/scorer/plumbing/health.py'
DRIFTS: dict[str, tuple[Edit, str]] = {
    'a lowered pylint threshold': (sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5'), PROJECT),
    'another line length': (sub(PROJECT, r'^line-length = 120', 'line-length = 79'), PROJECT),
    'black excludes code': (sub(PROJECT, r'^(skip-string-normalization.*)$', r'\1\nextend-exclude = "src"'), PROJECT),
    'normalised strings': (sub(PROJECT, r'^skip-string-normalization.*\n', ''), PROJECT),
    'another import style': (sub(PROJECT, r'multi_line_output = 3', 'multi_line_output = 5'), PROJECT),
    'an isort profile': (sub(PROJECT, r'^(multi_line_output.*)$', r'\1\nprofile = "google"'), PROJECT),
    'a wider flake8': (
        sub(PROJECT, r'^\[tool\.flake8\]\nmax-line-length = 120', '[tool.flake8]\nmax-line-length = 200'),
        PROJECT,
    ),
    'flake8 ignores more': (sub(PROJECT, r'extend-ignore = \["E203"', 'extend-ignore = ["F401", "E203"'), PROJECT),
    'pylint disables all': (sub(PROJECT, r'^disable = \[', 'disable = [\n    "all",'), PROJECT),
    'similar lines allowed': (sub(PROJECT, r'min-similarity-lines = 10', 'min-similarity-lines = 100'), PROJECT),
    'coverage leaves code out': (sub(PROJECT, r'^branch = true', 'branch = true\nomit = ["src/*"]'), PROJECT),
    'the black table is gone': (sub(PROJECT, r'^\[tool\.black\]\n(.+\n)+\n', ''), PROJECT),
    'a removed hook': (sub(HOOKS, r'^ +- id: flake8\n', ''), HOOKS),
    'a hook that excludes everything': (sub(HOOKS, r'^( +)- id: black\n', r'\1- id: black\n\1  exclude: .*\n'), HOOKS),
    'a hook made manual': (sub(HOOKS, r'^( +)- id: isort\n', r'\1- id: isort\n\1  stages: [manual]\n'), HOOKS),
    'a stale rev': (sub(HOOKS, r'rev: v0\.1\.0', 'rev: v0.0.1'), HOOKS),
    'hooks for commits only': (sub(HOOKS, r'\[pre-commit, commit-msg, pre-push\]', '[pre-commit]'), HOOKS),
    'edited plumbing': (append(PLUMBING, '\nPATCHED = True\n'), PLUMBING),
    'deleted plumbing': (delete(PLUMBING), PLUMBING),
    'a shadowing .flake8': (write('.flake8', '[flake8]\nmax-line-length = 300\n'), '.flake8'),
    'a shadowing setup.cfg': (write('setup.cfg', '[flake8]\nignore = E\n'), 'setup.cfg'),
    'a shadowing pylintrc': (write('.pylintrc', '[MAIN]\ndisable=all\n'), '.pylintrc'),
    'a deleted Makefile target': (sub('Makefile', r'^lint:.*\n(\t.*\n)+\n', ''), 'Makefile'),
    'a Makefile target that does nothing': (sub('Makefile', r'^(test:.*\n)(\t.*\n)+', r'\1\t@true\n'), 'Makefile'),
    'a deleted noxfile': (delete('noxfile.py'), 'noxfile.py'),
    'sessions no longer registered': (sub('noxfile.py', r'^\nregister\(\)\n', ''), 'noxfile.py'),
    'sessions skipped': (sub('noxfile.py', r'^register\(\)$', 'register(skip={"lint"})'), 'noxfile.py'),
    'stale sessions': (sub('noxfile.py', r'@v0\.1\.0', '@v0.0.1'), 'noxfile.py'),
    'deleted hooks': (delete(HOOKS), HOOKS),
}


def test_a_generated_service_is_clean(trueup: Trueup, service: Path) -> None:
    """Otherwise none of the other tests here would mean anything."""
    said = trueup('check', service)
    assert said.code == 0, said.out


@pytest.mark.parametrize('drift', DRIFTS)
def test_a_drift_is_one_finding_and_fix_heals_it(trueup: Trueup, service: Path, drift: str) -> None:
    """The finding names the file; after `fix` the service is byte for byte what it was."""
    before = tree_of(service)
    edit, path = DRIFTS[drift]
    edit(service)
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', drift)
    said = trueup('check', service, '--format', 'json')
    assert said.code == 1, drift
    findings = said.data['outcomes'][0]['findings']  # type: ignore[index,call-overload]  # JSON
    assert [finding['path'] for finding in findings] == [path], said.out
    healed = trueup('fix', service)
    assert healed.code == 0, healed.out + healed.err
    assert tree_of(service) == before, git(service, 'diff', 'HEAD~1')
    assert trueup('check', service).code == 0


def test_what_the_team_added_elsewhere_is_no_drift(trueup: Trueup, service: Path) -> None:
    """A dependency, a setting, a target, a hook repository, code of its own."""
    sub(PROJECT, r'^version = .*$', 'version = "3.1.4"')(service)
    append(PROJECT, '\n[tool.mypy]\nstrict = true\n')(service)
    append('Makefile', '\n.PHONY: deploy\ndeploy:\n\t./deploy.sh\n')(service)
    append(
        HOOKS,
        '  - repo: https://github.com/pre-commit/pre-commit-hooks\n    rev: v6.0.0\n    hooks:\n      - id: check-toml\n',
    )(service)
    write('src/scorer/utils/extra.py', '"""Ours."""\n')(service)
    append('.gitignore', '*.bak\n')(service)
    append('noxfile.py', '\n\n@nox.session\ndef ours(session):\n    session.run("true")\n')(service)
    sub('noxfile.py', r'^(from trueup.sessions.*)$', r'import nox\n\n\1')(service)
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'feat: ours')
    said = trueup('check', service)
    assert said.code == 0, said.out


def test_fix_refuses_files_with_uncommitted_changes(trueup: Trueup, service: Path) -> None:
    """The edit may be somebody's work."""
    append(PLUMBING, '\nPATCHED = True\n')(service)
    said = trueup('fix', service)
    assert said.code == 5 and PLUMBING in said.err
    assert (service / PLUMBING).read_text().endswith('PATCHED = True\n')


def test_fix_can_be_undone(trueup: Trueup, service: Path) -> None:
    """`undo` brings the drift back."""
    DRIFTS['a lowered pylint threshold'][0](service)
    delete(PLUMBING)(service)
    git(service, 'commit', '-qam', 'drift')
    drifted = tree_of(service)
    assert trueup('fix', service).code == 0
    assert trueup('undo', service).code == 0
    assert tree_of(service) == drifted


def test_a_waiver_is_shown_and_ends(trueup: Trueup, service: Path) -> None:
    """It hides nothing, and fails the day after its date."""
    DRIFTS['black excludes code'][0](service)
    append(
        PROJECT,
        '\n[tool.trueup.waivers]\n"pyproject.toml::tool.black.extend-exclude" = '
        '{ reason = "generated code", owner = "ml", expires = 2027-01-31 }\n',
    )(service)
    said = trueup('check', service, '--format', 'json')
    assert said.code == 0 and 'generated code' in said.out
    assert isinstance(check(service, Run(today=date(2027, 1, 31))), Clean)
    late = check(service, Run(today=date(2027, 2, 1)))
    assert isinstance(late, Drifted)
    assert {finding.rule for finding in late.report.findings} == {'WVR001', 'STD001'}


def test_undo_of_a_fix_never_overwrites_a_later_edit(trueup: Trueup, service: Path) -> None:
    """What a person wrote since is theirs."""
    delete(PLUMBING)(service)
    git(service, 'commit', '-qam', 'drift')
    assert trueup('fix', service).code == 0
    append(PLUMBING, '# mine\n')(service)
    said = trueup('undo', service)
    assert said.code == 5 and PLUMBING in said.err
    assert (service / PLUMBING).read_text().endswith('# mine\n')

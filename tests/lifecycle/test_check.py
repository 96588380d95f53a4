"""What `check` promises: one finding for each thing that is wrong, everything else still looked at, nothing run."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import MakeRepository, git, tree_of
from tests.lifecycle.conftest import OLD_SERVICE, Trueup
from tests.lifecycle.drifts import HOOKS, PROJECT, Edit, append, both, delete, sub, write
from trueup.lifecycle.check import check
from trueup.lifecycle.run import Run
from trueup.lifecycle.workspace import write_file
from trueup.model import Clean, Drifted, File
from trueup.text.keys import format_key

Expected = tuple[str, str, str]
PLUMBING = 'src/scorer/plumbing/health.py'
OURS = 'repos[repo={standard}].hooks'
LEGACY = '[MAIN]\nignore-patterns=old_.*\n'
FLAKE8 = sub(HOOKS, r'^ +- id: flake8\n', '')
MISSING_HOOK: Expected = ('STD001', HOOKS, f'{OURS}[id=flake8]')

PROMISED: dict[str, tuple[Edit, Expected]] = {
    'a lowered threshold': (
        sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5'), ('STD001', PROJECT, 'tool.pylint.main.fail-under'),
    ),
    'a removed hook': (FLAKE8, MISSING_HOOK),
    'an added key in a closed table': (
        sub(PROJECT, r'^(skip-string-normalization.*)$', r'\1\nextend-exclude = "src"'),
        ('STD001', PROJECT, 'tool.black.extend-exclude'),
    ),
    'a switched off hook': (
        sub(HOOKS, r'^( +)- id: isort\n', r'\1- id: isort\n\1  stages: [manual]\n'),
        ('STD001', HOOKS, f'{OURS}[id=isort].stages'),
    ),
    'an edited file of the standard': (append(PLUMBING, '\nPATCHED = True\n'), ('STD001', PLUMBING, '')),
    'a deleted file of the standard': (delete(PLUMBING), ('STD001', PLUMBING, '')),
    'a shadowing file': (write('pytest.ini', '[pytest]\naddopts = -x\n'), ('CFG001', 'pytest.ini', '')),
    'a retired file': (write('.flake8', '[flake8]\nignore = E\n'), ('STD002', '.flake8', '')),
    'a retired section': (write('setup.cfg', '[flake8]\nignore = E\n[x]\na = 1\n'), ('STD002', 'setup.cfg', 'flake8')),
    'a stale rev': (sub(HOOKS, r'rev: v0\.1\.0', 'rev: v0.0.1'), ('STD001', HOOKS, 'repos[repo={standard}].rev')),
    'a missing lock': (delete('poetry.lock'), ('LCK001', 'poetry.lock', '')),
    'a pending migration': (write('.pylintrc', LEGACY), ('MIG001', '.pylintrc', '')),
}  # fmt: skip
MALFORMED: dict[str, tuple[Edit, str, str]] = {
    'TOML': (append(PROJECT, '\n[tool.black\n'), PROJECT, '[tool.black'),
    'YAML': (append('Makefile', '<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n'), 'Makefile', '<<<<<<< ours'),
    'no text': (append('noxfile.py', b'# \xff\xfe\n'), 'noxfile.py', ''),
    'bytes of zero': (append('Dockerfile', b'\0'), 'Dockerfile', ''),
}


def found(outcome: object) -> list[Any]:
    """The findings of an outcome."""
    assert isinstance(outcome, (Clean, Drifted))
    return list(outcome.report.findings)


def places(outcome: object) -> list[Expected]:
    """Rule, file and key of each finding."""
    return [(each.rule, each.path, format_key(each.key)) for each in found(outcome)]


def at(expected: Expected, standard: Path) -> Expected:
    """The expected finding with the standard's address."""
    return (*expected[:2], expected[2].replace('{standard}', standard.as_uri()))


@pytest.mark.usefixtures('poetry')
@pytest.mark.parametrize('name', PROMISED)
def test_each_kind_of_drift_is_exactly_one_finding(service: Path, standard: Path, name: str) -> None:
    """It names the file and the key, whatever the version."""
    edit, expected = PROMISED[name]
    edit(service)
    assert places(check(service, Run())) == [at(expected, standard)]


def test_findings_have_the_line_of_the_key(service: Path) -> None:
    """Editors and forges jump there; what is missing is shown where it belongs."""
    both(sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5'), FLAKE8, append(PLUMBING, 'PATCHED = True\n'))(service)
    lines = {each.path: each.line for each in found(check(service, Run()))}
    text = {path: (service / path).read_text().splitlines() for path in lines}
    assert text[PROJECT][lines[PROJECT] - 1] == 'fail-under = 5'
    assert text[HOOKS][lines[HOOKS] - 1].strip() == 'hooks:'
    assert text[PLUMBING][lines[PLUMBING] - 1] == 'PATCHED = True'


@pytest.mark.parametrize('name', MALFORMED)
def test_a_malformed_file_is_one_finding_and_the_rest_is_still_checked(
    service: Path, standard: Path, name: str
) -> None:
    """A broken file must not hide what else is wrong."""
    edit, path, text = MALFORMED[name]
    both(edit, FLAKE8)(service)
    lines = (service / path).read_bytes().decode(errors='replace').splitlines()
    line = len(lines) - lines[::-1].index(text) if text else 0
    outcome = check(service, Run())
    missing = at(MISSING_HOOK, standard)
    assert sorted(places(outcome)) == sorted([missing, ('STD003', path, '')])
    broken = next(each for each in found(outcome) if each.rule == 'STD003')
    assert (broken.line, broken.fixable) == (line, False)


def test_a_moved_tag_is_a_finding(trueup: Trueup, standard: Path, tmp_path: Path) -> None:
    """A release that changes afterwards would change services that nobody touched."""
    moving = tmp_path / 'moving'
    git(tmp_path, 'clone', '-q', str(standard), str(moving))
    service = tmp_path / 'scorer'
    made = trueup('new', service, '--defaults', '--standard', f'{moving}@v0.1.0', '--answer', 'packaging=keep')
    assert made.code == 0, made.err
    assert trueup('check', service).code == 0
    git(moving, 'commit', '-q', '--allow-empty', '-m', 'chore: sneak')
    git(moving, 'tag', '-f', 'v0.1.0')
    said = trueup('check', service, '--format', 'json')
    assert said.code == 1, said.out + said.err
    finding, note = json.loads(said.out)['outcomes'][0]['findings']
    assert (note['rule'], note['severity']) == ('TOL002', 'note')
    assert (finding['rule'], finding['path'], finding['key']) == ('STD004', '.copier-answers.yml', ['_commit'])
    assert 'has moved to' in finding['message'] and not finding['fixable']
    before = tree_of(service)
    assert trueup('fix', service).code == 1 and tree_of(service) == before
    git(moving, 'tag', '-d', 'v0.1.0')
    said = trueup('check', service)
    assert said.code == 1 and 'the tag v0.1.0 of the standard is gone' in said.out, said.out + said.err


TRAP = 'import pathlib\npathlib.Path({mark!r}).write_text("executed")\n'


@pytest.mark.parametrize('adopted', [True, False])
def test_no_code_of_the_service_runs(
    trueup: Trueup, service: Path, make_repository: MakeRepository, tmp_path: Path, adopted: bool
) -> None:
    """Every place that a tool would run tells on whoever does."""
    mark = tmp_path / 'executed'
    root = service if adopted else make_repository(OLD_SERVICE, 'old')
    trap = TRAP.format(mark=str(mark))
    for name in ('setup.py', 'conftest.py', 'noxfile.py', 'tests/conftest.py', 'sitecustomize.py', 'tasks.py'):
        path = root / name
        path.write_text(trap + (path.read_text() if path.exists() else ''))
    (root / '.git/hooks').mkdir(exist_ok=True)
    for name in ('post-index-change', 'fsmonitor-watchman', 'pre-commit', 'post-checkout'):
        (root / '.git/hooks' / name).write_text(f'#!/bin/sh\ntouch {mark}\n')
        (root / '.git/hooks' / name).chmod(0o755)
    before = tree_of(root)
    standard = (service / '.copier-answers.yml').read_text().partition('_src_path: ')[2].splitlines()[0]
    for command in ('check', 'check -v', *(() if adopted else ('adopt --plan --defaults',))):
        verb, *flags = command.split()
        assert trueup(verb, root, *flags, '--standard', standard).code == 1
    assert not mark.exists()
    assert tree_of(root) == before


SPOILT = both(FLAKE8, sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5'), delete('.gitignore'))


@pytest.mark.parametrize(
    ('flags', 'rules'),
    [
        ('', {HOOKS, PROJECT}),
        ('--min-severity error', {HOOKS, PROJECT}),
        ('--select STD', {HOOKS, PROJECT}),
        ('--select STD002', set()),
        ('--select STD002,STD001', {HOOKS, PROJECT}),
        ('--ignore STD', set()),
        ('--ignore pyproject.toml', {HOOKS}),
        ('--select pyproject.toml::tool.pylint', {PROJECT}),
        ('--select pyproject.toml::tool.*.main', {PROJECT}),
        ('--select pyproject.toml::tool.py', set()),
        ('--select *.toml --ignore pyproject.toml::tool.pylint.main.fail-under', set()),
        ('--select .pre-commit*::repos*[id=flake8]', {HOOKS}),
    ],
)
def test_a_person_chooses_what_counts(trueup: Trueup, service: Path, flags: str, rules: set[str]) -> None:
    """What is not chosen is neither told nor fails."""
    both(FLAKE8, sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5'))(service)
    said = trueup('check', service, '--format', 'json', *flags.split())
    outcome = json.loads(said.out)['outcomes'][0]
    assert {each['path'] for each in outcome['findings']} == rules
    assert said.code == (1 if rules else 0)


@pytest.mark.parametrize(
    ('given', 'hint'),
    [('STD01', 'did you mean STD001?'), ('std', 'did you mean STD?'), ('ZZ9', 'ids begin with CFG, IMG, KUB,')],
)
def test_an_unknown_id_is_a_mistake(trueup: Trueup, service: Path, given: str, hint: str) -> None:
    """A typo in a pipeline must not check nothing and look green."""
    said = trueup('check', service, '--select', given)
    assert said.code == 2 and given in said.err and hint in said.err


def test_as_a_hook_only_what_the_commit_touches(trueup: Trueup, service: Path) -> None:
    """A commit is not held up by what somebody else did; without anything staged everything counts."""
    FLAKE8(service)
    git(service, 'commit', '-qam', 'drift')
    assert trueup('check', service, '--staged').code == 1
    append('README.md', 'More.\n')(service)
    git(service, 'add', '-A')
    said = trueup('check', service, '--staged', '--quiet')
    assert (said.code, said.out, said.err) == (0, '', '')
    sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5')(service)
    git(service, 'add', '-A')
    said = trueup('check', service, '--staged', '--format', 'json')
    assert [each['path'] for each in json.loads(said.out)['outcomes'][0]['findings']] == [PROJECT]
    git(service, 'rm', '-q', PLUMBING)
    assert PLUMBING in trueup('check', service, '--staged').out


@pytest.mark.usefixtures('poetry')
def test_as_a_hook_a_forgotten_lock_is_the_commits_own(trueup: Trueup, service: Path) -> None:
    """The commit touches pyproject.toml; what it left undone is in another file."""
    sub(PROJECT, r'^dependencies = \[', 'dependencies = [\n    "packaging>=21",')(service)
    git(service, 'add', '-A')
    said = trueup('check', service, '--staged')
    assert said.code == 1 and 'LCK003' in said.out


def test_a_service_never_adopted_takes_a_short_page(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """Facts, what it has of the standard, the files and lines that adopt would touch, and the next command."""
    said = trueup('check', old_service, '--standard', f'{standard}@v0.1.0')
    lines = said.out.splitlines()
    assert said.code == 1 and len(lines) <= 25, said.out
    assert 'name scorer' in said.out and 'format and lint 0/' in said.out and 'hooks 0/' in said.out
    head = next(line for line in lines if 'adopt would touch' in line)
    assert head.split() == ['adopt', 'would', 'touch', 'lines', 'findings', 'the', 'first']
    assert any(line.split()[:2] == ['noxfile.py', '+8'] for line in lines), said.out
    assert lines[-1].strip() == 'trueup adopt'


def test_a_malformed_file_hides_nothing_of_a_service_never_adopted(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """One finding names the line; hooks and sessions are looked at all the same."""
    old = make_repository({**OLD_SERVICE, 'pyproject.toml': '[project]\nname = "x"\n[tool.black\n'}, 'broken')
    said = trueup('check', old, '--standard', f'{standard}@v0.1.0', '--format', 'json')
    (outcome,) = json.loads(said.out)['outcomes']
    broken = [each for each in outcome['findings'] if each['path'] == PROJECT]
    assert [(each['rule'], each['line'], each['fixable']) for each in broken] == [('STD003', 3, False)]
    assert {HOOKS, 'noxfile.py', '.flake8'} <= {each['path'] for each in outcome['findings']}


def test_a_deleted_answers_file_is_brought_back_not_adopted_again(
    trueup: Trueup, service: Path, standard: Path
) -> None:
    """It looks like a service that never was under the standard; Git knows better."""
    git(service, 'rm', '-q', '.copier-answers.yml')
    git(service, 'commit', '-qm', 'oops')
    said = trueup('check', service, '--standard', f'{standard}@v0.1.0')
    command = next(line for line in said.out.splitlines() if 'git restore' in line).split('#')[0].split()
    git(service, *command[1:])
    assert trueup('check', service).code == 0


def test_a_waiver_hides_nothing_in_any_format(trueup: Trueup, service: Path) -> None:
    """Each format names the key and the reason; the day after its date it fails with a message of its own."""
    both(
        sub(PROJECT, r'fail-under = 9\.7', 'fail-under = 5'),
        append(
            PROJECT,
            '\n[tool.trueup.waivers]\n"pyproject.toml::tool.pylint.main.fail-under" = '
            '{ reason = "old models", owner = "ml", expires = 2027-01-31 }\n',
        ),
    )(service)
    for form in ('text', 'json', 'sarif', 'junit', 'markdown', 'html'):
        said = trueup('check', service, '--format', form)
        assert said.code == 0, said.out
        assert 'fail-under' in said.out and 'old models' in said.out and '2027-01-31' in said.out, form
    late = check(service, Run(today=date(2027, 2, 1)))
    ended = next(each for each in found(late) if each.rule == 'WVR001')
    assert 'ended on 2027-01-31' in ended.message
    assert (service / PROJECT).read_text().splitlines()[ended.line - 1].startswith('"pyproject.toml::tool.pylint')


def test_a_report_goes_to_a_file_and_its_text_to_the_screen(trueup: Trueup, service: Path, tmp_path: Path) -> None:
    """A pipeline archives the one and shows the other."""
    FLAKE8(service)
    target = tmp_path / 'reports' / 'check.sarif'
    said = trueup('check', service, '--format', 'sarif', '--output', target)
    assert said.code == 1 and said.out.startswith(f'{HOOKS}:')
    assert json.loads(target.read_text())['version'] == '2.1.0'
    refused = trueup('check', service, '--format', 'sarif', '--output', tmp_path)
    assert refused.code in (2, 5) and str(tmp_path) in refused.err


def test_a_report_also_says_what_could_not_be_looked_at(trueup: Trueup, service: Path, tmp_path: Path) -> None:
    """A pipeline that reads the report must not find last week's, or none."""
    write('.copier-answers.yml', '- a\n')(service)
    target = tmp_path / 'check.xml'
    said = trueup('check', service, '--format', 'junit', '--output', target)
    assert said.code == 2 and 'the answers are not a mapping' in said.out
    assert '<error type="failed"' in target.read_text()
    (run,) = json.loads(trueup('check', service, '--format', 'sarif').out)['runs']
    assert (run['invocations'][0]['executionSuccessful'], run['invocations'][0]['exitCode']) == (False, 2)


def test_fix_leaves_only_files_with_uncommitted_changes(trueup: Trueup, service: Path) -> None:
    """The rest is healed, and what is left is said."""
    both(FLAKE8, append(PLUMBING, '\nPATCHED = True\n'))(service)
    git(service, 'commit', '-qam', 'drift')
    append(PLUMBING, 'MINE = True\n')(service)
    said = trueup('fix', service)
    assert said.code == 1, said.out + said.err
    assert f'{PLUMBING} has uncommitted changes and was left alone' in said.out
    assert 'id: flake8' in (service / HOOKS).read_text()
    assert (service / PLUMBING).read_text().endswith('MINE = True\n')
    assert shutil.which('git') and git(service, 'for-each-ref', 'refs/trueup/backup/').count('\n') == 1


def test_fix_writes_everything_or_nothing(trueup: Trueup, service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the way, or a full disk half way through, leaves the service as it was."""
    both(FLAKE8, append(PLUMBING, '\nPATCHED = True\n'))(service)
    git(service, 'commit', '-qam', 'drift')
    before = tree_of(service)
    written: list[Path] = []

    def full(path: Path, file: File | None) -> None:
        if path.name == 'health.py' and path not in written:
            written.append(path)
            raise OSError(28, 'No space left on device', str(path))
        write_file(path, file)

    monkeypatch.setattr('trueup.lifecycle.fix.write_file', full)
    said = trueup('fix', service)
    assert said.code == 5 and 'No space left on device' in said.err and written
    assert tree_of(service) == before


def test_fix_says_what_stands_in_the_way(trueup: Trueup, service: Path) -> None:
    """A file where the standard has a folder."""
    shutil.rmtree(service / 'src/scorer/plumbing')
    write('src/scorer/plumbing', 'mine\n')(service)
    git(service, 'add', '-A')
    git(service, 'commit', '-qm', 'drift')
    before = tree_of(service)
    said = trueup('fix', service)
    assert said.code == 5 and 'a file stands where a folder is needed' in said.err
    assert tree_of(service) == before


def test_fix_does_a_migration_as_a_whole_or_not_at_all(trueup: Trueup, service: Path) -> None:
    """Settings that leave one file must arrive in the other."""
    write('.pylintrc', LEGACY)(service)
    git(service, 'add', '-A')
    git(service, 'commit', '-qm', 'drift')
    append(PROJECT, '# mine\n')(service)
    before = tree_of(service)
    assert trueup('fix', service).code == 5 and tree_of(service) == before
    git(service, 'commit', '-qam', 'mine')
    assert trueup('fix', service).code == 0
    assert not (service / '.pylintrc').exists() and 'old_.*' in (service / PROJECT).read_text()
    assert trueup('check', service).code == 0

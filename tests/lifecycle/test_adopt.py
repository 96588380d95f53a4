"""Adoption of a small old service, from `check` to `undo`, with real Git, Copier, Poetry and linters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import MakeRepository, git, tree_of
from tests.lifecycle.conftest import OLD_SERVICE, Trueup

pytestmark = pytest.mark.usefixtures('poetry')
BRANCH = 'trueup/adopt-0.1.0'


def _adopt(trueup: Trueup, service: Path, standard: Path, *more: str) -> int:
    said = trueup('adopt', service, '--defaults', '--standard', f'{standard}@v0.1.0', '--verify', 'none', *more)
    assert said.code in (0, 3), said.err + said.out
    return said.code


def _show(service: Path, path: str) -> str:
    return git(service, 'show', f'{BRANCH}:{path}')


def test_check_of_a_service_never_adopted_is_short_and_says_what_to_do(
    trueup: Trueup, old_service: Path, standard: Path
) -> None:
    """At most 25 lines, exit 1, nothing written."""
    before = tree_of(old_service)
    said = trueup('check', old_service, '--standard', f'{standard}@v0.1.0')
    assert said.code == 1
    assert len(said.out.splitlines()) <= 25 and 'trueup adopt' in said.out
    assert tree_of(old_service) == before and git(old_service, 'status', '--porcelain') == ''


def test_adopting_leaves_the_checkout_alone_and_makes_a_branch(
    trueup: Trueup, old_service: Path, standard: Path
) -> None:
    """The whole path, and what stands on the branch."""
    before, head = tree_of(old_service), git(old_service, 'rev-parse', 'HEAD')
    assert _adopt(trueup, old_service, standard) == 0
    assert tree_of(old_service) == before
    assert git(old_service, 'rev-parse', 'HEAD') == head and git(old_service, 'status', '--porcelain') == ''
    project = tomllib.loads(_show(old_service, 'pyproject.toml'))
    assert project['project']['name'] == 'scorer'
    assert project['project']['version'] == '1.4.2'
    assert 'packaging==24.2' in project['project']['dependencies']
    assert project['tool']['black']['line-length'] == 120
    assert project['tool']['flake8']['per-file-ignores'] == ['scorer/legacy.py:F401']
    hooks = yaml.safe_load(_show(old_service, '.pre-commit-config.yaml'))
    assert hooks['repos'][0]['rev'] == 'v0.1.0'
    answers = yaml.safe_load(_show(old_service, '.copier-answers.yml'))
    assert answers['_src_path'] == str(standard) and answers['scope'] == 'quality'
    names = git(old_service, 'ls-tree', '-r', '--name-only', BRANCH).split()
    assert '.flake8' not in names and 'setup.py' not in names
    new = set(names) - set(OLD_SERVICE)
    assert new <= {
        '.copier-answers.yml',
        '.pre-commit-config.yaml',
        'noxfile.py',
        'pyproject.toml',
        'poetry.lock',
        '.trueup/baseline.json',
    }
    assert 'packaging==24.2' in _show(old_service, 'requirements.txt')
    assert '*.log' in _show(old_service, '.gitignore')
    assert (
        git(old_service, 'diff', '--name-only', f'main..{BRANCH}', '--', 'scorer', 'tests', 'README.md', 'Dockerfile')
        == ''
    )


def test_the_steps_are_commits_of_their_own(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """A reviewer reads packaging, migrations, standard files and debt apart."""
    _adopt(trueup, old_service, standard)
    subjects = git(old_service, 'log', '--reverse', '--format=%s', f'main..{BRANCH}').splitlines()
    assert [subject.split(':')[0] for subject in subjects] == ['build', 'refactor(trueup)', 'chore', 'chore']
    assert 'pyproject' in subjects[0] and 'v0.1.0' in subjects[2] and 'lint' in subjects[3]
    assert subjects[1] == 'refactor(trueup): single-configuration: tools into pyproject.toml'


def test_the_branch_passes_check_and_old_debt_does_not_fail(
    trueup: Trueup, old_service: Path, standard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adopted means clean; a new finding fails."""
    _adopt(trueup, old_service, standard, '--switch')
    said = trueup('check', old_service)
    assert said.code == 0, said.out
    monkeypatch.chdir(old_service)
    assert trueup('lint').code == 0
    (old_service / 'scorer/fresh.py').write_text('import os\n')
    git(old_service, 'add', '-A')
    assert trueup('lint').code == 1


def test_undo_gives_back_the_identical_tree(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """Also when the branch was checked out, and when it was taken."""
    before, head = tree_of(old_service), git(old_service, 'rev-parse', 'HEAD')
    for taken in ('left', 'switched', 'merged'):
        _adopt(trueup, old_service, standard, *(['--switch'] if taken == 'switched' else []))
        if taken == 'merged':
            git(old_service, 'merge', '-q', '--ff-only', BRANCH)
        assert trueup('undo', old_service).code == 0
        assert tree_of(old_service) == before
        assert git(old_service, 'rev-parse', 'HEAD') == head
        assert git(old_service, 'symbolic-ref', '--short', 'HEAD').strip() == 'main'
        assert git(old_service, 'branch', '--list', 'trueup/*') == ''
    assert trueup('undo', old_service).code == 0


def test_undo_refuses_to_lose_commits_of_a_person(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """The branch is theirs once they committed to it."""
    _adopt(trueup, old_service, standard, '--switch')
    (old_service / 'mine.txt').write_text('work\n')
    git(old_service, 'add', '-A')
    git(old_service, 'commit', '-q', '-m', 'mine')
    said = trueup('undo', old_service)
    assert said.code == 5 and 'did not make' in said.err
    assert (old_service / 'mine.txt').exists()


def test_adopting_twice_changes_nothing(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """From the old branch again, and from the adopted one."""
    _adopt(trueup, old_service, standard)
    tip = git(old_service, 'rev-parse', BRANCH)
    _adopt(trueup, old_service, standard)
    assert git(old_service, 'rev-parse', BRANCH) == tip
    git(old_service, 'switch', '-q', BRANCH)
    assert trueup('adopt', old_service, '--defaults').code == 0
    assert git(old_service, 'status', '--porcelain') == '' and git(old_service, 'rev-parse', 'HEAD') == tip


def test_the_plan_alone_does_nothing(trueup: Trueup, old_service: Path, standard: Path) -> None:
    """`--plan` exits 1 and tells each key as JSON."""
    before = tree_of(old_service)
    said = trueup('adopt', old_service, '--plan', '--defaults', '--standard', standard, '--format', 'json')
    assert said.code == 1
    text = json.dumps(said.data)
    assert 'line-length' in text and '.flake8' in text
    assert tree_of(old_service) == before and git(old_service, 'branch', '--list', 'trueup/*') == ''


def test_an_unresolvable_service_keeps_its_files_and_waits_for_a_person(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """Exit 3; `check` on the branch lists exactly the lock."""
    files = {**OLD_SERVICE, 'requirements.txt': 'packaging==24.2\nno-such-distribution-zq==9.9.9\n'}
    service = make_repository(files, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 3
    assert (service / 'requirements.txt').read_text() == files['requirements.txt']
    assert (service / 'setup.py').exists()
    said = trueup('check', service, '--format', 'json')
    assert said.code == 1
    findings = said.data['outcomes'][0]['findings']  # type: ignore[index]  # JSON
    assert [(finding['rule'], finding['path']) for finding in findings] == [('LCK001', 'poetry.lock')]


def test_a_service_in_a_larger_repository(trueup: Trueup, make_repository: MakeRepository, standard: Path) -> None:
    """Hooks go to the root's configuration, limited to the service; nothing else outside is touched."""
    files = {f'services/scorer/{path}': text for path, text in OLD_SERVICE.items()} | {'README.md': '# all\n'}
    repository = make_repository(files, 'monorepo')
    said = trueup(
        'adopt',
        repository,
        '--service-root',
        'services/scorer',
        '--defaults',
        '--verify',
        'none',
        '--standard',
        f'{standard}@v0.1.0',
        '--switch',
    )
    assert said.code == 0, said.err + said.out
    hooks = yaml.safe_load((repository / '.pre-commit-config.yaml').read_text())
    assert {hook['files'] for hook in hooks['repos'][0]['hooks']} == {'^services/scorer/'}
    assert not (repository / 'services/scorer/.pre-commit-config.yaml').exists()
    assert trueup('check', repository, '--service-root', 'services/scorer').code == 0
    assert trueup('check', repository / 'services/scorer').code == 0
    changed = git(repository, 'diff', '--name-only', 'main..HEAD').split()
    assert all(path.startswith('services/scorer/') or path == '.pre-commit-config.yaml' for path in changed)


def test_team_settings_in_a_closed_table_stay_under_a_dated_waiver(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """Nothing vanishes: what the standard does not know is kept until somebody decides."""
    pyproject = '[tool.black]\nline-length = 79\nextend-exclude = "generated"  # made by protoc\n'
    service = make_repository({**OLD_SERVICE, 'pyproject.toml': pyproject}, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 0
    text = (service / 'pyproject.toml').read_text()
    project = tomllib.loads(text)
    assert project['tool']['black']['extend-exclude'] == 'generated' and '# made by protoc' in text
    assert project['tool']['black']['line-length'] == 120
    waiver = project['tool']['trueup']['waivers']['pyproject.toml::tool.black.extend-exclude']
    assert waiver['reason'] and waiver['owner'] and waiver['expires']
    said = trueup('check', service, '--format', 'json')
    assert said.code == 0 and 'extend-exclude' in said.out


def _listen() -> None:
    """A background job of a shell ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize('blow', [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_adoption_leaves_the_service_identical(
    old_service: Path, standard: Path, blow: signal.Signals
) -> None:
    """Ctrl-C and kill -9 in the middle, while Poetry locks."""
    before, refs = tree_of(old_service), git(old_service, 'for-each-ref')
    arguments = ['adopt', str(old_service), '--defaults', '--verify', 'none', '--standard', f'{standard}@v0.1.0']
    with subprocess.Popen(
        [sys.executable, '-m', 'trueup', *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=_listen,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if 'locking' in line:
                break
        time.sleep(0.2)
        os.killpg(process.pid, blow)
        rest = process.stderr.read()
        code = process.wait(60)
    assert code == (130 if blow is signal.SIGINT else -signal.SIGKILL), rest
    assert tree_of(old_service) == before
    assert git(old_service, 'for-each-ref') == refs
    assert git(old_service, 'status', '--porcelain') == ''


def test_the_same_tools_from_elsewhere_give_way_and_other_hooks_stay(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """Never two formatters over one file; what else the team runs keeps every byte."""
    own = '  # ours\n  - repo: https://github.com/pre-commit/pre-commit-hooks\n    rev: v6.0.0\n    hooks:\n      - id: check-toml\n'
    hooks = f'repos:\n  - repo: https://github.com/psf/black\n    rev: 23.3.0\n    hooks:\n      - id: black\n{own}'
    service = make_repository({**OLD_SERVICE, '.pre-commit-config.yaml': hooks}, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 0
    text = (service / '.pre-commit-config.yaml').read_text()
    assert 'psf/black' not in text and own in text
    assert [repo['repo'] for repo in yaml.safe_load(text)['repos']][0] == standard.as_uri()


def test_a_team_on_another_packager_keeps_it(trueup: Trueup, make_repository: MakeRepository, standard: Path) -> None:
    """A PEP 621 project of setuptools or uv is not handed to Poetry."""
    project = (
        '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n'
        '[project]\nname = "scorer"\ndynamic = ["version"]\ndependencies = ["packaging"]\n'
    )
    files = {path: text for path, text in OLD_SERVICE.items() if path not in ('setup.py', 'requirements.txt')}
    service = make_repository({**files, 'pyproject.toml': project}, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 0
    assert (service / 'pyproject.toml').read_text().startswith(project)
    assert not (service / 'poetry.lock').exists()
    assert 'packaging: keep' in (service / '.copier-answers.yml').read_text()
    assert trueup('check', service).code == 0


def test_decisions_wait_for_a_person_and_continue_ends_them(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """Two lists that exclude each other: the old file stays until somebody chose, then it is exported."""
    project = '[tool.poetry]\nname = "scorer"\nversion = "1"\ndescription = ""\nauthors = []\n\n[tool.poetry.dependencies]\npython = "^3.11"\npackaging = "^23"\n'
    files = {path: text for path, text in OLD_SERVICE.items() if path != 'setup.py'}
    project += '\n[tool.poetry.group.dev.dependencies]\niniconfig = "2.0.0"\n'
    more = {'pyproject.toml': project, 'requirements-dev.txt': 'iniconfig==2.0.0\n'}
    service = make_repository({**files, **more}, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 3
    assert (service / 'requirements.txt').read_text() == files['requirements.txt']
    assert (service / 'requirements-dev.txt').exists()
    target = 'pyproject.toml::project.dependencies[name=packaging]'
    assert target in tomllib.loads((service / 'pyproject.toml').read_text())['tool']['trueup']['open']
    said = trueup('adopt', service, '--continue', '--format', 'json')
    assert said.code == 3
    findings = said.data['outcomes'][0]['findings']  # type: ignore[index]  # JSON
    assert [finding['rule'] for finding in findings if finding['severity'] != 'note'] == ['OPN001']
    text = (service / 'pyproject.toml').read_text()
    kept = [line for line in text.splitlines(keepends=True) if target not in line and '[tool.trueup.open]' not in line]
    (service / 'pyproject.toml').write_text(''.join(kept))
    git(service, 'commit', '-q', '-a', '-m', 'build: decided')
    assert trueup('adopt', service, '--continue').code == 0
    assert (service / 'requirements.txt').read_text().startswith('#') and 'packaging==23' in (
        service / 'requirements.txt'
    ).read_text()
    assert not (service / 'requirements-dev.txt').exists()
    git(service, 'commit', '-q', '-a', '-m', 'build: export')
    assert trueup('check', service).code == 0


def test_a_noxfile_of_the_team_keeps_its_sessions(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """The standard's sessions come beside them."""
    own = "import nox\n\n\n@nox.session\ndef docs(session):\n    session.run('mkdocs')\n"
    service = make_repository({**OLD_SERVICE, 'noxfile.py': own}, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 0
    text = (service / 'noxfile.py').read_text()
    assert "def docs(session):\n    session.run('mkdocs')\n" in text and 'import nox\n' in text
    assert f'trueup @ git+{standard.as_uri()}@v0.1.0' in text and text.count('register()') == 1
    assert trueup('check', service).code == 0


@pytest.mark.network
def test_a_regression_stops_the_adoption_and_names_its_cause(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """A test that passed before and would fail after: exit 4, no branch, nothing changed."""
    fragile = 'from pathlib import Path\n\n\ndef test_it():\n    assert Path(".flake8").exists()\n'
    service = make_repository({**OLD_SERVICE, 'tests/test_fragile.py': fragile}, 'scorer')
    before = tree_of(service)
    said = trueup('adopt', service, '--defaults', '--standard', f'{standard}@v0.1.0')
    assert said.code == 4, said.out + said.err
    assert 'regressed' in said.out and 'tests/test_fragile.py::test_it' in said.out
    assert tree_of(service) == before and git(service, 'branch', '--list', 'trueup/*') == ''
    assert trueup('undo', service).code == 0 and tree_of(service) == before


@pytest.mark.network
def test_tests_that_failed_before_are_not_blamed_on_the_adoption(
    trueup: Trueup, make_repository: MakeRepository, standard: Path
) -> None:
    """They fail the same way after, and the report says so."""
    broken = 'def test_it():\n    assert False\n'
    service = make_repository({**OLD_SERVICE, 'tests/test_broken.py': broken}, 'scorer')
    said = trueup('adopt', service, '--defaults', '--standard', f'{standard}@v0.1.0')
    assert said.code == 0, said.out + said.err
    assert '1 failed' in said.out


def test_adoption_brings_at_most_six_files(trueup: Trueup, make_repository: MakeRepository, standard: Path) -> None:
    """Also to a service that has next to nothing."""
    files = {'app.py': 'import os\n', 'requirements.txt': 'packaging==24.2\n'}
    service = make_repository(files, 'scorer')
    assert _adopt(trueup, service, standard, '--switch') == 0
    new = set(git(service, 'ls-files').split()) - set(files)
    assert new == {
        '.copier-answers.yml',
        '.pre-commit-config.yaml',
        '.trueup/baseline.json',
        'noxfile.py',
        'poetry.lock',
        'pyproject.toml',
    }
    assert trueup('check', service).code == 0


@pytest.mark.network
def test_debt_that_shows_only_with_the_dependencies_is_recorded_too(
    trueup: Trueup, make_repository: MakeRepository, standard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes an environment after the adoption must not meet old errors as new ones."""
    wrong = 'import packaging.version\n\nprint(packaging.version.no_such_name)\n'
    service = make_repository({**OLD_SERVICE, 'scorer/wrong.py': wrong}, 'scorer')
    assert trueup('adopt', service, '--defaults', '--switch', '--standard', f'{standard}@v0.1.0').code == 0
    assert 'no-member' in (service / '.trueup/baseline.json').read_text()
    subprocess.run([sys.executable, '-m', 'venv', tmp_path / 'made'], check=True)
    subprocess.run([tmp_path / 'made/bin/python', '-m', 'pip', 'install', '-q', 'packaging==24.2'], check=True)
    monkeypatch.chdir(service)
    said = trueup('lint', '--python', tmp_path / 'made/bin/python')
    assert said.code == 0, said.out

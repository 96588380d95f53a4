"""Any other Copier template as the standard: with policies and without, in a subfolder, with code, with odd settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import OLD_SERVICE, Trueup
from tests.support.second import COPIER, FILES, PYPROJECT, build_second

LENGTH = 'pyproject.toml::tool.ruff.line-length'
EXTENSION = '''from jinja2.ext import Extension


class Shout(Extension):
    def __init__(self, environment):
        super().__init__(environment)
        print('a line of an extension')
        environment.filters['shout'] = str.upper
'''


@pytest.fixture(params=['policies', 'no policies'])
def second(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The second standard, with policies.toml and without."""
    return build_second(tmp_path / 'second', policies=request.param == 'policies')


def owned(standard: Path) -> bool:
    """Whether the standard says who owns what."""
    return (standard / 'policies.toml').exists()


def start(trueup: Trueup, standard: Path, folder: Path, *more: str) -> Path:
    """A new project from version 1.0.0."""
    said = trueup('new', folder, '--defaults', '--standard', f'{standard}@1.0.0', *more)
    assert said.code == 0, said.err
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace what stands there once."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def team_edits(project: Path) -> None:
    """A dependency, a table, a Makefile target, an ignored name, a changelog."""
    edit(project / 'pyproject.toml', 'dependencies = []', 'dependencies = ["numpy"]  # ours')
    (project / 'pyproject.toml').write_text((project / 'pyproject.toml').read_text() + '\n[tool.mypy]\nstrict = true\n')
    (project / 'Makefile').write_text((project / 'Makefile').read_text() + '\nrelease:\n\tuv publish\n')
    (project / '.gitignore').write_text((project / '.gitignore').read_text() + '*.bak\n')
    git(project, 'add', '-A')
    git(project, 'commit', '-q', '-m', 'feat: ours')


def assert_second_version(project: Path) -> None:
    """What 1.1.0 brings is there, and what the team wrote; what Copier writes once is as it was."""
    text = (project / 'pyproject.toml').read_text()
    assert 'line-length = 120' in text and '["numpy"]  # ours' in text and 'strict = true' in text
    assert (
        'ruff check --fix' in (project / 'Makefile').read_text() and 'uv publish' in (project / 'Makefile').read_text()
    )
    assert {'.ruff_cache/', '*.bak'} <= set((project / '.gitignore').read_text().splitlines())
    assert (project / 'CHANGELOG.md').read_text() == '# Changes\n'
    assert '_commit: 1.1.0' in (project / '.copier-answers.yml').read_text()


def test_a_project_is_checked_and_explained(trueup: Trueup, second: Path, tmp_path: Path) -> None:
    """A changed key is drift where it is required, and the team's where nobody owns it."""
    project = start(trueup, second, tmp_path / 'pricing')
    assert trueup('check', project).code == 0
    said = trueup('explain', LENGTH, project)
    assert ('required, closed' in said.out) == owned(second) and '100' in said.out, said.err
    edit(project / 'pyproject.toml', 'line-length = 100', 'line-length = 140')
    checked = trueup('check', project)
    assert checked.code == (1 if owned(second) else 0), checked.out
    git(project, 'commit', '-qam', 'wide')
    assert trueup('fix', project).code == 0
    assert ('line-length = 100' in (project / 'pyproject.toml').read_text()) == owned(second)


def test_a_changelog_that_copier_writes_once_is_a_seed(trueup: Trueup, second: Path, tmp_path: Path) -> None:
    """`_skip_if_exists` is obeyed with a policies.toml and without."""
    project = start(trueup, second, tmp_path / 'pricing')
    assert 'owner           seed' in trueup('explain', 'CHANGELOG.md', project).out
    (project / 'CHANGELOG.md').write_text('# Ours\n')
    assert trueup('check', project).code == 0


def test_a_project_is_updated(trueup: Trueup, second: Path, tmp_path: Path) -> None:
    """Both sides' edits stand, `check` is clean, a second update does nothing."""
    project = start(trueup, second, tmp_path / 'pricing')
    team_edits(project)
    before = tree_of(project)
    said = trueup('update', project, '--verify', 'none', '--switch')
    assert said.code == 0, said.err + said.out
    assert_second_version(project)
    assert trueup('check', project).code == 0
    assert 'clean' in trueup('update', project, '--verify', 'none').out
    assert trueup('undo', project).code == 0
    assert tree_of(project) == before


def test_what_stock_copier_leaves_is_resolved(trueup: Trueup, second: Path, tmp_path: Path) -> None:
    """`copier update`, then `trueup resolve`: the same files as `trueup update`."""
    project = start(trueup, second, tmp_path / 'pricing')
    team_edits(project)
    command = ['-m', 'copier', 'update', '--defaults', '--quiet', '--vcs-ref', '1.1.0']
    done = subprocess.run([sys.executable, *command], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = trueup('resolve', project)
    assert said.code == 0, said.err + said.out
    assert git(project, 'ls-files', '-u') == ''
    assert_second_version(project)
    git(project, 'add', '-A')
    git(project, 'commit', '-q', '-m', 'chore: update')
    assert trueup('check', project).code == 0


def test_an_old_service_is_adopted(trueup: Trueup, second: Path, old_service: Path) -> None:
    """No hooks, noxfile, lint debt or lock of ours; the packaging stays as it is."""
    said = trueup('adopt', old_service, '--defaults', '--verify', 'none', '--standard', f'{second}@1.0.0', '--switch')
    assert said.code == 0, said.err + said.out
    added = {path for path in tree_of(old_service) if path not in OLD_SERVICE}
    assert added == {'.copier-answers.yml', 'CHANGELOG.md', 'Makefile', 'pyproject.toml', 'src/scorer/__init__.py'}
    assert (old_service / '.flake8').exists() is not owned(second)
    assert 'project_name: scorer' in (old_service / '.copier-answers.yml').read_text()
    assert (old_service / 'setup.py').read_text() == OLD_SERVICE['setup.py']
    checked = trueup('check', old_service)
    assert checked.code == 0, checked.out
    assert trueup('undo', old_service).code == 0
    assert {path: data.decode() for path, data in tree_of(old_service).items()} == OLD_SERVICE


def test_an_answer_to_no_question_is_refused(trueup: Trueup, second: Path, old_service: Path, tmp_path: Path) -> None:
    """With the nearest name: Copier would take it silently."""
    for command in (('adopt', old_service), ('new', tmp_path / 'fresh')):
        said = trueup(*command, '--defaults', '--standard', f'{second}@1.0.0', '--answer', 'projct_name=x')
        assert said.code == 2 and 'no question' in said.err and 'did you mean project_name' in said.err
    assert not (tmp_path / 'fresh').exists()


def test_a_template_with_extensions_needs_consent(
    trueup: Trueup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are code: refused, unless `--trust` or the user's configuration says otherwise."""
    (tmp_path / 'beside').mkdir()
    (tmp_path / 'beside/shouting.py').write_text(EXTENSION)
    monkeypatch.syspath_prepend(str(tmp_path / 'beside'))
    more = {
        'copier.yml': COPIER + '_jinja_extensions: [shouting.Shout]\n',
        'template/README.md.jinja': '# {{ project_name | shout }}\n',
    }
    standard = build_second(tmp_path / 'second', more=more)
    asked = ('new', tmp_path / 'pricing', '--defaults', '--standard', f'{standard}@1.0.0')
    said = trueup(*asked)
    assert said.code == 5 and 'Jinja extensions' in said.err and '--trust' in said.err, said.err
    assert not (tmp_path / 'pricing').exists()
    assert trueup(*asked, '--trust').code == 0
    assert (tmp_path / 'pricing/README.md').read_text() == '# PRICING\n'
    assert trueup('check', tmp_path / 'pricing').code == 5
    monkeypatch.setenv('TRUEUP_CONFIG', str(tmp_path / 'config.toml'))
    (tmp_path / 'config.toml').write_text(f'extensions = ["{standard}"]\n')
    checked = trueup('check', tmp_path / 'pricing', '--format', 'json')
    assert checked.code == 0 and checked.out.startswith('{') and 'a line of an extension' in checked.err


def test_an_extension_that_is_not_installed_is_named(trueup: Trueup, tmp_path: Path) -> None:
    """Exit 6, and how to bring it."""
    standard = build_second(tmp_path / 'second', more={'copier.yml': COPIER + '_jinja_extensions: [nowhere.Nothing]\n'})
    said = trueup('new', tmp_path / 'x', '--defaults', '--trust', '--standard', f'{standard}@1.0.0')
    assert said.code == 6 and 'nowhere' in said.err and 'pipx inject' in said.err, said.err


def test_tasks_and_migrations_are_not_run(trueup: Trueup, tmp_path: Path, old_service: Path) -> None:
    """Nothing of the template runs, so no consent is needed; adoption says that it left them out."""
    more = {'copier.yml': COPIER + '_tasks: ["touch ran"]\n_migrations:\n  - "touch migrated"\n'}
    standard = build_second(tmp_path / 'second', more=more)
    project = start(trueup, standard, tmp_path / 'pricing')
    assert trueup('update', project, '--verify', 'none', '--switch').code == 0
    assert not {'ran', 'migrated'} & {path.name for path in project.iterdir()}
    said = trueup('adopt', old_service, '--defaults', '--plan', '--standard', f'{standard}@1.0.0')
    assert 'task(s) of the template were not run' in said.out, said.err


def test_the_name_of_the_folder_may_matter(trueup: Trueup, tmp_path: Path) -> None:
    """A template may write `_folder_name` into files: each service gets its own."""
    more = {'template/pyproject.toml.jinja': PYPROJECT.replace('0.0.0"', '0.0.0"\ndescription = "{{ _folder_name }}"')}
    standard = build_second(tmp_path / 'second', more=more)
    for name in ('pricing', 'scoring'):
        project = start(trueup, standard, tmp_path / name)
        assert f'description = "{name}"' in (project / 'pyproject.toml').read_text()
        edit(project / 'Makefile', 'ruff check', 'ruff  check')
        git(project, 'commit', '-qam', 'drift')
        assert trueup('check', project).code == 1
        assert trueup('fix', project).code == 0 and trueup('check', project).code == 0


def test_a_template_without_a_subdirectory(trueup: Trueup, tmp_path: Path) -> None:
    """The root of the repository is the template; `_exclude` keeps policies and tests of it out."""
    flat = {path.removeprefix('template/'): text for path, text in FILES.items() if path.startswith('template/')}
    exclude = '_exclude: [copier.yml, policies.toml, .git, "README.md"]\n'
    copier = COPIER.replace('_subdirectory: template\n', exclude)
    standard = tmp_path / 'flat'
    build_second(tmp_path / 'unused')
    for path, text in {**flat, 'copier.yml': copier, 'policies.toml': FILES['policies.toml']}.items():
        (standard / path).parent.mkdir(parents=True, exist_ok=True)
        (standard / path).write_text(text)
    git(standard, 'init', '-q')
    git(standard, 'add', '-A')
    git(standard, 'commit', '-q', '-m', 'feat: flat')
    git(standard, 'tag', '1.0.0')
    project = start(trueup, standard, tmp_path / 'pricing')
    assert not {'policies.toml', 'copier.yml', 'README.md'} & {path.name for path in project.iterdir()}
    assert trueup('check', project).code == 0


def test_a_folder_inside_of_a_repository_is_no_address(trueup: Trueup, second: Path, tmp_path: Path) -> None:
    """Copier takes whole repositories: the folder is named with `_subdirectory`."""
    said = trueup('new', tmp_path / 'x', '--defaults', '--standard', second / 'template')
    assert said.code == 2 and '_subdirectory' in said.err, said.err


def test_answers_of_another_name_are_found_and_said(trueup: Trueup, tmp_path: Path) -> None:
    """A template's `_answers_file` is not followed: stock Copier would need an option each time."""
    standard = build_second(
        tmp_path / 'second', more={'copier.yml': COPIER.replace('.copier-answers.yml', '.copier-answers.team.yml')}
    )
    project = start(trueup, standard, tmp_path / 'pricing')
    assert (project / '.copier-answers.yml').exists() and trueup('check', project).code == 0
    git(project, 'mv', '.copier-answers.yml', '.copier-answers.team.yml')
    git(project, 'commit', '-qm', 'as stock Copier would name it')
    said = trueup('check', project, '--standard', standard)
    assert said.code == 2 and 'git mv .copier-answers.team.yml .copier-answers.yml' in said.err


def test_a_template_that_keeps_no_answers_is_refused(trueup: Trueup, tmp_path: Path, old_service: Path) -> None:
    """Neither check nor update would know the version."""
    plain = '# {{ project_name }}\n'
    standard = build_second(tmp_path / 'second', more={'template/{{ _copier_conf.answers_file }}.jinja': plain})
    said = trueup('new', tmp_path / 'x', '--defaults', '--standard', f'{standard}@1.0.0')
    assert said.code == 2 and 'writes no .copier-answers.yml' in said.err, said.err
    assert not (tmp_path / 'x').exists()
    before = tree_of(old_service)
    said = trueup('adopt', old_service, '--defaults', '--verify', 'none', '--standard', f'{standard}@1.0.0')
    assert said.code == 2 and 'writes no .copier-answers.yml' in said.err, said.err
    assert tree_of(old_service) == before

"""What `trueup update` does with a service, a standard or an answers file that is not as it should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import git, tree_of
from tests.lifecycle.conftest import Said, Trueup
from tests.support.small import POLICIES, release, small_service, small_standard

Update = Callable[..., Said]
ANSWERS = '.copier-answers.yml'


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A standard with three versions."""
    return small_standard(tmp_path / 'standard')


@pytest.fixture
def service(small: Path, tmp_path: Path) -> Path:
    """A service under its first version."""
    return small_service(tmp_path / 'scorer', small)


@pytest.fixture
def update(trueup: Trueup, small: Path, service: Path) -> Update:
    """Runs `trueup update` on the service, without running its tests."""

    def call(*arguments: str) -> Said:
        return trueup('update', service, '--standard', small, '--verify', 'none', *arguments)

    return call


def commit(service: Path, name: str, text: str | None) -> None:
    """Commit one file, or its absence."""
    path = service / name
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', f'feat: {name}')


def shown(service: Path, name: str, version: str = '3.0.0') -> str:
    """A file on the branch of the update."""
    return git(service, 'show', f'trueup/update-{version}:{name}')


def listed(service: Path, version: str = '3.0.0') -> set[str]:
    """Files on the branch of the update."""
    return set(git(service, 'ls-tree', '-r', '--name-only', f'trueup/update-{version}').split())


def test_several_versions_behind_is_one_step(update: Update, service: Path) -> None:
    """From the first to the third: all that changed in between, with the new question's default."""
    before = tree_of(service)
    said = update()
    assert said.code == 0, said.err
    assert tree_of(service) == before
    project = shown(service, 'pyproject.toml')
    assert 'target = "py311"' in project and 'workers = 2' in project
    assert 'workers: 2' in shown(service, ANSWERS) and '_commit: v3.0.0' in shown(service, ANSWERS)
    assert 'new.txt' in listed(service) and 'old.txt' not in listed(service)


def test_a_second_update_changes_nothing(update: Update, service: Path) -> None:
    """Before the branch is taken it is the same commit again; after that there is nothing to do."""
    assert update().code == 0
    tip = git(service, 'rev-parse', 'trueup/update-3.0.0')
    said = update()
    assert said.code == 0 and 'already there' in said.out
    assert git(service, 'rev-parse', 'trueup/update-3.0.0') == tip
    git(service, 'merge', '-q', '--ff-only', 'trueup/update-3.0.0')
    before = tree_of(service)
    said = update()
    assert (said.code, 'clean' in said.out) == (0, True)
    assert tree_of(service) == before and git(service, 'branch', '--list', 'trueup/*').count('\n') == 1


def test_one_version_can_be_asked_for(update: Update, service: Path) -> None:
    """`--to`; the plan of it writes nothing and ends with 1, with 0 when there is nothing to do."""
    assert update('--to', '2.0.0', '--plan').code == 1
    assert git(service, 'branch', '--list', 'trueup/*') == ''
    assert update('--to', 'v2.0.0').code == 0
    assert 'old.txt' in listed(service, '2.0.0') and '_commit: v2.0.0' in shown(service, ANSWERS, '2.0.0')
    assert update('--to', '1.0.0', '--plan').code == 0
    said = update('--to', '7')
    assert said.code == 2 and "no tag '7'" in said.err and 'newest tags: v1.0.0, v2.0.0, v3.0.0' in said.err


def test_a_dropped_file_goes_only_when_nobody_edited_it(update: Update, service: Path) -> None:
    """The edited one stays, and it is said."""
    commit(service, 'gone.txt', 'gone\nfile\nours\n')
    said = update()
    assert said.code == 0
    assert listed(service) >= {'gone.txt'} and 'old.txt' not in listed(service)
    assert 'To review (1)\n  = gone.txt: the standard dropped it; kept, because the service edited it' in said.out


def test_a_downgrade_is_refused(update: Update, service: Path) -> None:
    """With what to do instead."""
    assert update('--switch').code == 0
    said = update('--to', 'v1.0.0')
    assert said.code == 2 and 'v1.0.0 is older than v3.0.0' in said.err and 'hint: a standard is never' in said.err


def test_an_open_decision_waits_in_the_service_itself(update: Update, service: Path, trueup: Trueup) -> None:
    """Exit 3; `check` and `--continue` list exactly it until its line is gone; then `--continue` ends the update."""
    commit(service, 'logo.bin', 'ours\0')
    said = update('--switch')
    assert said.code == 3 and '? logo.bin' in said.out, said.out
    assert (
        '[tool.trueup.open]\n"logo.bin" = "no text that could be merged"\n' in (service / 'pyproject.toml').read_text()
    )
    assert (service / 'logo.bin').read_bytes() == b'ours\0'
    checked = trueup('check', service)
    assert checked.code == 1 and checked.out.count('OPN001') == 1
    waiting = update('--continue')
    assert waiting.code == 3 and 'logo.bin' in waiting.out
    project = (service / 'pyproject.toml').read_text()
    commit(service, 'pyproject.toml', project[: project.index('[tool.trueup.open]')].rstrip() + '\n')
    assert update('--continue').code == 0 and trueup('check', service).code == 0


# --- the standard ----------------------------------------------------------------------------------------------------


def test_a_tag_that_is_gone_has_its_nearest_version_as_base(
    update: Update, service: Path, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that never saw it: the most similar version, and it is said; the team's edits stay."""
    monkeypatch.setenv('TRUEUP_CACHE', str(service.parent / 'fresh'))
    release(small, 'v3.1.0', {'template/notes.txt': 'one\n2\n3\n'})
    commit(service, 'new.txt', 'new\n')
    commit(service, ANSWERS, (service / ANSWERS).read_text().replace('v1.0.0', 'v1.5.0'))
    git(small, 'tag', '-d', 'v3.0.0')
    said = update()
    assert said.code == 0, said.err
    assert 'the tag v1.5.0 is gone from the standard: merged against v1.0.0, the nearest version (' in said.out
    assert shown(service, 'notes.txt', '3.1.0') == 'one\n2\n3\n'


def test_a_tag_that_this_machine_saw_is_the_base_also_when_it_is_gone(
    update: Update, service: Path, small: Path
) -> None:
    """The mirror keeps what a release first was."""
    assert update('--plan').code == 1
    git(small, 'tag', '-d', 'v1.0.0')
    commit(service, 'notes.txt', 'one\ntwo\nthree\nours\n')
    said = update()
    assert said.code == 0 and 'the tag v1.0.0 is gone from the standard: merged against what it named' in said.out
    assert shown(service, 'notes.txt') == 'one\n2\nthree\nours\n'


def test_no_tag_at_all_is_one_line(update: Update, service: Path, small: Path) -> None:
    """Nothing to go to."""
    for number in (1, 2, 3):
        git(small, 'tag', '-d', f'v{number}.0.0')
    said = update()
    assert said.code == 2 and 'the standard has no release tag' in said.err


def test_a_new_version_whose_tag_has_moved_is_refused(update: Update, service: Path, small: Path) -> None:
    """A release does not change; the command to accept it is named, and works."""
    assert update('--plan').code == 1
    release(small, 'v9.0.0', {'template/notes.txt': 'evil\n'})
    git(small, 'tag', '-f', 'v3.0.0', 'v9.0.0')
    git(small, 'tag', '-d', 'v9.0.0')
    said = update()
    assert said.code == 5 and 'the tag v3.0.0 of the standard has moved' in said.err
    assert git(service, 'branch', '--list', 'trueup/*') == ''
    command = said.err.split('to accept it: ')[1].split()
    git(service, *command[1:])
    assert update().code == 0 and shown(service, 'notes.txt') == 'evil\n'


def test_a_recorded_tag_that_has_moved_is_said_and_its_first_meaning_is_the_base(
    update: Update, service: Path, small: Path
) -> None:
    """What the service was made from is what it is compared with."""
    assert update('--plan').code == 1
    git(small, 'tag', '-f', 'v1.0.0', 'v2.0.0')
    commit(service, 'notes.txt', 'one\ntwo\nthree\nours\n')
    said = update()
    assert said.code == 0 and 'the tag v1.0.0 has moved: merged against what it named before' in said.out
    assert shown(service, 'notes.txt') == 'one\n2\nthree\nours\n'


@pytest.mark.parametrize('bad', [
    ('template/bad.txt.jinja', 'one\n{{ unclosed\n', 'template/bad.txt.jinja:2'),
    ('template/bad.txt.jinja', 'one\n\n{{ nothing.at_all }}\n', 'template/bad.txt.jinja:3'),
    ('template/bad.txt.jinja', '{% for a in b %}\n', 'template/bad.txt.jinja:1'),
    ('copier.yml', '_subdirectory: template\nlength: {type: int\n', 'copier.yml'),
], ids=range(4))  # fmt: skip
def test_a_template_that_does_not_render_is_named(
    update: Update, service: Path, small: Path, bad: tuple[str, str, str]
) -> None:
    """Which version, file and line; the service is as it was."""
    name, text, place = bad
    release(small, 'v4.0.0', {name: text})
    before = tree_of(service)
    said = update()
    assert said.code == 2, said.err
    assert 'the template of version v4.0.0 does not render' in said.err and place in said.err, said.err
    assert tree_of(service) == before and git(service, 'branch', '--list', 'trueup/*') == ''


def test_an_answer_that_the_new_version_refuses_is_named(update: Update, service: Path, small: Path) -> None:
    """The question and the version."""
    text = '_subdirectory: template\nlength: {type: int, default: 120, choices: [110, 120]}\nname: {type: str, default: a}\n'
    release(small, 'v4.0.0', {'copier.yml': text})
    said = update()
    assert said.code == 2 and 'v4.0.0' in said.err and "'length'" in said.err, said.err


def test_a_mistake_in_the_policies_names_its_line(update: Update, service: Path, small: Path) -> None:
    """Of the version that has it."""
    release(small, 'v4.0.0', {'policies.toml': POLICIES.replace('required', 'requird')})
    said = update()
    assert said.code == 2 and 'policies.toml of v4.0.0:4' in said.err, said.err


# --- the answers file ------------------------------------------------------------------------------------------------


def test_a_deleted_answers_file_is_found_in_the_history(update: Update, service: Path) -> None:
    """The command of the hint brings it back."""
    commit(service, ANSWERS, None)
    said = update()
    assert said.code == 5 and 'the answers file was deleted' in said.err
    git(service, *said.err.split('bring it back: git ')[1].split(',')[0].split())
    git(service, 'commit', '-qam', 'fix: answers')
    assert update().code == 0


@pytest.mark.parametrize('bad', [
    ('_commit: v1.0.0', '_commit: main', 2, "'main' is not a release tag"),
    ('_commit: v1.0.0\n', '', 2, 'the answers have no _commit'),
    ('length: 100', 'length: [100', 2, 'not valid YAML'),
    ('length: 100', 'api_token: hunter22hunter22\nlength: 100', 5, 'the answer api_token looks like a secret'),
    ('name: scorer', 'name: https://joe:geheim@example.com/x', 5, 'the answer name looks like a secret'),
    ('name: scorer', 'name: scorer\n<<<<<<< HEAD\n', 2, 'not valid YAML'),
], ids=range(6))  # fmt: skip
def test_an_edited_answers_file_is_refused(update: Update, service: Path, bad: tuple[str, str, int, str]) -> None:
    """With its name, and nothing done; a secret is never repeated."""
    old, new, code, says = bad
    text = (service / ANSWERS).read_text()
    assert old in text
    commit(service, ANSWERS, text.replace(old, new))
    said = update()
    assert said.code == code and says in said.err and ANSWERS in said.err, said.err
    assert 'geheim' not in said.err and 'hunter22' not in said.err
    assert git(service, 'branch', '--list', 'trueup/*') == ''


def test_an_answer_changed_by_hand_does_not_undo_what_stands(update: Update, service: Path) -> None:
    """Base and new version are rendered alike: a default value of the service stays, a required one is the standard's."""
    commit(service, ANSWERS, (service / ANSWERS).read_text().replace('length: 100', 'length: 110'))
    assert update().code == 0
    assert 'line-length = 110' in shown(service, 'pyproject.toml')


def test_a_foreign_standard_is_refused(trueup: Trueup, service: Path, tmp_path: Path) -> None:
    """One that nobody named here, and one other than the service's."""
    said = trueup('update', service)
    assert said.code == 5 and 'nobody here trusts' in said.err and 'hint: if it is right, say so' in said.err
    other = small_standard(tmp_path / 'other')
    said = trueup('update', service, '--standard', other)
    assert said.code == 5
    assert git(service, 'branch', '--list', 'trueup/*') == ''


# --- the service -----------------------------------------------------------------------------------------------------


def test_a_dirty_file_is_in_the_way_only_when_it_would_be_written(update: Update, service: Path) -> None:
    """Others may be edited, untracked or ignored."""
    (service / 'mine.txt').write_text('untracked')
    (service / 'logo.bin').write_bytes(b'ours')
    assert update('--to', 'v2.0.0').code == 0
    (service / 'notes.txt').write_text('edited\n')
    said = update('--to', 'v3.0.0')
    assert said.code == 5 and 'uncommitted changes' in said.err
    assert (service / 'notes.txt').read_text() == 'edited\n'


def test_a_detached_head_is_refused(update: Update, service: Path) -> None:
    """There is no branch to go back to."""
    git(service, 'checkout', '-q', '--detach')
    said = update()
    assert said.code == 5 and 'HEAD is detached' in said.err


@pytest.mark.parametrize('text', [
    '<<<<<<< ours\n[tool.black]\nline-length = 100\n=======\n[tool.black]\nline-length = 90\n>>>>>>> theirs\n',
    '[tool.black\nline-length = 100\n',
    '[tool.black]\nline-length = 90\nline-length = 100\n',
    '[tool.black]\r\nline-length = 90\r\n<<<<<<< ours\r\n',
], ids=['marker', 'bracket', 'twice', 'crlf'])  # fmt: skip
def test_a_malformed_pyproject_is_left_to_a_person(update: Update, service: Path, trueup: Trueup, text: str) -> None:
    """Never half-written: the file stays byte for byte, everything else is updated, exit 3 (or a refusal, 2)."""
    (service / 'pyproject.toml').write_bytes(text.encode())
    git(service, 'commit', '-qam', 'feat: broken')
    said = update('--switch')
    assert said.code in (2, 3) and 'pyproject.toml' in said.out + said.err, said.out + said.err
    assert (service / 'pyproject.toml').read_bytes() == text.encode()
    if said.code == 3:
        assert (service / 'notes.txt').read_text() == 'one\n2\nthree\n'
    assert 'Traceback' not in said.err and said.code != 70


def test_line_endings_and_a_mark_stay(update: Update, service: Path) -> None:
    """CRLF and a byte order mark of the service's own file, in what is merged into it."""
    old = (service / 'pyproject.toml').read_text()
    (service / 'pyproject.toml').write_bytes(b'\xef\xbb\xbf' + (old + '# ours\n').replace('\n', '\r\n').encode())
    git(service, 'commit', '-qam', 'feat: crlf')
    assert update('--switch').code == 0
    data = (service / 'pyproject.toml').read_bytes()
    assert data.startswith(b'\xef\xbb\xbf[project]\r\n') and b'target = "py311"\r\n' in data and b'# ours\r\n' in data
    assert data.count(b'\n') == data.count(b'\r\n')


def test_a_link_in_the_way_is_refused(update: Update, service: Path, tmp_path: Path) -> None:
    """Nothing is written through it."""
    (tmp_path / 'elsewhere.txt').write_text('theirs')
    (service / 'notes.txt').unlink()
    (service / 'notes.txt').symlink_to(tmp_path / 'elsewhere.txt')
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'feat: link')
    said = update('--switch')
    assert said.code in (3, 5), said.out
    assert (tmp_path / 'elsewhere.txt').read_text() == 'theirs' and (service / 'notes.txt').is_symlink()


@pytest.mark.network
@pytest.mark.parametrize(('needs', 'code'), [('old.txt', 4), ('notes.txt', 0)])
def test_what_passed_before_must_pass_after(trueup: Trueup, service: Path, small: Path, needs: str, code: int) -> None:
    """The service's own tests run on both sides: a regression stops the update, and there is no branch."""
    (service / 'tests').mkdir()
    (service / 'requirements.txt').write_text('packaging==24.2\n')
    text = f'from pathlib import Path\n\n\ndef test_it():\n    assert Path("{needs}").exists()\n'
    commit(service, 'tests/test_it.py', text)
    before = tree_of(service)
    said = trueup('update', service, '--standard', small)
    assert said.code == code, said.out + said.err
    assert tree_of(service) == before
    assert bool(git(service, 'branch', '--list', 'trueup/*')) is (code == 0)
    assert ('tests/test_it.py::test_it' in said.out) is (code == 4) and 'tests' in said.out, said.out
    if code:
        assert trueup('update', service, '--abort').code == 0 and tree_of(service) == before

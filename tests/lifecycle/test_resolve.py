"""What stock `git merge` and `copier update` left unmerged, resolved by key: real repositories, real conflicts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import MakeRepository, git, tree_of
from tests.lifecycle.conftest import Trueup

Files = Mapping[str, str | bytes | None]
Conflict = Callable[[Files, Files, Files], Path]

BASE = '[tool.black]\nline-length = 100\ntarget = "py39"\n\n[tool.isort]\nprofile = "black"\n'
BOTH = '[tool.black]\nline-length = 110\ntarget = "py311"\n\n[tool.isort]\nprofile = "black"\n'


def write(root: Path, files: Files) -> None:
    """Write files; None takes one away."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture
def conflict(make_repository: MakeRepository) -> Conflict:
    """A repository in the middle of a `git merge` of two branches over a common commit."""

    def make(base: Files, ours: Files, theirs: Files) -> Path:
        root = make_repository({'README.md': '# scorer\n'} | {name: text for name, text in base.items() if text})
        for branch, files in (('theirs', theirs), ('main', ours)):
            git(root, 'switch', '-q', *(['-c', branch] if branch == 'theirs' else [branch]))
            write(root, files)
            git(root, 'add', '-A')
            git(root, 'commit', '-q', '-m', f'feat: {branch}')
        merging = subprocess.run(['git', 'merge', 'theirs'], cwd=root, capture_output=True, text=True, check=False)
        assert merging.returncode == 1, merging.stdout
        return root

    return make


def unmerged(root: Path) -> set[str]:
    """Paths that the index holds unmerged."""
    return {line.split('\t')[1] for line in git(root, 'ls-files', '-u').splitlines()}


def test_neighbouring_keys_are_resolved_and_added(conflict: Conflict, trueup: Trueup) -> None:
    """Git sees one hunk, the engine two keys; afterwards the merge can be committed."""
    root = conflict(
        {'pyproject.toml': BASE},
        {'pyproject.toml': BASE.replace('100', '110')},
        {'pyproject.toml': BASE.replace('py39', 'py311')},
    )
    assert unmerged(root) == {'pyproject.toml'}
    said = trueup('resolve', root)
    assert said.code == 0, said.err
    assert 'tool.black.target: "py39" -> "py311"' in said.out
    assert (root / 'pyproject.toml').read_text() == BOTH
    assert unmerged(root) == set()
    git(root, 'commit', '-q', '--no-edit')
    assert git(root, 'show', 'HEAD:pyproject.toml') == BOTH
    assert git(root, 'status', '--porcelain') == ''


def test_only_the_keys_that_are_left_stand_between_markers(conflict: Conflict, trueup: Trueup) -> None:
    """Exit 3, both values told, and the file stays unmerged; a second call says the same and changes nothing."""
    root = conflict(
        {'pyproject.toml': BASE},
        {'pyproject.toml': BASE.replace('100', '110').replace('"black"', '"google"')},
        {'pyproject.toml': BASE.replace('100', '120').replace('py39', 'py311')},
    )
    said = trueup('resolve', root)
    assert said.code == 3, said.err
    assert 'pyproject.toml::tool.black.line-length: both changed it' in said.out
    assert 'ours    110' in said.out and 'theirs  120' in said.out
    left = BOTH.replace('"black"', '"google"').replace(
        'line-length = 110\n',
        '<<<<<<< ours\nline-length = 110\n=======\nline-length = 120\n>>>>>>> theirs\n',
    )
    assert (root / 'pyproject.toml').read_text() == left
    assert unmerged(root) == {'pyproject.toml'}
    again = trueup('resolve', root)
    assert (again.code, again.out) == (3, said.out)
    assert (root / 'pyproject.toml').read_text() == left


def test_what_a_person_has_begun_to_edit_is_not_touched(conflict: Conflict, trueup: Trueup) -> None:
    """Whether markers are left in it or not; other files are still resolved."""
    texts = [{name: text for name in ('a.toml', 'b.toml', 'c.toml', 'd.toml')} for text in (
        BASE, BASE.replace('100', '110'), BASE.replace('py39', 'py311'),
    )]  # fmt: skip
    root = conflict(*texts)
    edited = (root / 'a.toml').read_text() + '# by hand\n'
    write(root, {'a.toml': edited, 'b.toml': BASE.replace('100', '88'), 'd.toml': texts[1]['d.toml']})
    said = trueup('resolve', root)
    assert said.code == 3 and said.out.count('edited since the merge') == 3, said.out
    assert (root / 'a.toml').read_text() == edited
    assert (root / 'b.toml').read_text() == BASE.replace('100', '88')
    assert (root / 'c.toml').read_text() == BOTH
    assert (root / 'd.toml').read_text() == texts[1]['d.toml']
    assert unmerged(root) == {'a.toml', 'b.toml', 'd.toml'}


@pytest.mark.parametrize('style', ['merge', 'diff3', 'zdiff3'])
def test_every_style_of_showing_conflicts_is_known(conflict: Conflict, trueup: Trueup, style: str, home: Path) -> None:
    """merge.conflictStyle changes what Git leaves, not whether somebody edited it."""
    git(home, 'config', '--global', 'merge.conflictStyle', style)
    try:
        root = conflict(
            {'a.toml': BASE}, {'a.toml': BASE.replace('100', '110')}, {'a.toml': BASE.replace('py39', 'py311')}
        )
        assert trueup('resolve', root).code == 0
        assert (root / 'a.toml').read_text() == BOTH
    finally:
        git(home, 'config', '--global', '--unset', 'merge.conflictStyle')


def test_a_path_limits_what_is_resolved(conflict: Conflict, trueup: Trueup) -> None:
    """A file or a folder; the rest stays as Git left it."""
    names = ('a.toml', 'sub/b.toml', 'sub/c.toml')
    texts = (BASE, BASE.replace('100', '110'), BASE.replace('py39', 'py311'))
    root = conflict(*({name: text for name in names} for text in texts))
    assert trueup('resolve', root / 'sub/b.toml').code == 0
    assert unmerged(root) == {'a.toml', 'sub/c.toml'}
    assert trueup('resolve', root / 'sub').code == 0
    assert unmerged(root) == {'a.toml'}


def test_line_endings_and_mark_are_kept(conflict: Conflict, trueup: Trueup) -> None:
    """CRLF and a byte order mark that the repository holds, also around what is left."""
    texts = (BASE, BASE.replace('100', '110'), BASE.replace('py39', 'py311'), BASE.replace('100', '120'))
    crlf = [b'\xef\xbb\xbf' + text.replace('\n', '\r\n').encode() for text in (*texts, BOTH)]
    root = conflict(
        {'a.toml': crlf[0], 'b.toml': crlf[0]},
        {'a.toml': crlf[1], 'b.toml': crlf[1]},
        {'a.toml': crlf[2], 'b.toml': crlf[3]},
    )
    assert trueup('resolve', root).code == 3
    assert (root / 'a.toml').read_bytes() == crlf[4]
    left = (root / 'b.toml').read_bytes()
    assert left.startswith(b'\xef\xbb\xbf[tool') and left.count(b'<<<<<<< ours\r\n') == 1
    assert left.count(b'\n') == left.count(b'\r\n')


def test_line_endings_that_git_converts_are_those_of_a_checkout(conflict: Conflict, trueup: Trueup) -> None:
    """`eol=crlf`: line feeds in the index, CRLF in the work tree, and nothing to commit but the merge."""
    texts = (BASE, BASE.replace('100', '110'), BASE.replace('py39', 'py311'))
    rule = {'.gitattributes': '*.toml text eol=crlf\n'}
    root = conflict(*({'a.toml': text} | rule for text in texts))
    assert trueup('resolve', root).code == 0
    assert git(root, 'cat-file', 'blob', ':a.toml') == BOTH
    assert (root / 'a.toml').read_bytes() == BOTH.replace('\n', '\r\n').encode()
    assert git(root, 'diff', '--name-only') == ''


def test_the_mode_that_one_side_changed_stands(conflict: Conflict, trueup: Trueup) -> None:
    """A script that the other branch made executable is executable afterwards, in index and work tree."""
    texts = (BASE, BASE.replace('100', '110'), BASE.replace('py39', 'py311'))
    root = conflict(*({'a.toml': text} for text in texts))
    git(root, 'merge', '--abort')
    git(root, 'switch', '-q', 'theirs')
    (root / 'a.toml').chmod(0o755)
    git(root, 'commit', '-qam', 'feat: executable')
    git(root, 'switch', '-q', 'main')
    subprocess.run(['git', 'merge', '-q', 'theirs'], cwd=root, capture_output=True, check=False)
    assert trueup('resolve', root).code == 0
    assert git(root, 'ls-files', '-s', 'a.toml').startswith('100755')
    assert (root / 'a.toml').stat().st_mode & 0o111


def test_added_by_both_is_merged_key_by_key(conflict: Conflict, trueup: Trueup) -> None:
    """There is no base; what only one side has is taken, what differs is left to a person."""
    root = conflict({}, {'a.yml': 'a: 1\nb: 1\n'}, {'a.yml': 'b: 1\nc: 3\n', 'b.txt': 'x'})
    assert trueup('resolve', root).code == 0
    assert sorted((root / 'a.yml').read_text().split('\n')) == ['', 'a: 1', 'b: 1', 'c: 3']


@pytest.mark.parametrize('gone', ['ours', 'theirs'])
def test_deleted_here_and_changed_there_is_left_to_a_person(conflict: Conflict, trueup: Trueup, gone: str) -> None:
    """Between two branches of a team neither may win unsaid; nothing is touched."""
    sides: dict[str, Files] = {'ours': {'a.toml': BOTH}, 'theirs': {'a.toml': BOTH}}
    sides[gone] = {'a.toml': None}
    root = conflict({'a.toml': BASE}, sides['ours'], sides['theirs'])
    before = tree_of(root)
    said = trueup('resolve', root)
    assert said.code == 3 and 'one side deleted it' in said.out
    assert tree_of(root) == before and unmerged(root) == {'a.toml'}


def test_what_is_no_text_is_left_to_a_person(conflict: Conflict, trueup: Trueup) -> None:
    """Bytes and symbolic links stay as Git left them, with the reason."""
    root = conflict({'m.bin': b'\0base'}, {'m.bin': b'\0ours'}, {'m.bin': b'\0theirs'})
    said = trueup('resolve', root)
    assert said.code == 3 and 'no text that could be merged' in said.out
    assert (root / 'm.bin').read_bytes() == b'\0ours'


def test_links_that_differ_are_left_to_a_person(make_repository: MakeRepository, trueup: Trueup) -> None:
    """The target of a link is no text to merge."""
    root = make_repository({'a': 'a\n'})
    for branch, target in (('theirs', 'b'), ('main', 'c')):
        git(root, 'switch', '-q', *(['-c', branch] if branch == 'theirs' else [branch]))
        os.symlink(target, root / 'link')
        git(root, 'add', '-A')
        git(root, 'commit', '-q', '-m', f'feat: {branch}')
    subprocess.run(['git', 'merge', 'theirs'], cwd=root, capture_output=True, check=False)
    links = {name for name in unmerged(root) if name.startswith('link')}
    said = trueup('resolve', root)
    assert links and said.code == 3
    assert os.readlink(root / 'link') == 'c' and links <= unmerged(root)


def test_a_broken_side_is_named_and_left_as_git_left_it(conflict: Conflict, trueup: Trueup) -> None:
    """No half of the engine's work is written over Git's own markers."""
    root = conflict({'a.json': '{"a": 1}\n'}, {'a.json': '{"a": 2\n'}, {'a.json': '{"a": 3}\n'})
    before = tree_of(root)
    said = trueup('resolve', root)
    assert said.code == 3 and 'the file of the service is' in said.out
    assert tree_of(root) == before


def test_nothing_unmerged_is_one_line(make_repository: MakeRepository, trueup: Trueup) -> None:
    """Exit 0; outside of a repository it is refused like everywhere."""
    root = make_repository({'a': 'a\n'})
    said = trueup('resolve', root)
    assert (said.code, said.out) == (0, 'nothing is unmerged\n')
    assert trueup('resolve', root, '--format', 'json').data
    assert trueup('resolve', root.parent).code == 5


def test_plan_writes_nothing(conflict: Conflict, trueup: Trueup) -> None:
    """`--plan` shows the decisions and ends with 1, as for every verb."""
    root = conflict({'a.toml': BASE}, {'a.toml': BASE.replace('100', '110')}, {'a.toml': BASE.replace('py39', 'x')})
    before = tree_of(root)
    said = trueup('resolve', root, '--plan')
    assert said.code == 1 and 'tool.black.target' in said.out
    assert tree_of(root) == before and unmerged(root) == {'a.toml'}


# --- stock Copier ----------------------------------------------------------------------------------------------------


def copier(folder: Path, *arguments: str) -> None:
    """Run stock Copier."""
    done = subprocess.run(
        [sys.executable, '-m', 'copier', *arguments, '--defaults', '--quiet'], cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


ANSWERS_TEMPLATE = '{{ _copier_answers|to_nice_yaml }}'
OWNERS = """schema = 1
[[policy]]
keys = ["tools.toml::tool.black.line-length"]
owner = "required"
"""


@pytest.fixture
def template(make_repository: MakeRepository) -> Path:
    """A template of a team with two versions, and owners."""
    files = {
        'copier.yml': '_subdirectory: template\nname: {type: str, default: scorer}\n',
        'policies.toml': OWNERS,
        'template/{{ _copier_conf.answers_file }}.jinja': ANSWERS_TEMPLATE,
        'template/tools.toml': BASE,
        'template/other.toml': 'a = 1\n',
    }
    root = make_repository(files, 'template')
    git(root, 'tag', 'v1.0.0')
    newer = BASE.replace('100', '120').replace('py39', 'py311').replace('"black"', '"b"')
    write(root, {'template/tools.toml': newer, 'template/other.toml': 'a = 2\n'})
    git(root, 'commit', '-qam', 'feat: two')
    git(root, 'tag', 'v2.0.0')
    return root


@pytest.fixture
def updated(template: Path, tmp_path: Path) -> Path:
    """A service from v1.0.0 with edits of a team, which stock `copier update` to v2.0.0 left unmerged."""
    service = tmp_path / 'service'
    copier(tmp_path, 'copy', str(template), str(service), '--vcs-ref', 'v1.0.0')
    git(service, 'init', '-q')
    git(service, 'add', '-A')
    git(service, 'commit', '-q', '-m', 'feat: start')
    write(service, {'tools.toml': BASE.replace('100', '88').replace('"black"', '"google"  # ours')})
    git(service, 'commit', '-qam', 'feat: ours')
    copier(service, 'update', '--vcs-ref', 'v2.0.0')
    assert unmerged(service) == {'tools.toml'}
    return service


def test_owners_decide_what_copier_left(updated: Path, template: Path, trueup: Trueup) -> None:
    """The required key is the standard's, what both changed stays the team's and is said."""
    said = trueup('resolve', updated, '--standard', template)
    assert said.code == 0, said.err + said.out
    assert (updated / 'tools.toml').read_text() == (
        '[tool.black]\nline-length = 120\ntarget = "py311"\n\n[tool.isort]\nprofile = "google"  # ours\n'
    )
    assert unmerged(updated) == set()
    assert 'tool.isort.profile' in said.out and 'the standard has "b"' in said.out
    assert '_commit: v2.0.0' in (updated / '.copier-answers.yml').read_text()


def test_a_standard_that_is_not_trusted_decides_nothing(updated: Path, trueup: Trueup) -> None:
    """Its owners are not asked; what both changed is left, and it is said why."""
    said = trueup('resolve', updated)
    assert said.code == 3, said.out
    assert 'merged without owners: ' in said.out
    left = (updated / 'tools.toml').read_text()
    assert 'target = "py311"' in left and left.count('<<<<<<< ours') == 2 and unmerged(updated) == {'tools.toml'}


def test_owners_do_not_speak_between_two_branches_of_a_team(updated: Path, template: Path, trueup: Trueup) -> None:
    """The other branch is not the standard: its value must not win because the key is required."""
    git(updated, 'checkout', '-q', '--ours', 'tools.toml')
    git(updated, 'add', '-A')
    git(updated, 'commit', '-q', '-m', 'chore: update')
    text = (updated / 'tools.toml').read_text()
    git(updated, 'switch', '-q', '-c', 'other')
    write(updated, {'tools.toml': text.replace('py39', 'py310')})
    git(updated, 'commit', '-qam', 'feat: other')
    git(updated, 'switch', '-q', '-')
    write(updated, {'tools.toml': text.replace('88', '120')})
    git(updated, 'commit', '-qam', 'feat: as the standard says')
    subprocess.run(['git', 'merge', '-q', 'other'], cwd=updated, capture_output=True, check=False)
    assert unmerged(updated) == {'tools.toml'}
    said = trueup('resolve', updated, '--standard', template)
    assert said.code == 0, said.out
    assert (updated / 'tools.toml').read_text() == text.replace('88', '120').replace('py39', 'py310')


def test_files_of_the_standard_that_the_service_deleted(updated: Path, template: Path, trueup: Trueup) -> None:
    """As in an update: what is required comes back, the rest stays deleted and stands in the list to review."""
    for name in ('tools.toml', 'other.toml'):
        git(updated, 'rm', '-q', '--cached', name)
        lines = ''
        for stage, tag in ((1, 'v1.0.0'), (3, 'v2.0.0')):
            (updated / name).write_text(git(template, 'show', f'{tag}:template/{name}'))
            lines += f'100644 {git(updated, "hash-object", "-w", name).strip()} {stage}\t{name}\n'
        subprocess.run(['git', 'update-index', '--index-info'], cwd=updated, input=lines.encode(), check=True)
    said = trueup('resolve', updated, '--standard', template)
    assert said.code == 0 and unmerged(updated) == set(), said.out
    assert (updated / 'tools.toml').read_text() == git(updated, 'show', ':tools.toml')
    assert not (updated / 'other.toml').exists() and git(updated, 'ls-files', 'other.toml') == ''
    assert 'To review (1)\n  = other.toml: the service deleted it' in said.out

"""The engine at its rim: the command, Git's merge driver, markers, and keys read or taken out of a text."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trueup.cli.merge import command
from trueup.errors import ExitCode, UserError
from trueup.merge.markers import marked
from trueup.merge.retired import get_value, remove_key
from trueup.merge.three_way import merge

BASE, OURS, THEIRS = 'a: 1\nb: 1\n', 'a: 2\nb: 1\n', 'a: 3\nb: 1\nc: 1\n'


def run(folder: Path, *options: str, texts: tuple[str, str, str] = (BASE, OURS, THEIRS)) -> Result:
    """Call the command on three files."""
    names = [folder / name for name in ('base.yml', 'ours.yml', 'theirs.yml')]
    for name, text in zip(names, texts, strict=True):
        name.write_bytes(text.encode())
    return CliRunner().invoke(command, [*map(str, names), *options], standalone_mode=True)


def test_conflicts_leave_ours_in_place_and_end_with_3(tmp_path: Path) -> None:
    """The rest of the file is merged; what stays open is said on stderr."""
    done = run(tmp_path)
    assert done.exit_code == ExitCode.OPEN
    assert (tmp_path / 'ours.yml').read_text() == 'a: 2\nb: 1\nc: 1\n'
    assert done.stderr == f'conflict {(tmp_path / "ours.yml").as_posix()}::a: both changed it\n'
    assert done.stdout == ''


def test_a_clean_merge_says_nothing_and_ends_with_0(tmp_path: Path) -> None:
    """As Git expects it of a merge driver."""
    done = run(tmp_path, texts=(BASE, 'a: 1\nb: 7\n', THEIRS))
    assert (done.exit_code, done.output) == (0, '')
    assert (tmp_path / 'ours.yml').read_text() == 'a: 3\nb: 7\nc: 1\n'


def test_output_markers_and_explain(tmp_path: Path) -> None:
    """With --output ours is left alone; markers show what is open; each decision has its reason."""
    done = run(tmp_path, '--output', str(tmp_path / 'out.yml'), '--markers', '--explain', '--path', 'x.yml')
    assert done.exit_code == ExitCode.OPEN
    assert (tmp_path / 'ours.yml').read_text() == OURS
    assert (tmp_path / 'out.yml').read_text() == '<<<<<<< ours\na: 2\n=======\na: 3\n>>>>>>> theirs\nb: 1\nc: 1\n'
    assert done.stdout == 'add    x.yml::c: the standard added it (only the standard changed)\n'


def test_the_mode_and_the_encoding_of_ours_are_kept(tmp_path: Path) -> None:
    """A merge must not make a script unrunnable or drop a byte order mark."""
    run(tmp_path)
    ours = tmp_path / 'ours.yml'
    ours.write_bytes(b'\xef\xbb\xbfa: 1\r\nb: 1\r\n')
    ours.chmod(0o755)
    done = CliRunner().invoke(command, [str(tmp_path / 'base.yml'), str(ours), str(tmp_path / 'theirs.yml')])
    assert done.exit_code == 0
    assert ours.read_bytes() == b'\xef\xbb\xbfa: 3\r\nb: 1\r\nc: 1\r\n'
    assert ours.stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in tmp_path.iterdir()) == ['base.yml', 'ours.yml', 'theirs.yml']


def test_a_missing_file_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    """One line that says which file, for the one error boundary."""
    done = CliRunner().invoke(command, [str(tmp_path / 'no'), str(tmp_path / 'no'), str(tmp_path / 'no')])
    assert isinstance(done.exception, UserError)
    assert done.exception.exit_code is ExitCode.USAGE


def test_a_binary_file_is_left_as_it_is(tmp_path: Path) -> None:
    """Bytes that are no text are not merged, and not touched."""
    run(tmp_path)
    (tmp_path / 'ours.yml').write_bytes(b'\x00\xff')
    done = CliRunner().invoke(command, [str(tmp_path / name) for name in ('base.yml', 'ours.yml', 'theirs.yml')])
    assert done.exit_code == ExitCode.OPEN
    assert (tmp_path / 'ours.yml').read_bytes() == b'\x00\xff'


def test_a_standard_that_is_no_text_leaves_ours_in_the_output(tmp_path: Path) -> None:
    """What was asked for with --output is there, and the side that is no text is named."""
    run(tmp_path)
    (tmp_path / 'theirs.yml').write_bytes(b'\x00\xff')
    names = [str(tmp_path / name) for name in ('base.yml', 'ours.yml', 'theirs.yml')]
    done = CliRunner().invoke(command, [*names, '--output', str(tmp_path / 'out.yml'), '--path', 'x.yml'])
    assert (done.exit_code, done.stderr) == (3, 'conflict x.yml: THEIRS is no text: OURS stands as it is\n')
    assert (tmp_path / 'out.yml').read_bytes() == (tmp_path / 'ours.yml').read_bytes()


def test_what_needs_a_look_is_said_without_being_asked(tmp_path: Path) -> None:
    """A deletion that stood against a change is no conflict, but nobody may miss it."""
    done = run(tmp_path, '--path', 'x.yml', texts=('a: 1\nb: 1\n', 'b: 1\n', 'a: 2\nb: 1\nc: 1\n'))
    assert (done.exit_code, done.stdout) == (0, '')
    assert done.stderr == 'look at  x.yml::a: the service deleted it, the standard changed it; the standard has 2\n'


def test_markers_show_an_item_that_both_replaced(tmp_path: Path) -> None:
    """It is known by the text it had in the base, which neither side has any more."""
    ports = 'ports:\n  - "{}:8080"\n  - "9090:9090"\n'
    texts = ports.format('8080'), ports.format('9000'), ports.format('8081')
    done = run(tmp_path, '--markers', texts=texts)
    assert done.exit_code == ExitCode.OPEN
    assert (tmp_path / 'ours.yml').read_text() == (
        'ports:\n<<<<<<< ours\n  - "9000:8080"\n=======\n  - "8081:8080"\n>>>>>>> theirs\n  - "9090:9090"\n'
    )


def test_git_merges_with_it(tmp_path: Path) -> None:
    """A real `git merge` of two branches that both added the same TOML table, which Git alone would break."""

    def git(*arguments: str) -> str:
        identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false']
        done = subprocess.run(['git', *identity, *arguments], cwd=tmp_path, capture_output=True, text=True, check=True)
        return done.stdout

    driver = [sys.executable, '-c', 'from trueup.cli.merge import command; command()']
    git('init', '-q', '-b', 'main')
    git('config', 'merge.trueup.driver', f'{shlex.join(driver)} %O %A %B --path %P')
    (tmp_path / '.gitattributes').write_text('*.toml merge=trueup\n')
    file = tmp_path / 'pyproject.toml'
    texts = {
        'base': '[tool.black]\nline-length = 100\n',
        'ours': '[tool.pytest]\nmarkers = ["gpu"]\n\n[tool.black]\nline-length = 100\n',
        'theirs': '[tool.black]\nline-length = 100\n\n[tool.pytest]\ntestpaths = ["tests"]\n',
    }
    file.write_text(texts['base'])
    git('add', '-A')
    git('commit', '-qm', 'base')
    git('checkout', '-qb', 'theirs')
    file.write_text(texts['theirs'])
    git('commit', '-qam', 'theirs')
    git('checkout', '-q', 'main')
    file.write_text(texts['ours'])
    git('commit', '-qam', 'ours')
    git('merge', '-q', '--no-edit', 'theirs')
    assert file.read_text() == (
        '[tool.pytest]\nmarkers = ["gpu"]\ntestpaths = ["tests"]\n\n[tool.black]\nline-length = 100\n'
    )


def test_markers_show_open_lines_of_a_plain_text() -> None:
    """Only the lines in question stand between markers, in the line endings of the file."""
    ours = 'one\r\nours\r\nthree\r\n'
    merged = merge('one\ntwo\nthree\n', ours, 'one\ntheirs\nthree\n', path='NOTES')
    assert marked(merged, 'one\ntheirs\nthree\n', path='NOTES') == (
        'one\r\n<<<<<<< ours\r\nours\r\n=======\r\ntheirs\r\n>>>>>>> theirs\r\nthree\r\n'
    )


@pytest.mark.parametrize(
    ('path', 'key', 'before', 'after'),
    [
        ('tox.ini', ('flake8',), '[tox]\r\na=1\r\n\r\n# lint\r\n[flake8]\r\nb=2\r\n', '[tox]\r\na=1\r\n'),
        ('setup.cfg', ('a', 'x'), '[a]\n; why\nx = 1\n  2\ny = 2\n', '[a]\ny = 2\n'),
        ('a.toml', ('tool', 'a'), '[tool.a]\nx = 1\n\n[tool.b]\ny = 1\n\n[tool.a.c]\nz = 1\n', '[tool.b]\ny = 1\n'),
        ('a.toml', ('t', 'l', '[=b]'), '[t]\nl = ["a", "b", "c"]\n', '[t]\nl = ["a", "c"]\n'),
        ('a.toml', ('t', 'l', '[=b]'), '[t]\nl = [\n  "a",\n  # why\n  "b",  # so\n]\n', '[t]\nl = [\n  "a",\n]\n'),
        ('a.yml', ('hooks', '[id=b]'), 'hooks:\n  - id: a\n  # why\n  - id: b\n    x: 1\n', 'hooks:\n  - id: a\n'),
        ('a.yml', ('hooks', '[id=a]', 'id'), 'hooks:\n  - id: a\n    x: 1\n', 'hooks:\n  - x: 1\n'),
        ('a.yml', ('a', 'b'), 'a:\n  b: 1\nc: 2\n', 'a: {}\nc: 2\n'),
        ('Makefile', ('b',), 'a:\n\tx\n\n# why\nb: a\n\ty\n\tz\n\nc:\n\tw\n', 'a:\n\tx\n\nc:\n\tw\n'),
        ('.gitignore', ('[=*.log]',), '*.pyc\n*.log\n', '*.pyc\n'),
        ('a.json', ('b',), '{\n  "a": 1,\n  "b": 2\n}\n', '{\n  "a": 1\n}\n'),
    ],
)
def test_a_key_is_taken_out_byte_exactly(path: str, key: tuple[str, ...], before: str, after: str) -> None:
    """With the comments directly above it, and nothing else."""
    assert remove_key(before, path, key) == after


def test_what_is_not_there_can_not_be_taken_out() -> None:
    """None tells the caller that nothing was found, or that the file could not be read."""
    assert remove_key('a = 1\n', 'a.toml', ('b',)) is None
    assert remove_key('a = \n', 'a.toml', ('a',)) is None
    assert remove_key('text', 'NOTES', ('a',)) is None
    assert get_value('a: 1\n', 'a.yml', ('b',)) is None


def test_a_value_is_read_as_written() -> None:
    """What a report shows is the text of the file, not a re-spelling."""
    assert get_value('[a]\nx = "y"  # z\n', 'a.toml', ('a', 'x')) == '"y"'
    assert get_value('a:\r\n  b: 1\r\n', 'a.yml', ('a',)) == 'b: 1'
    assert get_value('[flake8]\nmax-line-length = 99\n', '.flake8', ('flake8', 'max-line-length')) == '99'

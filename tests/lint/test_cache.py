"""What was said before is said again only where nothing it depends on has changed."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.lint import cached, execute
from trueup.lint.format import format_files
from trueup.lint.model import LintResult, Task
from trueup.lint.process import run_command
from trueup.lint.run import LintOptions, lint
from trueup.lint.store import SIZE_LIMIT, Store, prune
from trueup.lint.world import World

FILES = {
    'pyproject.toml': '[tool.pylint.main]\nfail-under = 0\n',
    'pkg/__init__.py': '',
    'pkg/base.py': '"""Base."""\n\n\ndef helper(value):\n    """Help."""\n    return value\n',
    'pkg/middle.py': '"""Middle."""\n\nfrom pkg import base\n\nhelper = base.helper\n',
    'pkg/user.py': '"""User."""\n\nfrom pkg.middle import helper\n\nprint(helper(1))\n',
    'alone.py': '"""Alone."""\n\nVALUE = 1\n',
}


@pytest.fixture(name='asked')
def fixture_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, tuple[str, ...]]]:
    """Which tools were really started, on which files."""
    monkeypatch.setenv('TRUEUP_CACHE', str(tmp_path / 'cache'))
    seen: list[tuple[str, tuple[str, ...]]] = []
    run = execute._run

    def spy(task: Task, progress: execute.Progress) -> object:
        seen.append((task.tool, task.job.files))
        return run(task, progress)

    monkeypatch.setattr(execute, '_run', spy)
    return seen


def look(root: Path, *, cache: bool = True) -> LintResult:
    """All four tools."""
    return lint(root, options=LintOptions(python=empty_environment(), use_cache=cache))


@lru_cache
def empty_environment() -> Path:
    """An environment without a package; ours holds this checkout, in which others may be at work."""
    folder = Path(tempfile.mkdtemp(prefix='trueup-env-'))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', str(folder)], check=True)
    return folder / 'bin' / 'python'


def commit_all(root: Path) -> None:
    """Everything is tracked."""
    subprocess.run(['git', 'add', '-A'], cwd=root, check=True)


def test_second_run_starts_no_tool(make: Make, asked: list[tuple[str, tuple[str, ...]]]) -> None:
    """The same result, and nobody was asked."""
    root = make(FILES)
    first = look(root)
    assert {tool for tool, _ in asked} == {'black', 'isort', 'flake8', 'pylint'}
    asked.clear()
    assert look(root) == first
    assert asked == []
    assert look(root, cache=False) == first
    assert len(asked) == 4


def test_one_edit_asks_about_one_file(make: Make, asked: list[tuple[str, tuple[str, ...]]]) -> None:
    """Tools that judge each file by itself see the changed one; pylint sees all."""
    root = make(FILES)
    look(root)
    asked.clear()
    (root / 'alone.py').write_text('"""Alone."""\n\nimport os\n')
    found = dict((tool, files) for tool, files in (look(root), asked)[1])
    everything = tuple(sorted(name for name in FILES if name.endswith('.py')))
    assert found == {'black': ('alone.py',), 'isort': ('alone.py',), 'flake8': ('alone.py',), 'pylint': everything}
    assert look(root) == look(root, cache=False)


def test_copy_elsewhere_is_known(make: Make, asked: list[tuple[str, tuple[str, ...]]], tmp_path: Path) -> None:
    """Paths in the cache are relative: CI may restore it to another folder."""
    root = make(FILES)
    first = look(root)
    asked.clear()
    other = tmp_path / 'other' / 'deeper' / 'place'
    other.parent.mkdir(parents=True)
    root.rename(other)
    assert look(other) == first
    assert asked == []


def _write(name: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return change


CHANGES: dict[str, Callable[[Path], None]] = {
    'a transitive import': _write('pkg/base.py', '"""Base."""\n\n\ndef other():\n    """Other."""\n'),
    'a module that shadows': _write('json.py', '"""Not the one of the library."""\n'),
    'a stub beside a module': _write('pkg/base.pyi', 'def other() -> None: ...\n'),
    'an untracked namespace package': _write('pkg/base/inner.py', '"""Inner."""\n'),
    'an empty folder': lambda root: (root / 'pkg' / 'empty').mkdir(),
    'no __init__': lambda root: (root / 'pkg/__init__.py').unlink(),
    'a removed module': lambda root: (root / 'pkg/middle.py').unlink(),
    'a renamed module': lambda root: (root / 'pkg/middle.py').rename(root / 'pkg/centre.py') and None,
    'configuration': _write('pyproject.toml', '[tool.pylint.main]\nfail-under = 0\ndisable = ["C0114"]\n'),
    'new configuration': _write('.flake8', '[flake8]\nmax-line-length = 5\n'),
    'configuration above': _write('../.editorconfig', '[*.py]\nindent_size = 2\n'),
    'a function-level import': _write(
        'alone.py', '"""A."""\n\n\ndef f():\n    """F."""\n    from pkg import nothing\n'
    ),
    'a star import': _write('alone.py', '"""A."""\n\nfrom pkg.base import *\n\nprint(helper)\n'),
    'a relative import': _write('pkg/user.py', '"""U."""\n\nfrom .middle import nothing\n\nprint(nothing)\n'),
}


@pytest.mark.parametrize('name', CHANGES)
def test_changes_are_seen(make: Make, asked: list[tuple[str, tuple[str, ...]]], name: str) -> None:
    """After each kind of change the cached run says what a cold one says, and pylint was asked; so after the way back."""
    root = make(FILES)
    first = look(root)
    CHANGES[name](root)
    commit_all(root)
    asked.clear()
    assert look(root) == look(root, cache=False)
    assert 'pylint' in {tool for tool, _ in asked}
    for path in root.iterdir():
        if path.name != '.git':
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (root.parent / '.editorconfig').unlink(missing_ok=True)
    asked.clear()
    assert look(make(FILES)) == first
    assert asked == []


def test_packages_are_seen(make: Make, asked: list[tuple[str, tuple[str, ...]]], tmp_path: Path) -> None:
    """A dependency that comes, changes without a new version, and goes."""
    root = make({'use.py': '"""Use."""\n\nimport fresh\n\nprint(fresh.thing)\n'})
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', str(tmp_path / 'env')], check=True)
    site = next((tmp_path / 'env').glob('lib/python*/site-packages'))
    options = LintOptions(tools=('pylint',), python=tmp_path / 'env' / 'bin' / 'python')

    def rules() -> list[str]:
        return [message.rule for message in lint(root, options=options).messages]

    assert rules() == ['E0401']
    (site / 'fresh').mkdir()
    (site / 'fresh' / '__init__.py').write_text('other = 1\n')
    (site / 'fresh-1.dist-info').mkdir()
    (site / 'fresh-1.dist-info' / 'RECORD').write_text('fresh/__init__.py,sha256=one,1\n')
    assert rules() == ['E1101']
    (site / 'fresh' / '__init__.py').write_text('thing = 1\n')
    (site / 'fresh-1.dist-info' / 'RECORD').write_text('fresh/__init__.py,sha256=two,1\n')
    assert rules() == []
    asked.clear()
    assert rules() == []
    assert asked == []


def test_saved_meanwhile_is_not_kept(
    make: Make, asked: list[tuple[str, tuple[str, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that changes while the tools run was judged in a state that nobody knows."""
    root = make(FILES)
    clean = (root / 'alone.py').read_text()

    def slow(command: object) -> object:
        (root / 'alone.py').write_text(clean + 'x=1\n')
        try:
            return run_command(command)  # type: ignore[arg-type]
        finally:
            (root / 'alone.py').write_text(clean + 'y = 2\n')

    monkeypatch.setattr(execute, 'run_command', slow)
    look(root)
    monkeypatch.setattr(execute, 'run_command', run_command)
    (root / 'alone.py').write_text(clean)
    assert look(root) == look(root, cache=False)


def test_code_from_the_configuration_is_not_trusted(make: Make, asked: list[tuple[str, tuple[str, ...]]]) -> None:
    """`init-hook` may read anything: pylint runs each time."""
    root = make({**FILES, 'pyproject.toml': '[tool.pylint.main]\ninit-hook = "import sys"\n'})
    look(root)
    asked.clear()
    look(root)
    assert [tool for tool, _ in asked] == ['pylint']


@pytest.mark.parametrize(
    'damage', [b'', b'{', b'[]', b'{"rows": [["a", [1]]], "statements": 1}', b'\xff\xfe', b'{"a": [[]]}']
)
def test_damaged_store_is_as_none(
    make: Make, asked: list[tuple[str, tuple[str, ...]]], damage: bytes, tmp_path: Path
) -> None:
    """Half a file, another program's file: asked anew, never an error."""
    root = make({'alone.py': 'import os\n'})
    first = look(root)
    kept = list((tmp_path / 'cache').rglob('results/*.json'))
    assert len(kept) == 4
    for path in kept:
        path.write_bytes(damage)
    assert look(root) == first


def test_store_is_bounded(tmp_path: Path) -> None:
    """What was not used for longest goes first; what a killed run left behind goes too."""
    for number, name in enumerate(('old.json', 'half.json.123.new', 'used.json')):
        (tmp_path / name).write_bytes(b'x' * 1000)
        os.utime(tmp_path / name, (number, number))
    prune(tmp_path, 2000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['half.json.123.new', 'used.json']
    prune(tmp_path, 1500)
    assert [path.name for path in tmp_path.iterdir()] == ['used.json']
    assert SIZE_LIMIT < 1_000_000_000


def test_store_is_plain_data(make: Make, asked: list[tuple[str, tuple[str, ...]]], tmp_path: Path) -> None:
    """JSON without an absolute path in it."""
    root = make({'alone.py': 'import os\n'})
    look(root)
    for path in (tmp_path / 'cache').rglob('results/*.json'):
        json.loads(path.read_bytes())
        assert str(tmp_path) not in path.read_text()


def test_runs_side_by_side(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight at once, two of them killed: what is left is whole, and the next run says the same."""
    monkeypatch.setenv('TRUEUP_CACHE', str(tmp_path / 'cache'))
    root = make({f'module_{number}.py': f'import os\nx = {number}\n' for number in range(12)})
    words = [sys.executable, '-m', 'trueup', 'lint', '--only', 'flake8', '--format', 'json']
    started = [subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE) for _ in range(8)]
    time.sleep(0.4)
    started[0].kill()
    started[5].kill()
    outputs = [process.communicate()[0] for process in started]
    told = {output for number, output in enumerate(outputs) if number not in (0, 5)}
    assert len(told) == 1
    assert subprocess.run(words, cwd=root, capture_output=True, check=False).stdout in told
    for path in (tmp_path / 'cache').rglob('results/*.json'):
        json.loads(path.read_bytes())


def test_format_passes_over_what_it_left_alone(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time no formatter is started, nor by a check; an edit starts it again."""
    monkeypatch.setenv('TRUEUP_CACHE', str(tmp_path / 'cache'))
    root = make({'a.py': 'x=1\n', 'b.py': 'Y = 2\n'})
    assert format_files(root).changed == ('a.py',)
    assert format_files(root).changed == ()
    with monkeypatch.context() as context:
        context.setattr(execute, 'run_command', None)
        assert format_files(root).changed == ()
        assert lint(root, options=LintOptions(tools=('black', 'isort'))).messages == ()
    (root / 'b.py').write_text('Y=2\n')
    assert format_files(root).changed == ('b.py',)


def test_linked_folders_are_walked(tmp_path: Path) -> None:
    """A package may be a link to another place; a link to where we are ends there."""
    (tmp_path / 'shared').mkdir()
    (tmp_path / 'shared' / 'module.py').write_text('a = 1\n')
    root = tmp_path / 'root'
    root.mkdir()
    (root / 'link').symlink_to(tmp_path / 'shared')
    (root / 'loop').symlink_to(root)
    before = World(root, ())
    assert before.complete
    content = before.content
    (tmp_path / 'shared' / 'module.py').write_text('a = 2\n')
    assert World(root, ()).content != content
    assert not before.is_as_before()


def test_too_much_is_not_kept(
    make: Make, asked: list[tuple[str, tuple[str, ...]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the walk does not come to its end, what depends on all of it is asked each time."""
    monkeypatch.setattr('trueup.lint.world.LIMIT', 3)
    root = make(FILES)
    look(root)
    asked.clear()
    look(root)
    assert {tool for tool, _ in asked} == {'isort', 'pylint'}


def test_keys_hold_the_interpreter_and_the_tools() -> None:
    """Another Python, another version of a tool or of us is another engine."""
    assert cached.fingerprint.engine() == cached.fingerprint.engine()
    names = ' '.join(name for folder in cached.fingerprint.own_packages() for name in os.listdir(folder))
    assert all(f'{tool}-' in names for tool in ('black', 'isort', 'flake8', 'pylint', 'astroid'))
    assert any(path.endswith('cached.py') for path in cached.fingerprint.own_code())
    assert Store(Path('/nowhere')).single('x') is None

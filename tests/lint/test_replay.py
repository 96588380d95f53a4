"""The installed program, as a process: what it said is said again as long as nothing has changed, and no longer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.lint import replay

PROGRAM = 'from trueup.cli.start import run; run()'
HOOK = 'from trueup.hooks.main import run; run()'
WATCH = 'import sys; from trueup.lint import replay; replay._remember = lambda *_: print("kept", file=sys.stderr); '

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(name='root')
def fixture_root(make: Make) -> Path:
    """A service with one fault."""
    return make({'pyproject.toml': '', 'src/a.py': 'import os\n', 'src/größe.py': 'x = 1\n'})


@pytest.fixture(name='start')
def fixture_start(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Start the program with a margin that a test need not wait for."""
    monkeypatch.setenv('TRUEUP_CACHE', str(tmp_path / 'cache'))

    def run(*words: str, code: str = PROGRAM, margin: int = 0) -> tuple[int, str, str]:
        text = f'import sys; from trueup.lint import replay; replay.MARGIN = {margin}; {code}'
        done = subprocess.run(
            [sys.executable, '-c', text, *words],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
            encoding='utf-8',
        )
        return done.returncode, done.stdout, done.stderr

    return run


def imports(root: Path, *words: str) -> set[str]:
    """The modules that a call imports."""
    text = f'import sys; from trueup.lint import replay; replay.MARGIN = 0; {PROGRAM}'
    done = subprocess.run(
        [sys.executable, '-X', 'importtime', '-c', text, *words], cwd=root, capture_output=True, text=True, check=False
    )
    return {line.rpartition('|')[2].strip() for line in done.stderr.splitlines()}


def test_same_again_without_an_import(root: Path, start: Run) -> None:
    """The same bytes and exit code, and neither click nor a linter nor our own lint room is imported."""
    first = start('lint', '--only', 'flake8')
    assert first[0] == 1 and 'F401' in first[1]
    assert 'click' in imports(root, 'lint', '--only', 'isort')
    seen = imports(root, 'lint', '--only', 'flake8')
    assert not {'click', 'subprocess', 'json', 're', 'pathlib', 'trueup.lint.run', 'trueup.cli.main'} & (seen - SITE)
    assert start('lint', '--only', 'flake8') == first


SITE = {
    line.split('|')[-1].strip()
    for line in subprocess.run(
        [sys.executable, '-X', 'importtime', '-c', ''], capture_output=True, text=True, check=True
    ).stderr.splitlines()
}
"""What this interpreter imports by itself: a path file of a plug-in may import anything."""


CHANGES: dict[str, Callable[[Path], object]] = {
    'content': lambda root: (root / 'src/a.py').write_text('import re\n'),
    'a new file': lambda root: (root / 'src/c.py').write_text('import re\n') and git(root, 'add', '-A'),
    'a file less': lambda root: (root / 'src/a.py').unlink(),
    'configuration': lambda root: (root / '.flake8').write_text('[flake8]\nextend-ignore = F401\n'),
    'a baseline': lambda root: git(root, 'rm', '-q', '--cached', 'src/a.py'),
    'an environment': lambda root: (root / '.venv').mkdir(),
}


def git(root: Path, *words: str) -> None:
    """Run Git."""
    subprocess.run(['git', *words], cwd=root, check=True)


@pytest.mark.parametrize('name', CHANGES)
def test_change_is_seen(root: Path, start: Run, name: str) -> None:
    """Each makes the program look again; the answer is that of a run without the cache."""
    start('lint', '--only', 'flake8', '--format', 'json')
    CHANGES[name](root)
    watched = start('lint', '--only', 'flake8', '--format', 'json', code=WATCH + PROGRAM)
    assert watched[2].endswith('kept\n')
    fresh = start('lint', '--only', 'flake8', '--format', 'json', '--no-cache')
    assert (watched[0], watched[1]) == fresh[:2]


def test_young_files_are_not_trusted(root: Path, start: Run) -> None:
    """A file may change twice within one tick of the clock."""
    (root / 'src/a.py').write_text('import re\n')
    assert 'kept' not in start('lint', '--only', 'flake8', code=WATCH + PROGRAM, margin=replay.MARGIN)[2]
    assert 'kept' in start('lint', '--only', 'flake8', code=WATCH + PROGRAM)[2]


def test_other_words_are_another_question(root: Path, start: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options, folder and variables that choose the environment each ask anew."""
    start('lint', '--only', 'flake8')
    assert 'kept' in start('lint', '--only', 'flake8', '--statistics', code=WATCH + PROGRAM)[2]
    assert 'kept' not in start('lint', '--only', 'flake8', code=WATCH + PROGRAM)[2]
    monkeypatch.setenv('TRUEUP_PYTHON', sys.executable)
    assert 'kept' in start('lint', '--only', 'flake8', code=WATCH + PROGRAM)[2]


def test_crash_is_never_said_again(root: Path, start: Run) -> None:
    """A configuration that a tool dies of is asked about each time."""
    (root / 'pyproject.toml').write_text('[tool.isort]\nprofile = "none such"\n')
    for _ in range(2):
        code, _out, err = start('lint', '--only', 'isort', code=WATCH + PROGRAM)
        assert code == 2 and 'kept' not in err


def test_damaged_record_is_as_none(root: Path, start: Run, tmp_path: Path) -> None:
    """Cut off, or altered in one byte."""
    first = start('lint', '--only', 'flake8')
    (record,) = (tmp_path / 'cache').rglob('runs/*')
    data = record.read_bytes()
    for damage in (b'', data[:100], data[:-1], data.replace(b'F401', b'F402')):
        record.write_bytes(damage)
        assert start('lint', '--only', 'flake8') == first


def test_hook_says_it_again_too(root: Path, start: Run) -> None:
    """The same for a hook on a file; a hook that writes is run each time."""
    first = start('flake8', 'src/a.py', code=HOOK)
    assert first[0] == 1 and 'F401' in first[1]
    assert start('flake8', 'src/a.py', code=WATCH + HOOK) == first
    assert start('trueup-format', 'src/a.py', code=HOOK)[0] == 0
    (root / 'src/a.py').write_text('x = [ 1 ]\n')
    assert start('trueup-format', 'src/a.py', code=HOOK)[0] == 1
    assert start('trueup-format', 'src/a.py', code=HOOK)[0] == 0


def test_hook_formats_and_checks_in_one_go(root: Path, start: Run) -> None:
    """`--fix`: what the four stock hooks do, in one process; a changed file fails the commit."""
    (root / 'src/a.py').write_text('import sys\nimport os\nx = [ 1 ]\n')
    words = ('trueup-lint', '--fix', '--only', 'black', '--only', 'isort', '--only=flake8', 'src/a.py')
    code, out, err = start(*words, code=HOOK)
    assert (code, err.splitlines()[1:]) == (1, ['failed: flake8: 2 new messages'])
    assert (
        err.startswith('hint: see what was changed')
        and out.splitlines()[0] == 'src/a.py: formatted'
        and out.count('F401') == 2
    )
    assert (root / 'src/a.py').read_text() == 'import os\nimport sys\n\nx = [1]\n'
    code, out, err = start('trueup-lint', '--only', 'black', '--only', 'isort', 'src/a.py', code=HOOK)
    assert (code, out, err) == (0, '', '')
    assert start('flake8', '--only', 'pylint', code=HOOK)[0] == 2


def test_help_is_said_again(root: Path, start: Run) -> None:
    """The list of commands, without click the second time."""
    first = start('--help')
    assert first[0] == 0 and 'baseline' in first[1]
    assert start('--help') == first
    assert 'click' not in imports(root, '--help') - SITE
    assert os.environ['TRUEUP_CACHE']

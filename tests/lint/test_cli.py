"""The commands, in process: output, exit code, and what they write."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.lint.conftest import Make
from trueup.cli.main import main
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.files import line_reader
from trueup.lint.run import LintOptions, lint

UGLY = 'import os\nx = {1 : 2}\n'
Output = pytest.CaptureFixture[str]


@pytest.fixture(name='root')
def fixture_root(make: Make, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service with one ugly file, and a person in one of its folders."""
    root = make({'pyproject.toml': '', 'src/a.py': UGLY, 'src/b.py': 'NUMBER = 1\n'})
    monkeypatch.chdir(root / 'src')
    return root


def test_lint_finds_fails_and_says_why(root: Path, capsys: Output) -> None:
    """From a sub-folder too; data on standard output."""
    assert root.name == 'service'
    assert main(['lint', '--only', 'flake8', '--only', 'isort']) == 1
    assert capsys.readouterr().out == (
        'src/a.py: isort: imports are not sorted\n'
        "src/a.py:1:1: flake8 F401: 'os' imported but unused\n"
        "src/a.py:2:7: flake8 E203: whitespace before ':'\n"
        '\n'
        '2 files checked\n'
        'flake8      2 new     0 known\n'
        'isort       1 new     0 known\n'
        'failed: flake8: 2 new messages\n'
        'failed: isort: 1 new message\n'
    )


def test_lint_looks_at_the_given_files(root: Path, capsys: Output) -> None:
    """Names are relative to where the person is."""
    assert root.name == 'service'
    assert main(['lint', '--only', 'flake8', 'b.py']) == 0
    assert capsys.readouterr().out == '1 files checked, no messages\n'
    assert main(['lint', 'absent.py']) == 2
    assert capsys.readouterr().err.endswith('absent.py: no such file or folder\nhint: check the path\n')


def test_lint_writes_json_and_statistics(root: Path, capsys: Output) -> None:
    """For programs, and for a first look at an old service."""
    assert root.name == 'service'
    assert main(['lint', '--only', 'flake8', '--format', 'json']) == 1
    assert [entry['rule'] for entry in json.loads(capsys.readouterr().out)['messages']] == ['F401', 'E203']
    assert main(['lint', '--only', 'flake8', '--statistics']) == 1
    assert capsys.readouterr().out == '     1  flake8 E203\n     1  flake8 F401\n'


def test_a_broken_tool_is_a_matter_of_configuration(root: Path, capsys: Output) -> None:
    """Exit code 2, and the tool's own words."""
    (root / 'pyproject.toml').write_text('[tool.black]\nline-length = "wide"\n', encoding='utf-8')
    assert main(['lint', '--only', 'black']) == 2
    assert 'failed: black did not come to an end: ' in capsys.readouterr().out
    assert main(['format', '--check']) == 2


def test_format_checks_then_writes(root: Path, capsys: Output) -> None:
    """Like a formatter."""
    assert main(['format', '--check']) == 1
    assert capsys.readouterr().out == 'would reformat src/a.py\n'
    assert main(['format']) == 0
    assert capsys.readouterr().out == 'reformatted src/a.py\n'
    assert (root / 'src' / 'a.py').read_text(encoding='utf-8') == 'import os\n\nx = {1: 2}\n'
    assert main(['format', '--check', 'a.py']) == 0


def test_baseline_shows_and_shrinks(root: Path, capsys: Output) -> None:
    """The debt by rule and file; what is mended is taken out; without one the hint says where it comes from."""
    assert main(['baseline']) == 2
    assert capsys.readouterr().err.endswith('no recorded findings\nhint: `trueup adopt` records them\n')
    found = lint(root, options=LintOptions(tools=('black', 'isort', 'flake8')))
    (root / '.trueup').mkdir()
    text = Baseline.make(found.messages, line_reader(root)).dump()
    (root / BASELINE_FILE).write_text(text, encoding='utf-8')
    assert main(['baseline']) == 0
    assert capsys.readouterr().out == (
        '4 recorded findings\n\nby rule\n     1  E203\n     1  F401\n     1  black\n     1  isort\n\n'
        'by file\n     4  src/a.py\n'
    )
    assert main(['format']) == 0
    captured = capsys.readouterr()
    assert captured.out == '' and (root / 'src' / 'a.py').read_text(encoding='utf-8') == UGLY
    assert captured.err.startswith('note: 1 file recorded as unformatted left alone; --all formats them too\n')
    assert main(['format', '--all']) == 0
    assert capsys.readouterr().out == 'reformatted src/a.py\n'
    assert main(['baseline', '--shrink', str(root)]) == 0
    captured = capsys.readouterr()
    assert captured.out == '1 recorded findings\n\nby rule\n     1  F401\n\nby file\n     1  src/a.py\n'
    assert captured.err.startswith('3 taken out\n')
    assert main(['lint', '--only', 'flake8', '--only', 'black', '--only', 'isort']) == 0


def test_lint_mends_first(root: Path, capsys: Output) -> None:
    """`--fix` lets isort and black write, and then says what is left."""
    assert main(['lint', '--fix', '--only', 'black', '--only', 'isort', '--only', 'flake8']) == 1
    out, err = capsys.readouterr()
    assert err == 'reformatted src/a.py\n'
    assert out.startswith("src/a.py:1:1: flake8 F401: 'os' imported but unused\n\n2 files checked\n")
    assert (root / 'src/a.py').read_text() == 'import os\n\nx = {1: 2}\n'


def test_lint_of_what_changed(root: Path, capsys: Output) -> None:
    """Against HEAD or another commit, staged or not; none is a success, an unknown commit an error."""
    git = ('git', '-c', 'user.name=a', '-c', 'user.email=b@example.com')
    subprocess.run([*git, 'commit', '-qm', 'first'], cwd=root, check=True)
    assert main(['lint', '--only', 'flake8', '--changed']) == 0
    assert capsys.readouterr().out == '0 files checked, no messages\n'
    (root / 'src/b.py').write_text('import sys\n')
    (root / 'src/new one.py').write_text('import re\n')
    subprocess.run(['git', 'add', '-N', '.'], cwd=root, check=True)
    assert main(['lint', '--only', 'flake8', '--changed']) == 1
    assert [line.split(':')[0] for line in capsys.readouterr().out.splitlines()[:2]] == ['src/b.py', 'src/new one.py']
    assert main(['lint', '--only', 'flake8', '--changed=HEAD', 'b.py']) == 1
    assert '1 files checked' in capsys.readouterr().out
    assert main(['lint', '--changed=no-such-commit']) == 2
    assert capsys.readouterr().err.startswith('trueup: --changed=no-such-commit: no such commit\n')


def test_lint_says_each_format(root: Path, capsys: Output) -> None:
    """Every writer is reached by its name, with the cache and without."""
    assert root.name == 'service'
    for form, start in (('sarif', '{'), ('junit', '<?xml'), ('html', '<!doctype'), ('github', '::error')):
        assert main(['lint', '--only', 'flake8', '--format', form, '--no-cache']) == 1
        assert capsys.readouterr().out.startswith(start)

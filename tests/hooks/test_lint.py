"""The checking hooks: what is new fails, what is recorded does not, what could not be checked is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hooks.conftest import CLEAN, UGLY, RunHook, Track
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.files import line_reader
from trueup.lint.run import LintOptions, lint

UNUSED = '"""A module."""\n\nimport os\n'
PASSING = '[tool.pylint.main]\nfail-under = 9.7\n'


def test_clean_file_passes_silently(track: Track, run_hook: RunHook) -> None:
    """A passing flake8 says nothing at all."""
    track({'clean.py': CLEAN})
    assert run_hook('flake8', 'clean.py') == (0, '', '')


def test_flake8_names_the_fault(track: Track, run_hook: RunHook) -> None:
    """One line per finding, in the form that editors understand, and why the hook failed."""
    track({'bad.py': UNUSED})
    assert run_hook('flake8', 'bad.py') == (
        1,
        "bad.py:3:1: flake8 F401: 'os' imported but unused\n",
        'failed: flake8: 1 new message\n',
    )


def test_flake8_obeys_pyproject_of_each_service(track: Track, run_hook: RunHook) -> None:
    """flake8 alone would read no pyproject.toml, and run from the root none of a sub-folder."""
    track({'a/pyproject.toml': '[tool.flake8]\nextend-ignore = ["F401"]\n', 'a/code.py': UNUSED, 'b/code.py': UNUSED})
    code, out, _ = run_hook('flake8', 'a/code.py', 'b/code.py')
    assert (code, out) == (1, "b/code.py:3:1: flake8 F401: 'os' imported but unused\n")


def test_pylint_says_what_it_could_not_check(track: Track, run_hook: RunHook) -> None:
    """With no environment an unknown import is no finding, and the hook says so instead of guessing."""
    track({'pyproject.toml': PASSING, 'code.py': '"""A module."""\n\nimport numpyy\n\nprint(numpyy)\n'})
    code, out, err = run_hook('pylint', 'code.py')
    assert (code, out) == (0, '')
    assert 'no environment with packages of the service was found' in err and 'import-error' in err


def test_pylint_fails_below_fail_under(track: Track, run_hook: RunHook) -> None:
    """The project's own threshold decides."""
    track({'pyproject.toml': PASSING, 'code.py': UNUSED})
    code, out, err = run_hook('pylint', 'code.py')
    assert code == 1
    assert out == 'code.py:3:0: pylint W0611: Unused import os (unused-import)\n'
    assert 'failed: pylint: score 0.00 is below fail-under 9.7' in err


def test_trueup_lint_shows_all_four(track: Track, run_hook: RunHook) -> None:
    """One tool's findings don't hide another's."""
    track({'pyproject.toml': PASSING, 'ugly.py': UGLY})
    code, out, _ = run_hook('trueup-lint', 'ugly.py')
    said = {line.split(': ')[1].split()[0] for line in out.splitlines()}
    assert (code, said) == (1, {'black', 'isort', 'flake8', 'pylint'})


def test_baseline_is_obeyed_until_something_new(repository: Path, track: Track, run_hook: RunHook) -> None:
    """Old findings don't stop a commit; the first new one does and is the only one shown."""
    track({'pyproject.toml': PASSING, 'old.py': UGLY})
    messages = lint(repository, options=LintOptions()).messages
    track({BASELINE_FILE: Baseline.make(messages, line_reader(repository)).dump()})
    code, out, _ = run_hook('trueup-lint', 'old.py')
    assert (code, out) == (0, '')
    track({'old.py': UGLY + 'import json\n'})
    code, out, err = run_hook('flake8', 'old.py')
    assert code == 1
    assert [line.split(': ')[1] for line in out.splitlines()] == ['flake8 E402', 'flake8 F401']
    assert 'recorded in .trueup/baseline.json and not counted' in err


@pytest.mark.parametrize('hook', ['black', 'flake8', 'isort', 'pylint', 'trueup-lint', 'trueup-format'])
def test_no_python_at_all(hook: str, track: Track, run_hook: RunHook) -> None:
    """In a repository without Python every hook passes."""
    track({'README.md': 'hello\n'})
    assert run_hook(hook, 'README.md')[0] == 0


@pytest.mark.parametrize('hook', ['flake8', 'black'])
def test_broken_configuration_is_one_line(hook: str, track: Track, run_hook: RunHook) -> None:
    """A pyproject.toml with conflict markers is named, with a hint, and nothing is changed."""
    track({'pyproject.toml': '<<<<<<< ours\n', 'code.py': CLEAN})
    code, out, err = run_hook(hook, 'code.py')
    assert (code, out) == (2, '')
    assert err.startswith('error: ') and 'pyproject.toml: not valid TOML' in err
    assert 'hint: ' in err and 'Traceback' not in err

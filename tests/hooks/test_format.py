"""The formatting hooks rewrite what is new and leave old debt alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.hooks.conftest import CLEAN, UGLY, RunHook, Track
from trueup.hooks._format import AGAIN_HINT
from trueup.lint.baseline import BASELINE_FILE, Baseline
from trueup.lint.files import line_reader
from trueup.lint.run import LintOptions, lint

AGAIN = f'{AGAIN_HINT}\n'
SORTED = 'import os\nimport sys\nx = [ 1,2 ]\nprint(x, os, sys)\n'
BLACKENED = 'import sys\nimport os\n\nx = [1, 2]\nprint(x, os, sys)\n'
BOTH = 'import os\nimport sys\n\nx = [1, 2]\nprint(x, os, sys)\n'


@pytest.mark.parametrize(('hook', 'after'), [('black', BLACKENED), ('trueup-format', BOTH)])
def test_formats_in_place_and_fails(hook: str, after: str, repository: Path, track: Track, run_hook: RunHook) -> None:
    """As with stock hooks, a commit whose files had to be changed is stopped, so that the change is looked at."""
    track({'ugly.py': UGLY, 'clean.py': CLEAN})
    assert run_hook(hook, 'ugly.py', 'clean.py') == (1, 'ugly.py: formatted\n', AGAIN)
    assert (repository / 'ugly.py').read_text() == after
    assert run_hook(hook, 'ugly.py', 'clean.py') == (0, '', '')


def test_isort_sorts_only_imports(repository: Path, track: Track, run_hook: RunHook) -> None:
    """isort's hook does isort's work and no other."""
    track({'ugly.py': UGLY})
    assert run_hook('isort', 'ugly.py') == (1, 'ugly.py: formatted\n', AGAIN)
    assert (repository / 'ugly.py').read_text().startswith('import os\nimport sys\n')
    assert 'x = [ 1,2 ]' in (repository / 'ugly.py').read_text()


@pytest.mark.parametrize('hook', ['black', 'isort', 'trueup-format'])
def test_recorded_file_is_left_alone(hook: str, repository: Path, track: Track, run_hook: RunHook) -> None:
    """Touching one line of an old file must not reformat all of it; a new file beside it is formatted."""
    track({'old.py': UGLY})
    messages = lint(repository, options=LintOptions(tools=('black', 'isort'))).messages
    track({BASELINE_FILE: Baseline.make(messages, line_reader(repository)).dump(), 'new.py': UGLY})
    assert run_hook(hook, 'old.py', 'new.py') == (1, 'new.py: formatted\n', AGAIN)
    assert (repository / 'old.py').read_text() == UGLY
    assert run_hook(hook, '--no-baseline', 'old.py') == (1, 'old.py: formatted\n', AGAIN)


def test_check_changes_nothing(repository: Path, track: Track, run_hook: RunHook) -> None:
    """`--check` is for pipelines that must not write."""
    track({'ugly.py': UGLY})
    assert run_hook('trueup-format', '--check', 'ugly.py') == (1, 'ugly.py: would be formatted\n', '')
    assert (repository / 'ugly.py').read_text() == UGLY


@pytest.mark.parametrize('name', ['with space.py', 'größe.py', '-dash.py', 'a/b c/ñ.py'])
def test_odd_names(name: str, repository: Path, track: Track, run_hook: RunHook) -> None:
    """File names with spaces, other letters or a leading dash are files like any other."""
    track({name: UGLY})
    assert run_hook('black', name) == (1, f'{name}: formatted\n', AGAIN)
    assert (repository / name).read_text() == BLACKENED


def test_each_service_has_its_own_configuration(repository: Path, track: Track, run_hook: RunHook) -> None:
    """Files of two services in one commit are formatted as each of them says."""
    text = "NAME = 'text'\n"
    track(
        {
            'a/pyproject.toml': '[tool.black]\nskip-string-normalization = true\n',
            'a/code.py': text,
            'b/pyproject.toml': '[tool.black]\n',
            'b/code.py': text,
        }
    )
    assert run_hook('black', 'a/code.py', 'b/code.py') == (1, 'b/code.py: formatted\n', AGAIN)
    assert (repository / 'a/code.py').read_text() == text
    assert (repository / 'b/code.py').read_text() == 'NAME = "text"\n'


def test_python_2_is_said_clearly(repository: Path, track: Track, run_hook: RunHook) -> None:
    """A file that no tool can read stops the commit with a message that says what to do, and stays as it is."""
    track({'old.py': 'print "hello"\n'})
    code, out, err = run_hook('black', 'old.py')
    assert (code, out) == (1, 'old.py:1:6: black: cannot parse: not valid Python 3\n')
    assert 'hint: leave a Python 2 file or a template out with `exclude:`' in err
    assert (repository / 'old.py').read_text() == 'print "hello"\n'


def test_line_endings_stay(repository: Path, track: Track, run_hook: RunHook) -> None:
    """A file with CRLF keeps it."""
    track({'dos.py': 'x = [ 1 ]\r\n'})
    assert run_hook('black', 'dos.py')[0] == 1
    assert (repository / 'dos.py').read_bytes() == b'x = [1]\r\n'


@pytest.mark.skipif(os.name == 'nt' or os.geteuid() == 0, reason='the superuser may write anything')
def test_file_that_can_not_be_written(repository: Path, track: Track, run_hook: RunHook) -> None:
    """A formatter that could not write says so and does not pass for one that did."""
    track({'ugly.py': UGLY})
    (repository / 'ugly.py').chmod(0o444)
    code, out, err = run_hook('black', 'ugly.py')
    assert (code, out) == (2, '') and 'failed: black' in err

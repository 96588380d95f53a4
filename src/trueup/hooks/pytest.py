"""The tests in the project's own environment, never in the hook's: there the service's packages are not."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from trueup.errors import ExitCode, Missing, UserError
from trueup.git import LEAKING, tracked_paths
from trueup.hooks._hook import Hook
from trueup.lint.environment import find_environment

NO_TESTS = 5
"""Exit code of pytest when it collected nothing."""

MARKS = ('pyproject.toml', 'setup.py', 'setup.cfg', 'pytest.ini', 'tox.ini', 'requirements.txt', '.copier-answers.yml')
"""A folder with one of these is a service of its own."""

TEST_FILE = re.compile(r'(^|[/_.-])tests?([/_.-].*)?\.py$', re.IGNORECASE)


def _run(argv: Sequence[str]) -> int:
    here = Path.cwd()
    roots, arguments = _split(argv, here)
    if not roots:
        roots = roots_of_tests(tracked_paths(here), here)
    if not roots:
        print('no tests in this repository: nothing was run')
    codes = [_test_or_say(root, os.path.relpath(root, here), arguments) for root in roots]
    return max(codes, default=ExitCode.CLEAN)


def roots_of_tests(paths: Sequence[str], here: Path) -> list[Path]:
    """The services that hold the tests among `paths`: the nearest folder with a mark of one, else `here`."""
    marked = {os.path.dirname(path) for path in paths if os.path.basename(path) in MARKS}
    services = {folder for folder in marked if os.path.basename(folder) not in {'test', 'tests'}}
    found: set[str] = set()
    for path in paths:
        if TEST_FILE.search(path):
            folders = [str(parent) for parent in PurePosixPath(path).parents]
            found.add(next((folder for folder in folders if folder in services), '.'))
    return [here / folder for folder in sorted(found)]


def _split(argv: Sequence[str], here: Path) -> tuple[list[Path], list[str]]:
    """Services named with `--root FOLDER` first, then the arguments that are pytest's."""
    words = list(argv)
    roots: list[Path] = []
    while words and words[0] == '--root':
        folder = here / (words[1] if len(words) > 1 else '')
        if len(words) < 2 or not folder.is_dir():
            raise UserError(
                'no such folder', where=f'--root {"".join(words[1:2])}', hint='give a folder of the repository'
            )
        roots.append(folder)
        del words[:2]
    return roots, words


def _test_or_say(root: Path, label: str, arguments: Sequence[str]) -> int:
    """Tests of one service; what stops them doesn't stop those of the next."""
    try:
        return _test(root, label, arguments)
    except UserError as error:
        print(f'error: {error}\nhint: {error.hint}', file=sys.stderr)
        return error.exit_code


def _test(root: Path, label: str, arguments: Sequence[str]) -> int:
    environment = find_environment(root)
    if environment is None:
        raise Missing(
            'no environment with packages of the project was found, so its tests did not run',
            where=label,
            hint='make one (`poetry install`, or `python -m venv .venv` and install into it)',
        )
    python = environment.python
    if not _has_pytest(python, root):
        raise Missing(
            f'{python} has no pytest, so the tests did not run',
            where=label,
            hint='add pytest to the development dependencies and install them',
        )
    done = subprocess.run([str(python), '-m', 'pytest', *arguments], cwd=root, env=_variables(python), check=False)
    if done.returncode == NO_TESTS:
        print(f'{label}: pytest found no tests', file=sys.stderr)
        return ExitCode.CLEAN
    return ExitCode.FINDINGS if done.returncode else ExitCode.CLEAN


def _has_pytest(python: Path, root: Path) -> bool:
    program = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pytest") is None)'
    done = subprocess.run(
        [str(python), '-c', program], cwd=root, env=_variables(python), check=False, capture_output=True
    )
    return done.returncode == 0


def _variables(python: Path) -> dict[str, str]:
    """The environment of a shell in which the project's environment is active and no commit is under way."""
    variables = {name: value for name, value in os.environ.items() if name not in {*LEAKING, 'PYTHONHOME'}}
    variables['VIRTUAL_ENV'] = str(python.parent.parent)
    variables['PATH'] = os.pathsep.join([str(python.parent), variables.get('PATH', '')])
    return variables


HOOK = Hook(
    id='pytest',
    name='pytest',
    description="the tests, run in the project's own environment",
    run=_run,
    stages=('pre-push', 'manual'),
    pass_filenames=False,
)

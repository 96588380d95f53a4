"""The service's own tests once per Python, with reports that a person and a machine can read."""

from __future__ import annotations

import shutil
from pathlib import Path

import nox

from trueup.sessions._environment import add, prepare
from trueup.sessions._options import Options
from trueup.sessions._results import read_coverage, read_junit
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder

PLUGINS = ('pytest', 'pytest-cov', 'pytest-html')
NONE_FOUND = 5
"""Exit code of pytest when it collected no test."""


def _run(handle: nox.Session, options: Options) -> Details | None:
    folder = _reports(handle, options)
    if options.absent:
        handle.log('not on this machine, so not tested: Python %s', ', '.join(options.absent))
    prepare(handle, options)
    add(handle, PLUGINS)
    _forget_old(folder)
    arguments = _arguments(options, folder.relative_to(options.root).as_posix())
    codes = [0] if handle.posargs else [0, NONE_FOUND]
    ran = handle.run(
        'python',
        '-m',
        'pytest',
        *arguments,
        *options.pytest_args,
        *handle.posargs,
        env={'COVERAGE_FILE': str(folder / '.coverage')},
        success_codes=codes,
    )
    if ran is None:
        return None
    details = _read(handle, options)
    if not details.tests.get('total'):
        handle.warn('no tests found: nothing was tested')
    return details


def _arguments(options: Options, folder: str) -> list[str]:
    """Arguments for the reports; a service that doesn't configure coverage has `src/` measured, if it is there."""
    source = '--cov=src' if (options.root / 'src').is_dir() and not _configures_coverage(options) else '--cov'
    return [
        f'--junitxml={folder}/junit.xml',
        f'--html={folder}/tests.html',
        '--self-contained-html',
        source,
        '--cov-report=term',
        f'--cov-report=xml:{folder}/coverage.xml',
        f'--cov-report=html:{folder}/coverage',
    ]


def _configures_coverage(options: Options) -> bool:
    if 'coverage' in options.pyproject.get('tool', {}) or (options.root / '.coveragerc').is_file():
        return True
    texts = (options.root / name for name in ('setup.cfg', 'tox.ini'))
    return any(b'[coverage:run]' in path.read_bytes() for path in texts if path.is_file())


def _reports(handle: nox.Session, options: Options) -> Path:
    folder = prepare_folder(options.root / options.reports) / str(handle.python)
    folder.mkdir(exist_ok=True)
    return folder


def _forget_old(folder: Path) -> None:
    """Reports of an earlier run must not pass for this one's when pytest dies early."""
    for name in ('junit.xml', 'tests.html', 'coverage.xml', '.coverage'):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / 'coverage', ignore_errors=True)


def _read(handle: nox.Session, options: Options) -> Details:
    folder = options.root / options.reports / str(handle.python)
    names = ('junit.xml', 'tests.html', 'coverage.xml', 'coverage/index.html')
    present = tuple((folder / name).relative_to(options.root).as_posix() for name in names if (folder / name).is_file())
    tests = read_junit(folder / 'junit.xml')
    note = 'no tests found' if tests and not tests['total'] else ''
    return Details(reports=present, tests=tests, coverage=read_coverage(folder / 'coverage.xml'), note=note)


SESSION = Session('tests', "The service's tests once per Python, with reports.", _run, place='each', read=_read)

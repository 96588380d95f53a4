"""mypy on the service with its own configuration and its own packages at hand."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

import nox

from trueup.sessions._environment import add, installed, prepare
from trueup.sessions._options import Options
from trueup.sessions._session import Details, Session
from trueup.sessions._summary import prepare_folder

REPORT = 'typecheck.xml'
NAMED = ('files', 'packages', 'modules')


def arguments(options: Options) -> list[str]:
    """What to check, if the configuration doesn't say."""
    configuration = options.pyproject.get('tool', {}).get('mypy')
    if isinstance(configuration, dict):
        return [] if any(name in configuration for name in NAMED) else _places(options)
    return _places_unless_named(options)


def is_configured(options: Options) -> bool:
    """Whether the service configures mypy, in one of the files that it reads."""
    if 'mypy' in options.pyproject.get('tool', {}):
        return True
    if any((options.root / name).is_file() for name in ('mypy.ini', '.mypy.ini')):
        return True
    path = options.root / 'setup.cfg'
    return path.is_file() and b'[mypy]' in path.read_bytes()


def own_configuration(packages: Collection[str]) -> str:
    """For a service that has none: stubs that nobody wrote are no finding, and pydantic's models are understood."""
    plugins = 'plugins = pydantic.mypy\n' if 'pydantic' in packages else ''
    return f'[mypy]\nignore_missing_imports = true\n{plugins}'


def _run(handle: nox.Session, options: Options) -> Details | None:
    report = prepare_folder(options.root / options.reports) / REPORT
    report.unlink(missing_ok=True)
    prepare(handle, options)
    add(handle, ['mypy'])
    given = [f'--junit-xml={options.reports}/{REPORT}', *(handle.posargs or arguments(options))]
    with tempfile.TemporaryDirectory() as scratch:
        if not is_configured(options):
            handle.log('the service does not configure mypy: modules without types are no finding')
            own = Path(scratch, 'mypy.ini')
            own.write_text(own_configuration(installed(handle) or ()), encoding='utf-8')
            given = ['--config-file', str(own), *given]
        ran = handle.run('python', '-m', 'mypy', *given)
    return None if ran is None else _read(handle, options)


def _places_unless_named(options: Options) -> list[str]:
    """For configurations in INI format."""
    for name in ('mypy.ini', '.mypy.ini', 'setup.cfg'):
        path = options.root / name
        if path.is_file():
            keys = {line.partition('=')[0].strip() for line in path.read_text(encoding='utf-8-sig').splitlines()}
            return [] if keys.intersection(NAMED) else _places(options)
    return _places(options)


def _places(options: Options) -> list[str]:
    """`src`, else the packages beside pyproject.toml, else everything."""
    if (options.root / 'src').is_dir():
        return ['src']
    packages = sorted(path.parent.name for path in options.root.glob('*/__init__.py'))
    return [name for name in packages if name not in {'test', 'tests'}] or ['.']


def _read(_handle: nox.Session, options: Options) -> Details:
    path = options.root / options.reports / REPORT
    return Details(reports=(path.relative_to(options.root).as_posix(),) if path.is_file() else ())


SESSION = Session('typecheck', 'The types of the service, by mypy.', _run, place='one', default=False, read=_read)

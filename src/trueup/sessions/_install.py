"""How a service and its development dependencies get into a session's environment: decided purely, then done."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trueup.errors import Missing, UserError
from trueup.sessions._options import Options

DEVELOPMENT = re.compile(r'(^|[-_./])(dev|develop|development|test|tests|testing|ci)([-_.]|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Steps:
    """What to run: a whole command of another program, or arguments for pip's (or uv's) `install`."""

    sentence: str
    command: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()


def decide(options: Options, *, poetry: tuple[int, ...] | None, uv: bool, development: bool = True) -> Steps:
    """The steps for a service, without `development` only what it runs with; `poetry` is the version of one that runs.

    Raises Missing for one demanded in vain.
    """
    root, wanted = options.root, options.install
    has_lock, has_uv_lock = (root / 'poetry.lock').is_file(), (root / 'uv.lock').is_file()
    if wanted == 'none':
        return Steps('nothing is installed: [tool.trueup.sessions] install = "none"')
    if wanted == 'poetry' and poetry is None:
        raise Missing('Poetry was not found', hint='install it (pipx install poetry), or set install = "pip"')
    if poetry is not None and (wanted == 'poetry' or (wanted == 'auto' and has_lock)):
        return _with_poetry(options, poetry, development=development)
    if wanted == 'uv' and not uv:
        raise Missing('uv was not found', hint='install it (pipx install uv), or set install = "pip"')
    if uv and has_uv_lock and wanted in {'uv', 'auto'}:
        return _with_uv(options, development=development)
    ignored = 'poetry.lock is not used: no Poetry that runs' if has_lock and wanted == 'auto' else ''
    return _with_pip(options, ignored, development=development)


def poetry_version() -> tuple[int, ...] | None:
    """Version of the Poetry on PATH, None if there is none that runs (a shim may be there and fail)."""
    program = shutil.which('poetry')
    if program is None:
        return None
    try:
        done = subprocess.run([program, '--version'], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version (\d+)\.(\d+)', done.stdout)
    return tuple(int(number) for number in found.groups()) if found and done.returncode == 0 else None


def index_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Settings of a private index for the tools that were not told: none reads the variables of another.

    Poetry's is that of the plug-in poetry-plugin-pypi-mirror; without it the variable does nothing.
    """
    pip = environment.get('PIP_INDEX_URL', '')
    uv = environment.get('UV_DEFAULT_INDEX') or environment.get('UV_INDEX_URL', '')
    poetry = environment.get('POETRY_PYPI_MIRROR_URL', '')
    given = {'PIP_INDEX_URL': pip, 'UV_DEFAULT_INDEX': uv, 'POETRY_PYPI_MIRROR_URL': poetry}
    told = pip or uv or poetry
    return {name: told for name, value in given.items() if told and not value}


def _with_poetry(options: Options, version: tuple[int, ...], *, development: bool) -> Steps:
    words = [word for extra in _development_extras(options) for word in ('--extras', extra)]
    if not development:
        words = ['--only', 'main']
    if version >= (2, 0):
        words += ['--all-groups'] if development else []
        command = ('poetry', 'sync', '--no-interaction', *words)
        return Steps('installing with `poetry sync` from poetry.lock', command=command)
    command = ('poetry', 'install', '--sync', '--no-interaction', *words)
    return Steps('installing with `poetry install --sync` (Poetry 1) from poetry.lock', command=command)


def _with_uv(options: Options, *, development: bool) -> Steps:
    words = [word for extra in _development_extras(options) for word in ('--extra', extra)]
    words = ['--all-groups', *words] if development else ['--no-default-groups']
    return Steps('installing with `uv sync` from uv.lock', command=('uv', 'sync', '--frozen', '--active', *words))


def _with_pip(options: Options, ignored: str, *, development: bool) -> Steps:
    arguments: list[str] = []
    said: list[str] = []
    finders = (_project, _groups, _requirements) if development else (_runtime_project, _runtime_requirements)
    for find in finders:
        more, sentence = find(options)
        arguments += more
        said += [sentence] if sentence else []
    what = ' and '.join(said) or 'nothing: no project, dependency group or requirements file was found'
    sentence = f'installing {what}'
    return Steps(f'{sentence} ({ignored})' if ignored else sentence, arguments=tuple(arguments))


Found = tuple[list[str], str]


def _project(options: Options) -> Found:
    """The project itself, editable, if it can be built, with the extras for development; else what it depends on."""
    return _with_extras(options, _development_extras(options))


def _runtime_project(options: Options) -> Found:
    """The same without extras."""
    return _with_extras(options, [])


def _with_extras(options: Options, extras: list[str]) -> Found:
    project = _dict(options.pyproject, 'project')
    poetry = _dict(_dict(options.pyproject, 'tool'), 'poetry')
    buildable = bool(_dict(options.pyproject, 'build-system')) and poetry.get('package-mode', True) is not False
    named = bool(project or poetry)
    if (named and buildable) or (not named and (options.root / 'setup.py').is_file()):
        target = f'.[{",".join(extras)}]' if extras else '.'
        return ['-e', target], f'the project ({target})'
    dependencies = [item for item in project.get('dependencies', []) if isinstance(item, str)]
    return dependencies, 'the dependencies of [project]' if dependencies else ''


def _groups(options: Options) -> Found:
    """Every dependency group (PEP 735), nested groups followed."""
    groups = _dict(options.pyproject, 'dependency-groups')
    if not groups:
        return [], ''
    from nox.project import dependency_groups  # late: only a service with groups pays for it

    try:
        found = dependency_groups(dict(options.pyproject), *groups)
    except (ValueError, LookupError, TypeError) as error:
        raise UserError(
            f'a dependency group can not be read: {error}',
            where='pyproject.toml: [dependency-groups]',
            hint='see PEP 735 for the format',
        ) from error
    return list(dict.fromkeys(found)), f'the dependency groups {", ".join(groups)}'


def _requirements(options: Options) -> Found:
    """Requirements files: the main one only of a project that has no metadata, and those for development."""
    main, development = _requirements_files(options)
    return _as_arguments([*main, *development])


def _runtime_requirements(options: Options) -> Found:
    """The main requirements file of a project that has no metadata."""
    return _as_arguments(_requirements_files(options)[0])


def _requirements_files(options: Options) -> tuple[list[str], list[str]]:
    described = bool(_dict(options.pyproject, 'project') or _dict(_dict(options.pyproject, 'tool'), 'poetry'))
    described = described or (options.root / 'setup.py').is_file()
    found = sorted(
        path.relative_to(options.root).as_posix()
        for pattern in ('*requirements*.txt', 'requirements/*.txt')
        for path in options.root.glob(pattern)
    )
    main = [] if described else [name for name in found if name in {'requirements.txt', 'requirements/base.txt'}]
    return main, [name for name in found if name not in main and DEVELOPMENT.search(name)]


def _as_arguments(names: list[str]) -> Found:
    return [word for name in names for word in ('-r', name)], ' and '.join(names)


def _dict(document: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = document.get(key, {})
    return found if isinstance(found, dict) else {}


def _development_extras(options: Options) -> list[str]:
    """Extras that hold what the tests need, by name."""
    return [
        name for name in _dict(_dict(options.pyproject, 'project'), 'optional-dependencies') if DEVELOPMENT.search(name)
    ]

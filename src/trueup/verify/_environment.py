"""An environment with a service's dependencies, outside its tree; the same set of dependencies is installed once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from trueup.repo import Repo
from trueup.verify._definition import Definition, extras_for_tests, load_toml, requirement_names
from trueup.verify._installers import Installer, Shop, bin_of, find_program, installers, python_of, reason
from trueup.verify._interpreters import Interpreter
from trueup.verify._model import Install
from trueup.verify._process import Done
from trueup.verify._requirements import flatten
from trueup.verify._resolve import resolved

FORMAT = 3
READY = 'trueup-ready.json'
# Versions are usually asked of Git, which a copy doesn't have.
NO_VCS = {
    'SETUPTOOLS_SCM_PRETEND_VERSION': '0.0.0', 'PBR_VERSION': '0.0.0', 'POETRY_DYNAMIC_VERSIONING_BYPASS': '0.0.0',
    'PDM_BUILD_SCM_VERSION': '0.0.0',
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Site:
    """What is to be installed and where from: the service in a copy of its own, which builds may write to."""

    service: Path
    work: Path
    definition: Definition
    repo: Repo
    runner: tuple[str, ...]
    shop: Shop
    cache: Path
    progress: Callable[[str], None]
    date: str = ''
    """The day whose test runner is taken, also beside a lock."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A filled environment, the service's own package beside it, and what was said of both."""

    folder: Path | None
    package: Path | None
    install: Install


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One way to install: by which program, for which Python, by which reading of the definition."""

    way: str
    interpreter: Interpreter
    installer: Installer


def prepare(site: Site, candidates: tuple[Interpreter, ...]) -> Environment:
    """The environment of the first attempt that ends well; else the reason of the first that failed."""
    source = site.definition.source
    if not candidates:
        wanted = site.definition.python or 'any Python 3'
        return Environment(None, None, Install(source, f'no interpreter here for Python {wanted}'))
    first = ''
    for attempt in _attempts(site, candidates):
        if site.shop.left <= 0:
            first = first or 'installing took too long (--verify-timeout)'
            break
        problem, found = _try(site, attempt)
        if found is not None:
            return found
        first = first or problem
    return Environment(None, None, Install(source, first, candidates[0].minor))


def _attempts(site: Site, candidates: tuple[Interpreter, ...]) -> Iterator[_Attempt]:
    definition = site.definition
    poetry, lines = ['poetry'] * bool(find_program('poetry')), ['lines'] * bool(definition.pins)
    ways = {
        'poetry': lines + poetry if find_program('uv') and _plain(site) else poetry + lines,
        'uv': ['export'],
        'files': ['lines'] + ['first file'] * (len(definition.files) > 1),
    }.get(definition.kind, ['lines'])
    for interpreter in candidates[:3]:
        for way in ways:
            yield _Attempt(way, interpreter, installers(interpreter)[0])
    for installer in installers(candidates[0])[1:]:
        for way in ways:
            if way != 'poetry':
                yield _Attempt(way, candidates[0], installer)


def _plain(site: Site) -> bool:
    """Whether the pins of poetry.lock are all that Poetry would install: uv does that in a fraction of the time."""
    definition, project = site.definition, load_toml(site.repo.text('pyproject.toml'))
    if definition.groups or extras_for_tests(project) or definition.own_paths:
        return False
    locked = load_toml(site.repo.text('poetry.lock')).get('package', ())
    return bool(locked or site.shop.date) and not any('source' in package for package in locked)


def _try(site: Site, attempt: _Attempt) -> tuple[str, Environment | None]:
    package, note = _build_package(site, attempt)
    if package is None and site.definition.kind == 'package':
        return note, None
    try:
        lines = _lines(site, attempt, package)
    except _Unreadable as error:
        return str(error), None
    problem = ''
    if attempt.way != 'poetry':
        lines, problem = resolved(site.shop, lines, python=attempt.interpreter.path)
    if problem and (site.shop.date or attempt.installer.name == 'uv'):
        return problem, None
    folder = _place(site, attempt, lines)
    with _locked(folder):
        install = _ready(folder)
        if install is None:
            site.progress(
                f'verify: installing {_what(site)} for Python {attempt.interpreter.minor} with {attempt.installer.name}'
            )
            problem, packages = _fill(site, attempt, folder, lines)
            if problem:
                shutil.rmtree(folder, ignore_errors=True)
                return problem, None
            install = Install(site.definition.source, '', attempt.interpreter.minor, packages)
            (folder / READY).write_text(json.dumps(dict(packages)), encoding='utf-8')
        install = replace(
            install,
            source=site.definition.source,
            python=attempt.interpreter.minor,
            note=_note(site, attempt, note),
            interpreter=str(python_of(folder)),
        )
    return '', Environment(folder, package, install)


def _note(site: Site, attempt: _Attempt, note: str) -> str:
    notes = [note]
    if attempt.way == 'lines' and site.definition.source == 'poetry.lock':
        notes.append(f'its pins by {attempt.installer.name}')
    if site.shop.date:
        notes.append(f'as of {site.shop.date}')
    if attempt.way == 'first file':
        notes.append(f'only {site.definition.files[0]} could be installed')
    return '; '.join(each for each in notes if each)


def _what(site: Site) -> str:
    return site.definition.source or 'the test runner'


class _Unreadable(Exception):
    """The definition can't be turned into requirements."""


# --- the service's own package ---------------------------------------------------------------------------------------


def _build_package(site: Site, attempt: _Attempt) -> tuple[Path | None, str]:
    """The service built and unpacked beside the environment: its metadata and scripts, whatever its build backend."""
    if not site.definition.package:
        return None, ''
    target = site.work / f'package-{attempt.interpreter.minor}-{attempt.installer.name}'
    if target.is_dir():
        return target, ''
    builder = (
        site.cache / 'environments' / f'builder-{_digest([str(attempt.interpreter.path), attempt.installer.name])}'
    )
    with _locked(builder):
        if _ready(builder) is None:
            made = attempt.installer.make(site.shop, attempt.interpreter, builder)
            if not made.well:
                return None, reason(made)
            (builder / READY).write_text('{}', encoding='utf-8')
    shop = replace(site.shop, environment={**site.shop.environment, **NO_VCS})
    done = attempt.installer.install(shop, builder, ['--no-deps', '--target', str(target), str(site.service)])
    if not done.well:
        shutil.rmtree(target, ignore_errors=True)
        return None, f'the package does not build: {reason(done)}'
    return target, ''


def _required(package: Path, project_extras: tuple[str, ...], interpreter: Interpreter) -> Iterator[str]:
    """What the built package asks for, with its extras for tests."""
    for path in package.glob('*.dist-info/METADATA'):
        metadata = HeaderParser().parsestr(path.read_text(encoding='utf-8', errors='replace'))
        known = {'python_version': interpreter.minor, 'python_full_version': interpreter.version}
        offered = set(metadata.get_all('Provides-Extra') or ()) & {'test', 'tests', 'testing', 'dev', 'develop'}
        for text in metadata.get_all('Requires-Dist') or ():
            with suppress(InvalidRequirement):
                yield from _wanted(Requirement(text), offered | set(project_extras), known)


def _wanted(requirement: Requirement, extras: set[str], known: dict[str, str]) -> Iterator[str]:
    marker = requirement.marker
    if marker is None or 'extra' not in str(marker):
        yield str(requirement)
    elif any(marker.evaluate({**known, 'extra': extra}) for extra in extras):
        requirement.marker = None
        yield str(requirement)


# --- the environment -------------------------------------------------------------------------------------------------


def _lines(site: Site, attempt: _Attempt, package: Path | None) -> list[str]:
    """What is given to the installer, one requirement or option a line; nothing for Poetry."""
    definition = site.definition
    if attempt.way == 'poetry':
        return []
    if attempt.way == 'export':
        return _exported(site)
    files = definition.files[:1] if attempt.way == 'first file' else definition.files
    lines = [line for path in files for line in flatten(site.service / path)]
    if attempt.way == 'first file':
        return lines
    lines = _added(lines, definition.pins)
    if package is not None and definition.kind in ('package', 'files'):
        extras = extras_for_tests(load_toml(site.repo.text('pyproject.toml')))
        lines = _added(lines, _required(package, extras, attempt.interpreter))
    return list(dict.fromkeys(lines))


def _added(lines: list[str], more: Iterable[str]) -> list[str]:
    """More requirements for names that the lines don't have: of two definitions that disagree the first one counts."""
    known = set(requirement_names(lines))
    return [*lines, *(line for line in more if not known.intersection(requirement_names([line])))]


def _exported(site: Site) -> list[str]:
    uv = find_program('uv')
    if not uv:
        raise _Unreadable('uv.lock needs uv, which is not here')
    command = [
        uv,
        'export',
        '--quiet',
        '--frozen',
        '--all-groups',
        '--no-emit-project',
        '--no-hashes',
        '--no-header',
        '--no-annotate',
    ]
    done = site.shop.run(command, cwd=site.service)
    if not done.well:
        raise _Unreadable(reason(done))
    lines = [line.strip() for line in done.output.splitlines()]
    return [line.removeprefix('-e ') for line in lines if line and not line.startswith('#')]


def _place(site: Site, attempt: _Attempt, lines: list[str]) -> Path:
    if site.definition.own_paths:
        return site.work / f'environment-{attempt.interpreter.minor}-{attempt.installer.name}-{_digest([attempt.way])}'
    parts = [
        FORMAT,
        str(attempt.interpreter.path),
        attempt.interpreter.version,
        attempt.installer.name,
        lines,
        sorted(site.runner),
    ]
    if attempt.way == 'poetry':
        project = load_toml(site.repo.text('pyproject.toml'))
        poetry = project.get('tool', {}).get('poetry', {})
        wanted = {name: poetry.get(name) for name in ('dependencies', 'dev-dependencies', 'group', 'extras', 'source')}
        parts += [
            wanted,
            project.get('project', {}),
            project.get('dependency-groups', {}),
            site.repo.text('poetry.lock'),
        ]
    return site.cache / 'environments' / _digest(parts)


def _fill(site: Site, attempt: _Attempt, folder: Path, lines: list[str]) -> tuple[str, dict[str, str]]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    done = attempt.installer.make(site.shop, attempt.interpreter, folder)
    if done.well and attempt.way == 'poetry':
        done = _poetry(site, folder)
    elif done.well and lines:
        listing = site.work / 'requirements.txt'
        listing.write_text('\n'.join(lines) + '\n', encoding='utf-8')
        done = attempt.installer.install(site.shop, folder, ['-r', str(listing)])
    if not done.well:
        return reason(done), {}
    packages = dict(attempt.installer.packages(site.shop, folder))
    done = _runner(site, attempt, folder, packages)
    return ('', packages) if done.well else (f'the test runner does not install: {reason(done)}', {})


def _runner(site: Site, attempt: _Attempt, folder: Path, packages: Mapping[str, str]) -> Done:
    """pytest and plugins where they are missing, of a version that leaves the service's own packages alone."""
    missing = [each for each in site.runner if Requirement(each).name not in packages]
    if not missing:
        return Done(0, '', 0.0)
    kept = site.work / 'constraints.txt'
    kept.write_text(''.join(f'{name}=={version}\n' for name, version in packages.items()), encoding='utf-8')
    dated = replace(site.shop, date=site.date)
    for shop, constraints in ((dated, ['-c', str(kept)]), (site.shop, ['-c', str(kept)]), (site.shop, [])):
        done = attempt.installer.install(shop, folder, [*constraints, *missing])
        if done.well:
            break
    return done


def _poetry(site: Site, folder: Path) -> Done:
    poetry = find_program('poetry') or 'poetry'
    more = {
        'VIRTUAL_ENV': str(folder),
        'PATH': f'{bin_of(folder)}:{site.shop.environment.get("PATH", "")}',
        'POETRY_VIRTUALENVS_IN_PROJECT': 'false',
    }
    if 'poetry.lock' not in site.repo:
        locked = site.shop.run([poetry, 'lock', '--no-interaction'], cwd=site.service, **more)
        if not locked.well:
            return locked
    extras = extras_for_tests(load_toml(site.repo.text('pyproject.toml')))
    groups = [word for name in site.definition.groups for word in ('--with', name)]
    wanted = [word for name in extras for word in ('--extras', name)]
    return site.shop.run(
        [poetry, 'install', '--no-root', '--compile', '--no-interaction', *groups, *wanted], cwd=site.service, **more
    )


def _ready(folder: Path) -> Install | None:
    try:
        packages = json.loads((folder / READY).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None
    return Install('', packages=packages) if python_of(folder).exists() else None


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:20]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One process at a time makes an environment; on systems without flock they may make it twice."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_name(f'{folder.name}.lock'), 'wb') as file:
        with suppress(ImportError):
            from fcntl import LOCK_EX, flock

            flock(file, LOCK_EX)
        yield

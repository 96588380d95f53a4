"""How a service says what it needs: which lock, which requirement files, which Python; read, never run."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from trueup.errors import UserError
from trueup.packaging import SOURCES
from trueup.packaging._model import Reading
from trueup.packaging.export import is_exported
from trueup.repo import Repo

REQUIREMENTS = re.compile(
    r'(?:^|/)(?:[\w.-]*requirements?[\w.-]*\.(?:txt|pip)|requirements/[\w.-]+\.(?:txt|pip))$', re.I
)
NOT_FOR_TESTS = re.compile(
    r'(?:^|[/_.-])(?:docs?|lint|style|format|gpu|cuda|deploy|prod-gpu|notebooks?|train(?:ing)?|constraints?)(?=[/_.-])',
    re.I,
)
FOR_DEVELOPERS = re.compile(
    r'(?:^|[/_.-])(?:dev|develop|development|tests?|testing|ci|docs?|lint|style)(?=[/_.-])', re.I
)
TEST_EXTRAS = ('test', 'tests', 'testing', 'dev', 'develop', 'all')
OWN_PATH = re.compile(r"""(?mx) ^\s*(?:-e\s+|--editable[ =])?(?:\.{1,2}/|file:)
    | \bpath\s*=\s*["']\.{1,2}/ | \bpath\s*=\s*"[^"]+",\s*develop""")
POETRY_CARET = re.compile(r'^[\^~]\s*(\d+)(?:\.(\d+))?')


@dataclass(frozen=True, slots=True)
class Definition:
    """What is to be installed, and for which Python."""

    source: str = ''
    kind: str = ''
    """`poetry`, `uv`, `pins`, `files`, `package` or nothing."""
    files: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    package: bool = False
    """Whether the service itself can be installed."""
    python: str = ''
    stated: tuple[str, ...] = ()
    """Python versions that the service names (`.python-version`, Dockerfile), as `3.9`."""
    groups: tuple[str, ...] = ()
    """Optional groups with the tests' dependencies."""
    own_paths: bool = False
    """Whether a dependency lies in the repository itself; such an environment can't be shared."""


def read_definition(repo: Repo) -> Definition:
    """The best definition there is: a lock, else requirement files, else the package's own metadata."""
    project = load_toml(repo.text('pyproject.toml'))
    poetry = _table(project, 'tool', 'poetry')
    package = _is_package(repo, project)
    found = _locked(repo, project, poetry) or _unlocked(repo, project, poetry, package)
    text = '\n'.join(repo.text(path) or '' for path in (*found.files, 'pyproject.toml'))
    own = OWN_PATH.search(text) is not None
    return Definition(
        found.source, found.kind, found.files, found.pins, package, _requires_python(repo, project, poetry),
        tuple(_stated_pythons(repo)), _test_groups(poetry), own,
    )  # fmt: skip


def declared(repo: Repo) -> tuple[frozenset[str], frozenset[str]]:
    """Names needed at run time, and all names mentioned in any definition."""
    project = load_toml(repo.text('pyproject.toml'))
    poetry = _table(project, 'tool', 'poetry')
    runtime = set(requirement_names(_strings(_table(project, 'project').get('dependencies'))))
    runtime |= {name for name in _table(poetry, 'dependencies') if name.lower() != 'python'}
    runtime |= set(requirement_names(_setup_requires(repo)))
    others = {name for table in _poetry_groups(poetry) for name in _table(table, 'dependencies')}
    others |= set(_table(poetry, 'dev-dependencies'))
    for table in (_table(project, 'project', 'optional-dependencies'), _table(project, 'dependency-groups')):
        others |= {name for each in table.values() for name in requirement_names(_strings(each))}
    for path in requirement_files(repo):
        text = repo.text(path) or ''
        # An export lists the whole lock, which nobody declared.
        second_hand = 'pyproject.toml' in repo and is_exported(text)
        names = requirement_names(text.splitlines())
        (others if second_hand or FOR_DEVELOPERS.search(path) else runtime).update(names)
    others |= set(_lock_names(repo))
    clean = frozenset(canonicalize_name(name) for name in runtime)
    return clean, clean | frozenset(canonicalize_name(name) for name in others)


def requirement_files(repo: Repo) -> tuple[str, ...]:
    """Requirement files at most two folders deep, the plain one first."""
    found = [path for path in repo.paths if REQUIREMENTS.search(path) and path.count('/') <= 1]
    return tuple(
        sorted(found, key=lambda path: (path.count('/'), PurePosixPath(path).name != 'requirements.txt', path))
    )


def load_toml(text: str | None) -> dict[str, Any]:
    """The document, empty if it is absent or broken."""
    try:
        return tomllib.loads((text or '').replace('\r\n', '\n'))
    except tomllib.TOMLDecodeError:
        return {}


def _locked(repo: Repo, project: Mapping[str, Any], poetry: Mapping[str, Any]) -> Definition | None:
    if 'poetry.lock' in repo and (poetry or 'project' in project):
        return Definition('poetry.lock', 'poetry', pins=tuple(_poetry_pins(repo)))
    if 'uv.lock' in repo and 'project' in project:
        return Definition('uv.lock', 'uv')
    if 'pdm.lock' in repo:
        return Definition('pdm.lock', 'pins', pins=tuple(_pinned(load_toml(repo.text('pdm.lock')))))
    if 'Pipfile.lock' in repo and (pins := tuple(_pipfile_pins(repo))):
        return Definition('Pipfile.lock', 'pins', pins=pins)
    return None


def _unlocked(repo: Repo, project: Mapping[str, Any], poetry: Mapping[str, Any], package: bool) -> Definition:
    files = tuple(path for path in requirement_files(repo) if not NOT_FOR_TESTS.search(path))
    groups = tuple(_group_requirements(project))
    if files:
        return Definition(', '.join(files), 'files', files, tuple(_described(repo)))
    if 'dependencies' in poetry:
        return Definition('pyproject.toml', 'poetry', pins=tuple(_described(repo)))
    if package:
        source = next(path for path in ('pyproject.toml', 'setup.py', 'setup.cfg') if path in repo)
        return Definition(source, 'package', pins=groups)
    listed = tuple(_strings(_table(project, 'project').get('dependencies')))
    if listed or groups:
        return Definition('pyproject.toml', 'pins', pins=(*listed, *groups))
    return Definition()


def _is_package(repo: Repo, project: Mapping[str, Any]) -> bool:
    if _table(project, 'tool', 'poetry').get('package-mode') is False:
        return False
    named = 'name' in _table(project, 'project') or 'name' in _table(project, 'tool', 'poetry')
    return 'setup.py' in repo or ('setup.cfg' in repo and '[metadata]' in (repo.text('setup.cfg') or '')) or (
        named and 'build-system' in project
    )  # fmt: skip


# --- Python versions -------------------------------------------------------------------------------------------------


def _requires_python(repo: Repo, project: Mapping[str, Any], poetry: Mapping[str, Any]) -> str:
    found = _table(project, 'project').get('requires-python') or _caret(_table(poetry, 'dependencies').get('python'))
    if not found:
        match = re.search(
            r'python_requires\s*=\s*["\']?([^"\'\n]+)', (repo.text('setup.py') or '') + (repo.text('setup.cfg') or '')
        )
        found = match[1].strip() if match else ''
    return str(found)


def _caret(value: object) -> str:
    """Poetry's `^3.8`, `~3.8` and `3.8.*` as a version specifier."""
    parts = []
    for part in str(value or '').split(','):
        if match := POETRY_CARET.match(part.strip()):
            major, minor = match[1], match[2] or '0'
            tilde = part.strip().startswith('~') and match[2]
            parts.append(f'>={major}.{minor},<{f"{major}.{int(minor) + 1}" if tilde else int(major) + 1}')
        elif part.strip() and part.strip() != '*':
            parts.append(part.strip() if part.strip()[0] in '<>=!' else f'=={part.strip()}')
    return ','.join(parts) if '||' not in str(value) and ' or ' not in str(value) else ''


def _stated_pythons(repo: Repo) -> Iterator[str]:
    patterns = {
        '.python-version': r'^\s*(3\.\d+)',
        'runtime.txt': r'python-(3\.\d+)',
        'Pipfile': r'python_(?:full_)?version\s*=\s*["\'](3\.\d+)',
        'environment.yml': r'-\s*python\s*=+\s*(3\.\d+)',
    }
    for path, pattern in patterns.items():
        yield from re.findall(pattern, repo.text(path) or '')[:1]
    for path in repo.paths:
        if PurePosixPath(path).name.startswith('Dockerfile'):
            yield from re.findall(r'(?im)^\s*FROM\s+\S*?python\S*?:(3\.\d+)', repo.text(path) or '')[:1]


# --- locks and lists -------------------------------------------------------------------------------------------------


def _poetry_pins(repo: Repo) -> Iterator[str]:
    """What poetry.lock says, as requirements: for machines without Poetry."""
    yield from _pinned(load_toml(repo.text('poetry.lock')))


def _pinned(lock: Mapping[str, Any]) -> Iterator[str]:
    for package in lock.get('package', ()):
        kind = package.get('source', {}).get('type', 'legacy')
        if package.get('optional') or kind not in ('legacy',):
            continue
        markers = package.get('markers') or package.get('marker') or ''
        marker = ' or '.join(f'({each})' for each in markers.values()) if isinstance(markers, dict) else str(markers)
        yield f'{package["name"]}=={package["version"]}' + (f' ; {marker}' if marker else '')


def _pipfile_pins(repo: Repo) -> Iterator[str]:
    try:
        lock = json.loads(repo.text('Pipfile.lock') or '')
    except ValueError:
        return
    for section in ('default', 'develop'):
        for name, each in lock.get(section, {}).items():
            if 'version' in each:
                marker = f' ; {each["markers"]}' if 'markers' in each else ''
                yield f'{name}{each["version"]}{marker}'


def _described(repo: Repo) -> Iterator[str]:
    """What the service's metadata asks for, also in Poetry's own language: at run time and for tests."""
    readings: tuple[Reading, ...] = ()
    for read in SOURCES:
        try:
            reading = read(repo, readings)
        except UserError:
            return
        readings = (*readings, reading) if reading else readings
    for reading in readings:
        for each in reading.dependencies if reading.origin != 'requirements' else ():
            # A name without its path would be looked for in an index, where it is somebody else's.
            local = any(key in ('path', 'file') for key, _ in each.enrichment)
            if (each.group or each.extra or TEST_EXTRAS[0]) in TEST_EXTRAS and not local:
                yield each.requirement


def _group_requirements(project: Mapping[str, Any]) -> Iterator[str]:
    """PEP 735 groups with the tests' dependencies, `include-group` followed."""
    groups = _table(project, 'dependency-groups')

    def expand(name: str, seen: frozenset[str]) -> Iterator[str]:
        for each in groups.get(name, ()):
            if isinstance(each, str):
                yield each
            elif isinstance(each, dict) and (other := each.get('include-group')) not in seen:
                yield from expand(str(other), seen | {str(other)})

    for name in TEST_EXTRAS:
        yield from expand(name, frozenset({name}))


def _test_groups(poetry: Mapping[str, Any]) -> tuple[str, ...]:
    groups = _table(poetry, 'group')
    return tuple(name for name in TEST_EXTRAS if name in groups and _table(groups, name).get('optional'))


def extras_for_tests(project: Mapping[str, Any]) -> tuple[str, ...]:
    """Extras that hold the tests' dependencies."""
    extras = {**_table(project, 'project', 'optional-dependencies'), **_table(project, 'tool', 'poetry', 'extras')}
    return tuple(name for name in TEST_EXTRAS[:-1] if name in extras)


def _lock_names(repo: Repo) -> Iterator[str]:
    for path in ('poetry.lock', 'uv.lock', 'pdm.lock'):
        yield from (str(each.get('name', '')) for each in load_toml(repo.text(path)).get('package', ()))


def _setup_requires(repo: Repo) -> list[str]:
    """`install_requires` of setup.py where it is a plain list, and of setup.cfg."""
    found: list[str] = []
    try:
        tree = ast.parse(repo.text('setup.py') or '')
    except (SyntaxError, ValueError):
        tree = ast.parse('')
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == 'install_requires' and isinstance(node.value, ast.List):
            found += [
                each.value for each in node.value.elts if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
    block = re.search(r'(?m)^install_requires\s*=\s*\n((?:[ \t]+.*\n?)+)', repo.text('setup.cfg') or '')
    return found + (block[1].split('\n') if block else [])


def requirement_names(lines: Iterable[str]) -> Iterator[str]:
    """Canonical names of the requirements among the lines of a requirements file."""
    for line in lines:
        text = re.split(r'\s#|\s--', line.strip())[0].rstrip('\\').strip()
        if text and text[0] not in '#-':
            with suppress(InvalidRequirement):
                yield canonicalize_name(Requirement(text).name)


def _strings(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _table(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    found: Any = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def _poetry_groups(poetry: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [each for each in _table(poetry, 'group').values() if isinstance(each, dict)]
